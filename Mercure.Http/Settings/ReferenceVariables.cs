namespace Mercure.Http.Settings;

/// <summary>
/// Variables of the reference's hubs (the standalone hub of 0.8 to 0.10 and later, the image with Caddy) that are not simply other names of
/// settings. Those that have an equal are read as the settings that they stand for; the others are refused by name.
/// </summary>
internal sealed class ReferenceVariables
{
    private const string Caddy = "holds configuration of Caddy, which this hub does not read; docs/configuration.md has the setting for what it has";
    private const string Metrics = "asks for metrics, which this hub does not have yet; unset it: /healthz says whether it works, MERCURE_ACCESS_LOG=1 logs each request";
    private const string LetsEncrypt = "belongs to certificates from Let's Encrypt, which come in a later version; use CERT_FILE and KEY_FILE, or a proxy that ends TLS";

    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["ACME_HTTP01_ADDR"] = LetsEncrypt,
        ["CADDY_EXTRA_CONFIG"] = Caddy,
        ["CADDY_SERVER_EXTRA_DIRECTIVES"] = Caddy,
        ["EXTRA_DIRECTIVES"] = Caddy,
        ["GLOBAL_OPTIONS"] = Caddy,
        ["MERCURE_LICENSE"] = "is of no use: clusters need no license here; unset it",
        ["METRICS"] = Metrics,
        ["METRICS_ENABLED"] = Metrics,
        ["READ_HEADER_TIMEOUT"] = "is not read; READ_TIMEOUT bounds the head of a request and its body",
        ["SUBSCRIPTIONS_INCLUDE_IP"] = "asks for the addresses of subscribers, which are in no document of this hub; unset it",
        ["TCSZ"] = "is of no use: there is no such cache here; unset it",
    };

    /// <summary>Switches whose "off" is what this hub does anyway.</summary>
    private static readonly HashSet<string> Switches = new(StringComparer.Ordinal) { "METRICS", "METRICS_ENABLED", "SUBSCRIPTIONS_INCLUDE_IP" };

    private readonly Dictionary<string, FoundSetting> _settings = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    public ReferenceVariables(IReadOnlyDictionary<string, string> environment, bool hasAddress)
    {
        ReadServerName(environment.GetValueOrDefault(ServerName.Variable), hasAddress);
        ReadTransport([.. TransportUrl.Variables.Where(environment.ContainsKey)], environment);
        // Of 0.9 only; 0.10 calls it SUBSCRIPTIONS
        if (environment.TryGetValue("DISPATCH_SUBSCRIPTIONS", out var subscriptions))
            Add(new FoundSetting("mercure.v010.subscriptions", "DISPATCH_SUBSCRIPTIONS", [subscriptions], IsDefault: false));
        if (environment.TryGetValue("MERCURE_EXTRA_DIRECTIVES", out var directives))
            _problems.Add($"MERCURE_EXTRA_DIRECTIVES {CaddyDirectives.Instead(directives)}");
        foreach (var (name, instead) in Refused)
        {
            if (environment.TryGetValue(name, out var value) && !(Switches.Contains(name) && IsOff(value)))
                _problems.Add($"{name} {instead}");
        }
    }

    /// <summary>What <c>SERVER_NAME</c> asks for; null where it is not set, or the hub's own setting is.</summary>
    public ServerName? Site { get; private set; }

    /// <summary>Whether <c>SERVER_NAME</c> is but a name, beside an address of the hub's own setting.</summary>
    public bool IgnoresSite { get; private set; }

    /// <summary>By key.</summary>
    public IReadOnlyDictionary<string, FoundSetting> Settings => _settings;

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Whether a variable is one of the reference's, and so is no stranger's.</summary>
    public static bool Knows(string variable) =>
        Refused.ContainsKey(variable) || TransportUrl.Variables.Contains(variable, StringComparer.Ordinal) || variable == "MERCURE_EXTRA_DIRECTIVES";

    private void ReadServerName(string? text, bool hasAddress)
    {
        if (text is null)
            return;
        var site = ServerName.Parse(text);
        if (site is null)
            _problems.Add($"{ServerName.Variable} is \"{OneLine.Of(text)}\"; accepted: {ServerName.Accepted}");
        // A name alone says nothing about where to listen when ADDR does
        else if (hasAddress && site.Tls == true)
            IgnoresSite = true;
        else
            Add(new FoundSetting("mercure.addr", ServerName.Variable, [site.Address], IsDefault: false));
        Site = hasAddress ? null : site;
    }

    private void ReadTransport(IReadOnlyList<string> names, IReadOnlyDictionary<string, string> environment)
    {
        if (names is [var first, var second] && environment[first] != environment[second])
            _problems.Add($"{first} and {second} are two names of one setting and have different values; set one of them");
        if (names.Count == 0)
            return;
        try
        {
            foreach (var setting in TransportUrl.Read(names[0], environment[names[0]]))
                Add(setting);
        }
        catch (SettingsException e)
        {
            _problems.AddRange(e.Problems);
        }
    }

    private void Add(FoundSetting setting) => _settings[setting.Key] = setting;

    private static bool IsOff(string value) => value.Trim().ToUpperInvariant() is "0" or "FALSE";
}
