using Mercure.Http.Settings;
using Xunit;

namespace Mercure.Specs.Settings;

/// <summary>Which origins of browsers (RFC 6454, 6.2) the patterns of a setting let in.</summary>
public sealed class OriginSetSpecs
{
    private static readonly OriginSet Origins = new([
        "*", "https://example.org", "https://*.example.com", "https://*.example.com:8443", "http://localhost:*", "http://[::1]:*", "http://*.localhost:*"]);

    [Theory]
    [InlineData("https://example.org")]
    [InlineData("https://app.example.com")]
    [InlineData("https://a-1_b.example.com")]
    [InlineData("https://xn--exmple-cua.example.com")]
    [InlineData("https://app.example.com:8443")]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://localhost:65535")]
    [InlineData("http://[::1]")]
    [InlineData("http://[::1]:3000")]
    [InlineData("http://shop.localhost:3000")]
    [InlineData("http://shop.localhost")]
    public void Should_contain_what_fits(string origin) => Assert.True(Origins.Contains(origin));

    // Attacks: other names that hold the pattern's text, and what no browser sends
    [Theory]
    [InlineData("https://example.com")]
    [InlineData("https://.example.com")]
    [InlineData("https://a.b.example.com")]
    [InlineData("https://evilexample.com")]
    [InlineData("https://app.example.com.evil.test")]
    [InlineData("https://evil.test/.example.com")]
    [InlineData("https://evil.test?.example.com")]
    [InlineData("https://evil.test#.example.com")]
    [InlineData("https://evil.test\\.example.com")]
    [InlineData("https://user@.example.com")]
    [InlineData("https://user:secret@app.example.com")]
    [InlineData("https://App.example.com")]
    [InlineData("https://*.example.com")]
    [InlineData("https://é.example.com")]
    [InlineData("http://app.example.com")]
    [InlineData("https://app.example.com:444")]
    [InlineData("https://app.example.com:84430")]
    [InlineData("https://app.example.com ")]
    [InlineData("https://a.example.com, https://app.example.com")]
    [InlineData("https://localhost:3000")]
    [InlineData("http://localhost:")]
    [InlineData("http://localhost:3000:3000")]
    [InlineData("http://localhost:3000/")]
    [InlineData("http://localhost:*")]
    [InlineData("http://localhost.evil.test:3000")]
    [InlineData("http://evil.test:3000@localhost:3000")]
    [InlineData("http://a.b.localhost:3000")]
    [InlineData("http://127.0.0.1:3000")]
    [InlineData("null")]
    [InlineData("*")]
    [InlineData("")]
    public void Should_contain_nothing_else(string origin) => Assert.False(Origins.Contains(origin));
}
