using System.Net;
using Mercure.Http.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mercure.Specs.Hosting;

public class ForwardedHeadersSpecs
{
    private static readonly string[] Private = ["10.0.0.0/8", "fc00::/7", "192.168.1.1"];

    [Fact]
    public void Should_believe_a_trusted_proxy()
    {
        var context = Apply("10.0.0.1", ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "hub.example"));

        Assert.Equal("203.0.113.7 https hub.example", Describe(context));
    }

    [Theory]
    [InlineData("203.0.113.1")]
    [InlineData("192.168.1.2")]
    [InlineData("2001:db8::1")]
    public void Should_not_believe_others(string remote)
    {
        var context = Apply(remote, ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=1.2.3.4"));

        Assert.Equal($"{remote} http localhost", Describe(context));
    }

    [Theory]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fd00::1")]
    [InlineData("192.168.1.1")]
    public void Should_know_trusted_addresses_however_written(string remote)
    {
        Assert.Equal("203.0.113.7", Apply(remote, ("X-Forwarded-For", "203.0.113.7")).Connection.RemoteIpAddress!.ToString());
    }

    [Fact]
    public void Should_read_no_further_than_trust_reaches()
    {
        // CWE-348: the client wrote 1.2.3.4 itself, the proxies added what they saw
        var context = Apply("10.0.0.1", ("X-Forwarded-For", "1.2.3.4, 203.0.113.7, 10.0.0.2"), ("X-Forwarded-Proto", "ftp, https, http"));

        Assert.Equal("203.0.113.7 https localhost", Describe(context));
    }

    [Fact]
    public void Should_believe_everyone_when_told_to()
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("203.0.113.1");
        context.Request.Headers["X-Forwarded-For"] = "1.2.3.4, 203.0.113.7";

        new ForwardedHeaders(["*"]).Apply(context);

        Assert.Equal("1.2.3.4", context.Connection.RemoteIpAddress.ToString());
    }

    [Theory]
    [InlineData("for=203.0.113.7;proto=https;host=hub.example", "203.0.113.7 https hub.example")]
    [InlineData("For=\"[2001:db8::7]:4711\" ; Proto=HTTPS", "2001:db8::7 https localhost")]
    [InlineData("for=1.2.3.4;host=evil, for=203.0.113.7;host=\"a,b\";proto=https, for=10.0.0.2;host=hub.example", "203.0.113.7 https hub.example")]
    [InlineData("for=_hidden;proto=https", "10.0.0.1 https localhost")]
    [InlineData("for=\"", "10.0.0.1 http localhost")]
    public void Should_read_rfc_7239(string header, string expected)
    {
        Assert.Equal(expected, Describe(Apply("10.0.0.1", ("Forwarded", header))));
    }

    [Fact]
    public void Should_ignore_rfc_7239_beside_the_older_headers()
    {
        var context = Apply("10.0.0.1", ("Forwarded", "for=1.2.3.4;host=evil"), ("X-Forwarded-For", "203.0.113.7"));

        Assert.Equal("203.0.113.7 http localhost", Describe(context));
    }

    [Theory]
    [InlineData("X-Real-IP", "203.0.113.7", "203.0.113.7 http localhost")]
    [InlineData("X-Forwarded-Scheme", "https", "10.0.0.1 https localhost")]
    [InlineData("X-Forwarded-Host", "a b", "10.0.0.1 http localhost")]
    public void Should_read_the_other_headers_of_the_reference(string name, string value, string expected)
    {
        Assert.Equal(expected, Describe(Apply("10.0.0.1", (name, value))));
    }

    private static DefaultHttpContext Apply(string remote, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("localhost");
        foreach (var (name, value) in headers)
            context.Request.Headers[name] = value;
        new ForwardedHeaders(Private).Apply(context);
        return context;
    }

    private static string Describe(HttpContext context) =>
        $"{context.Connection.RemoteIpAddress} {context.Request.Scheme} {context.Request.Host}";
}
