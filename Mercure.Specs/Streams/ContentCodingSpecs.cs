using Mercure.Http.Streams;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mercure.Specs.Streams;

/// <summary>RFC 9110, 12.5.3.</summary>
public sealed class ContentCodingSpecs
{
    [Theory]
    [InlineData("gzip", true)]
    [InlineData("gzip, deflate, br, zstd", true)]
    [InlineData("GZIP", true)]
    [InlineData("x-gzip", true)]
    [InlineData("gzip;q=0.5", true)]
    [InlineData("*", true)]
    [InlineData("identity;q=0.5, gzip;q=0.5", true)]
    [InlineData("*;q=0, gzip", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("gzip;q=0, *", false)]
    [InlineData("gzip;q=0.2, identity", false)]
    [InlineData("br", false)]
    [InlineData("identity", false)]
    [InlineData("", false)]
    [InlineData(";;,q=", false)]
    public void Should_choose_gzip_only_when_the_client_accepts_it(string accepted, bool isGzip)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.AcceptEncoding = accepted;

        Assert.Equal(isGzip, EventEncoders.For(request, compress: true) == EventEncoders.Gzip);
        Assert.Equal(EventEncoders.Plain, EventEncoders.For(request, compress: false));
    }

    [Fact]
    public void Should_choose_plain_text_when_the_client_says_nothing() =>
        Assert.Equal(EventEncoders.Plain, EventEncoders.For(new DefaultHttpContext().Request, compress: true));
}
