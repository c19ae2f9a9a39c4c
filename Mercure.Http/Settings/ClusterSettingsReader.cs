using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Mercure.Http.Hosting.Tls;
using Mercure.Journal;

namespace Mercure.Http.Settings;

/// <summary>Reads <c>mercure.cluster</c>.</summary>
internal static class ClusterSettingsReader
{
    private const string Root = "mercure.cluster.";

    /// <summary>Null when nothing asks for a cluster. Every key is read in either case, so that a wrong one is told.</summary>
    public static ClusterSettings? Read(SettingsReader reader, JournalKind journal)
    {
        var seeds = reader.List<string>(Root + "seeds", TryParseSeed, "addresses of nodes such as 10.0.0.1:25520 or hub-1:25520");
        var discovery = ReadDiscovery(reader, seeds);
        var host = Host(reader, "host");
        var port = Port(reader, "port", min: 1);
        var bindPort = Port(reader, "bind-port", min: 0);
        var management = reader.Parse<ListenAddress>(
            Root + "management-addr", ListenAddress.TryParse, ":8558, 127.0.0.1:8558, [::1]:8558 or localhost:8558");
        var settings = new ClusterSettings
        {
            Discovery = discovery ?? default,
            Seeds = seeds,
            DiscoveryService = reader.Text(Root + "discovery-service"),
            Host = host ?? "",
            Port = port,
            BindHost = Host(reader, "bind-host") ?? host ?? "",
            BindPort = bindPort == 0 ? port : bindPort,
            Roles = reader.List<string>(Root + "roles", TryParseRole, "names of letters, digits, dots, dashes and underscores"),
            Timing = reader.Choice<ClusterTiming>(Root + "timing"),
            Tls = ReadTls(reader),
            ManagementHost = management.Host ?? DefaultManagementHost(reader, host),
            ManagementPort = management.Port,
            ManagementNames = reader.List<string>(
                Root + "management-names", TryParseName, "host names such as mercure.example.com or *.mercure.default.svc.cluster.local, without a port"),
            ManagementWrites = reader.Flag(Root + "management-writes"),
        };
        if (discovery is null)
            return null;

        RefuseEmbedded(reader, journal);
        return host is null ? settings with { Host = OwnAddress(reader), BindHost = settings.BindHost.Length > 0 ? settings.BindHost : "0.0.0.0" } : settings;
    }

    /// <summary>Nodes that are all on this machine have nobody elsewhere who manages them; null for every interface.</summary>
    private static string? DefaultManagementHost(SettingsReader reader, string? host) =>
        reader.Find(Root + "management-addr").IsDefault && host is not null && Loopback.IsLoopback(host)
            ? IPAddress.TryParse(host, out _) ? host : IPAddress.Loopback.ToString()
            : null;

    private static ClusterDiscovery? ReadDiscovery(SettingsReader reader, IReadOnlyList<string> seeds)
    {
        var service = reader.Text(Root + "discovery-service");
        if (reader.Text(Root + "discovery") is null)
            return seeds.Count > 0 ? ClusterDiscovery.Seeds : null;

        var discovery = reader.Choice<ClusterDiscovery>(Root + "discovery");
        if (discovery != ClusterDiscovery.Seeds && seeds.Count > 0)
            reader.Reject($"{Name(reader, "seeds")} is set, but {Name(reader, "discovery")} is \"{reader.Text(Root + "discovery")}\"; accepted: one of them");
        if (discovery == ClusterDiscovery.Seeds && seeds.Count == 0)
            reader.Reject($"MERCURE_CLUSTER_SEEDS is missing: {Name(reader, "discovery")} is \"seeds\" and needs it; accepted: addresses of nodes such as 10.0.0.1:25520");
        if (discovery is ClusterDiscovery.Dns or ClusterDiscovery.Akka && service is null)
            reader.Reject($"MERCURE_CLUSTER_DISCOVERY_SERVICE is missing: {Name(reader, "discovery")} is \"{reader.Text(Root + "discovery")}\" and needs it; accepted: the name to look up");
        return discovery;
    }

    /// <summary>Nodes on several machines can't share a file, let alone memory.</summary>
    private static void RefuseEmbedded(SettingsReader reader, JournalKind journal)
    {
        if (journal is JournalKind.Sqlite or JournalKind.Memory)
        {
            reader.Reject(
                $"{Name(reader, "discovery", "seeds")} asks for a cluster, but {reader.Find("mercure.journal").Name} is \"{reader.Text("mercure.journal")}\", "
                + "which only one process can use; accepted: postgresql, mariadb, mysql or sqlserver in MERCURE_JOURNAL");
        }
    }

    private static ClusterTls? ReadTls(SettingsReader reader)
    {
        string[] keys = ["tls-cert-file", "tls-key-file", "tls-ca-file"];
        var files = keys.Select(key => reader.Text(Root + key)).ToArray();
        if (files.All(file => file is null))
            return null;

        if (keys.FirstOrDefault(key => reader.Text(Root + key) is null) is { } missing)
        {
            reader.Reject($"{SettingNames.BestKnown(Root + missing)} is missing: {Name(reader, keys.First(key => reader.Text(Root + key) is not null))} needs it; accepted: all three of a node's TLS files or none");
            return null;
        }

        if (PemCertificate.Problem(files[0]!, files[1]!) is { } problem)
            reader.Reject($"{Name(reader, keys[0])} is \"{OneLine.Of(files[0]!)}\" and {Name(reader, keys[1])} is \"{OneLine.Of(files[1]!)}\": {problem}; accepted: a certificate and its private key, PEM files");
        if (ProblemOfAuthority(files[2]!) is { } unusable)
            reader.Reject($"{Name(reader, keys[2])} is \"{OneLine.Of(files[2]!)}\": {unusable}; accepted: a PEM file with the authority's certificate");
        return new ClusterTls(files[0]!, files[1]!, files[2]!);
    }

    private static string? ProblemOfAuthority(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count == 0 ? "it holds no certificate" : null;
        }
        catch (Exception e) when (PemCertificate.IsBadFile(e))
        {
            return e.Message;
        }
    }

    /// <summary>Whichever of these keys somebody set, as it was written.</summary>
    private static string Name(SettingsReader reader, params string[] keys) =>
        reader.Find(Root + (keys.FirstOrDefault(key => !reader.Find(Root + key).IsDefault) ?? keys[0])).Name;

    private static int Port(SettingsReader reader, string key, int min) => reader.Parse(
        Root + key,
        (string text, out int port) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port >= min && port <= IPEndPoint.MaxPort,
        $"a port from {min} to {IPEndPoint.MaxPort}");

    /// <summary>It becomes part of the actor system's configuration, where a quote would end it. Null when empty.</summary>
    private static string? Host(SettingsReader reader, string key)
    {
        var host = reader.Parse<string>(
            Root + key,
            (string text, out string value) =>
            {
                value = text;
                return text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');
            },
            "a host name, or an address such as 10.0.0.1");
        return string.IsNullOrEmpty(host) ? null : host;
    }

    private static string OwnAddress(SettingsReader reader)
    {
        try
        {
            var own = Dns.GetHostAddresses(Dns.GetHostName())
                .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
                .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                .FirstOrDefault();
            if (own is not null)
                return own.ToString();
        }
        catch (SocketException)
        {
            // The machine's name is not known to its own resolver: somebody has to tell.
        }

        reader.Reject("MERCURE_CLUSTER_HOST is missing: this machine has no address that other nodes could reach; accepted: a host name or an address");
        return "";
    }

    private static bool TryParseSeed(string text, out string seed)
    {
        seed = text;
        return ListenAddress.TryParse(text, out var address) && address is { Host: not null, Port: > 0 };
    }

    private static bool TryParseName(string text, out string name)
    {
        name = text.TrimEnd('.');
        return Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) == UriHostNameType.Dns;
    }

    private static bool TryParseRole(string text, out string role)
    {
        role = text;
        return text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
    }
}
