using System.Net;
using Microsoft.Extensions.Primitives;

namespace Mercure.Http.Hosting;

/// <summary>
/// Takes the client's address, scheme and host from what trusted proxies say. Each proxy adds to the right, so the lists
/// are read from there, and only as far as the one who speaks is trusted: what a client wrote itself lies further left
/// (CWE-348). <c>Forwarded</c> (RFC 7239) counts only without any X-Forwarded header: a proxy that sets those usually passes a
/// client's <c>Forwarded</c> on.
/// </summary>
internal sealed class ForwardedHeaders(IReadOnlyList<string> trustedProxies)
{
    private readonly TrustedNetworks _trusted = new(trustedProxies);

    public void Apply(HttpContext context)
    {
        if (!_trusted.Contains(context.Connection.RemoteIpAddress))
            return;
        var headers = context.Request.Headers;
        var proto = headers["X-Forwarded-Proto"] is { Count: > 0 } protocols ? protocols : headers["X-Forwarded-Scheme"];
        var clients = headers["X-Forwarded-For"] is { Count: > 0 } chain ? chain : headers["X-Real-IP"];
        var host = headers["X-Forwarded-Host"];
        if (clients.Count + proto.Count + host.Count > 0)
            ApplyHops(context, Hops(clients, proto, host));
        else if (headers["Forwarded"] is { Count: > 0 } forwarded)
            ApplyHops(context, ForwardedHeader.Parse(forwarded));
    }

    /// <summary>The three lists, aligned at their right ends: proxies that add to one usually add to all, or replace it.</summary>
    private static List<ForwardedHop> Hops(StringValues clients, StringValues protos, StringValues hosts)
    {
        var (addresses, schemes, names) = (Split(clients), Split(protos), Split(hosts));
        var count = Math.Max(1, addresses.Length);
        var hops = new List<ForwardedHop>(count);
        for (var fromRight = count; fromRight >= 1; fromRight--)
            hops.Add(new ForwardedHop(FromRight(addresses, fromRight), FromRight(schemes, fromRight), FromRight(names, fromRight)));
        return hops;
    }

    private static string[] Split(StringValues values) =>
        values.Count == 0 ? [] : values.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? FromRight(string[] values, int fromRight) =>
        values.Length == 0 ? null : values[Math.Max(0, values.Length - fromRight)];

    private void ApplyHops(HttpContext context, List<ForwardedHop> hops)
    {
        for (var i = hops.Count - 1; i >= 0; i--)
        {
            var hop = hops[i];
            var address = ParseAddress(hop.For);
            if (address is not null)
                context.Connection.RemoteIpAddress = address;
            if (hop.Proto?.ToLowerInvariant() is "http" or "https")
                context.Request.Scheme = hop.Proto.ToLowerInvariant();
            if (hop.Host is not null && IsHost(hop.Host))
                context.Request.Host = new HostString(hop.Host);
            if (address is null || !_trusted.Contains(address))
                return;
        }
    }

    /// <summary>An address, perhaps with a port (<c>1.2.3.4:567</c>, <c>[::1]:89</c>); null for RFC 7239's "unknown" and "_hidden".</summary>
    private static IPAddress? ParseAddress(string? text) =>
        text is not null && text.AsSpan().ContainsAny(".:") && IPEndPoint.TryParse(text, out var endPoint) ? endPoint.Address : null;

    /// <summary>ASP.NET Core takes a name with an underscore for one to be encoded, and throws where a label is empty or too long.</summary>
    private static bool IsHost(string text) =>
        text.Length is > 0 and <= 255
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '[' or ']')
        && Array.TrueForAll(text.Split('.'), static label => label.Length is > 0 and <= 63);
}

/// <summary>What one proxy says about who connected to it.</summary>
internal readonly record struct ForwardedHop(string? For, string? Proto, string? Host);
