using System.Globalization;
using System.Net;

namespace Mercure.Http.Settings;

/// <summary>
/// What the reference's <c>SERVER_NAME</c> asks for: a site address of Caddy, such as <c>:5418</c>, <c>http://hub.example.com:3000</c> or
/// <c>hub.example.com</c>. This hub answers to every name, so only the port counts, and whether there is TLS.
/// </summary>
/// <param name="Address">The address to listen on, as <c>ADDR</c> has it.</param>
/// <param name="Tls">Null where the hub's certificate decides, as with <c>:5418</c>.</param>
internal sealed record ServerName(string Address, bool? Tls)
{
    public const string Variable = "SERVER_NAME";

    public const string Accepted = ":3000, http://hub.example.com or http://hub.example.com:3000 in clear text; https://hub.example.com with CERT_FILE and KEY_FILE";

    private const int Http = 80;
    private const int Https = 443;

    private static readonly char[] Separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>Several names are one address when they ask for the same port in the same way; null when they don't, or one can't be read.</summary>
    public static ServerName? Parse(string text)
    {
        var sites = text.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(One).Distinct().ToList();
        return sites is [var site] ? site : null;
    }

    /// <summary>Why this certificate, or none, does not fit; null when it does.</summary>
    public string? Problem(bool hasCertificate) => (Tls, hasCertificate) switch
    {
        (true, false) => $"the reference gets a certificate for such a name by itself, and this hub does not; accepted: {Accepted}",
        (false, true) => $"it asks for clear text, but CERT_FILE and KEY_FILE are set; accepted: {Accepted}",
        _ => null,
    };

    private static ServerName? One(string site)
    {
        var (scheme, rest) = site.IndexOf("://", StringComparison.Ordinal) is >= 0 and var end ? (site[..end], site[(end + 3)..]) : ("", site);
        var colon = rest.EndsWith(']') ? -1 : rest.LastIndexOf(':');
        var (host, portText) = colon < 0 ? (rest, null) : (rest[..colon], rest[(colon + 1)..]);
        if (scheme is not ("" or "http" or "https") || !IsHost(host) || (host.Length == 0 && portText is null && scheme.Length == 0))
            return null;
        var port = scheme == "http" ? Http : Https;
        if (portText is not null && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > IPEndPoint.MaxPort))
            return null;
        return new ServerName($":{port.ToString(CultureInfo.InvariantCulture)}", IsTls(scheme, host, port));
    }

    private static bool? IsTls(string scheme, string host, int port) => (scheme, port) switch
    {
        ("http", _) => false,
        ("https", _) or (_, Https) => true,
        (_, Http) => false,
        _ => host.Length == 0 ? null : true,
    };

    private static bool IsHost(string host) =>
        host.Length == 0 || Uri.CheckHostName(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host) != UriHostNameType.Unknown;
}
