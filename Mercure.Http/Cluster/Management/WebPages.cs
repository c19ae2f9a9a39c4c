using System.Net;
using Mercure.Http.Settings;

namespace Mercure.Http.Cluster.Management;

/// <summary>
/// Keeps web pages away from the management listener, which has no keys: a page of any site runs in a browser that may reach it. The
/// name in Host finds a page whose name was pointed to this address (DNS rebinding, CWE-350); Origin and Sec-Fetch-Site find one that
/// sends forms (CSRF, CWE-352). Probes, command lines and other nodes send none of the latter two, and an address in Host.
/// </summary>
internal sealed partial class WebPages
{
    private readonly HashSet<string> _names;
    private readonly string[] _suffixes;
    private readonly ILogger _log;
    private int _isLogged;

    public WebPages(ClusterSettings settings, ILogger log)
    {
        string?[] own = ["localhost", settings.Host, settings.BindHost, settings.ManagementHost, Dns.GetHostName()];
        _names = own.Concat(settings.ManagementNames).OfType<string>().Where(name => !name.StartsWith("*.", StringComparison.Ordinal)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _suffixes = [.. settings.ManagementNames.Where(name => name.StartsWith("*.", StringComparison.Ordinal)).Select(name => name[1..])];
        _log = log;
    }

    /// <summary>Why the request is refused, and the cure; null when it is not.</summary>
    public string? Refusal(HttpRequest request)
    {
        var reason = ReasonOf(request);
        if (reason is not null && Interlocked.Exchange(ref _isLogged, 1) == 0)
            Refused(_log, reason, request.Host.Value, request.Headers.Origin.ToString());
        return reason;
    }

    private string? ReasonOf(HttpRequest request)
    {
        if (!IsOwn(request.Host.Host))
        {
            return "The name in the Host header is not this node's; a web page may have been pointed here. Call the node by its address or as localhost, "
                + "or list the name in MERCURE_CLUSTER_MANAGEMENT_NAMES";
        }

        var origin = request.Headers.Origin;
        if (origin.Count > 0 && !string.Equals(origin.ToString(), $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase))
            return "The Origin header names another site: web pages can't use the management listener. Use a program that is no browser, such as curl";
        return request.Headers["Sec-Fetch-Site"].All(site => site is "same-origin" or "none")
            ? null
            : "The Sec-Fetch-Site header says that a page of another site sends this: web pages can't use the management listener. Enter the address by hand, or use a program that is no browser, such as curl";
    }

    /// <summary>Without a name, it is a probe in HTTP/1.0: browsers always send one.</summary>
    private bool IsOwn(string host)
    {
        var name = host.TrimEnd('.');
        return name.Length == 0 || IsAddress(name) || _names.Contains(name) || Array.Exists(_suffixes, suffix => IsBelow(name, suffix));
    }

    /// <summary>As a browser writes it. Nobody's name server can answer for an address.</summary>
    private static bool IsAddress(string host) =>
        host.StartsWith('[') || (IPAddress.TryParse(host, out var address) && address.ToString() == host);

    private static bool IsBelow(string name, string suffix) =>
        name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
        && name.IndexOf('.', StringComparison.Ordinal) == name.Length - suffix.Length;

    [LoggerMessage(120, LogLevel.Warning, "A request to the management listener was refused; further ones are not logged: {reason}")]
    private static partial void Refused(ILogger logger, string reason, string? host, string origin);
}
