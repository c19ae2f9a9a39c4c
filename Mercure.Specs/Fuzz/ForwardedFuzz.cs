using System.Net;
using System.Text;
using Mercure.Http.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>Headers of proxies, true or not: what comes of them is an address, http or https, and something that can be a host.</summary>
internal static class ForwardedFuzz
{
    private static readonly ForwardedHeaders Trusting = new(["*"]);
    private static readonly ForwardedHeaders Wary = new(["10.0.0.0/8"]);

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        var lines = Encoding.Latin1.GetString(input).Split('\n');
        foreach (var names in new[] { ["Forwarded"], new[] { "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host" } })
        {
            var trusted = Context(names, lines);
            Trusting.Apply(trusted);
            Assert.NotNull(trusted.Connection.RemoteIpAddress);
            Assert.True(trusted.Request.Scheme is "http" or "https", trusted.Request.Scheme);
            Assert.DoesNotContain(trusted.Request.Host.Value!, static c => char.IsControl(c) || c is ' ' or '/' or '<' or '"');

            var untrusted = Context(names, lines);
            Wary.Apply(untrusted);
            Assert.Equal(IPAddress.Loopback, untrusted.Connection.RemoteIpAddress);
            Assert.Equal("hub.example", untrusted.Request.Host.Value);
        }
    }

    private static DefaultHttpContext Context(string[] names, string[] lines)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("hub.example");
        foreach (var (name, value) in names.Zip(lines))
            context.Request.Headers[name] = value;
        return context;
    }
}
