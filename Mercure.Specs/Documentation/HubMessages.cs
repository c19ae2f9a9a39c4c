using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Mercure.Http.Hosting;
using Mercure.Http.Settings;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Documentation;

/// <summary>What the hub says: refusals of its start, provoked, and every text in its source.</summary>
internal static partial class HubMessages
{
    private const string Token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7fX0.c2lnbmF0dXJl";
    private const string PrivateKey = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----";

    /// <summary>Settings that stop the start.</summary>
    private static readonly (string Name, string Value)[] Mistakes =
    [
        ("JWT_KEY", ""),
        ("JWT_KEY", Token),
        ("JWT_KEY", PrivateKey),
        ("JWT_KEY", "-----BEGIN PUBLIC KEY----- MFkw"),
        ("MERCURE_HEARTBEAT_INTERVALL", "15s"),
        ("SERVER_NAME", "hub.example.com"),
        ("TRANSPORT_URL", "redis://redis"),
        ("MERCURE_EXTRA_DIRECTIVES", "anonymous"),
        ("METRICS", "1"),
        ("SUBSCRIPTIONS", "1"),
        ("JWT_KEY", "/run/secrets/jwt_key"),
        ("JWT_KEY", "$(cat k.pub)"),
        ("JWT_KEY", "https://id.example.com/jwks.json"),
        ("JWT_KEY", "ssh-rsa AAAAB3NzaC1yc2E"),
        ("HEARTBEAT_INTERVAL", "15"),
        ("ADDR", "3000"),
        ("CORS_ALLOWED_ORIGINS", "example.com"),
        ("PUBLISH_ALLOWED_ORIGINS", "*"),
        ("ACME_HOSTS", "hub.example.com"),
        ("MERCURE_CONFIG", "/no/such.conf"),
        ("CERT_FILE", "hub.crt"),
        ("DB_PATH", "/no/such/updates.db"),
        ("MERCURE_JOURNAL", "postgresql"),
    ];

    /// <summary>The lines with which those stop it.</summary>
    public static IReadOnlyList<string> Refusals() => [.. Mistakes.Select(mistake => Loading.Problem(mistake))];

    public static IReadOnlyList<string> All() => [.. Refusals(), .. KeyRefusals(), .. FileRefusals(), .. AddressRefusals(), .. Texts()];

    private static IEnumerable<string> KeyRefusals()
    {
        using var file = new TemporaryFile("secret");
        using var ecdsa = System.Security.Cryptography.ECDsa.Create();
        return
        [
            Loading.Problem(("JWT_KEY_FILE", file.Path)),
            Loading.Problem(("JWT_KEY", ""), ("JWT_KEY_FILE", "/no/such/key")),
            Loading.Problem(("JWT_KEY", ""), ("JWT_KEY_PREVIOUS", "secret")),
            Loading.Problem(("JWT_KEY", ecdsa.ExportSubjectPublicKeyInfoPem()), ("JWT_ALGORITHM", "HS256")),
        ];
    }

    private static IEnumerable<string> FileRefusals()
    {
        var bolt = new byte[4096];
        new byte[] { 0xED, 0xDA, 0x0C, 0xED }.CopyTo(bolt, 16);
        using var reference = new TemporaryFile(bolt);
        using var other = new TemporaryFile("mercure {");
        return [Loading.Problem(("DB_PATH", reference.Path)), Loading.Problem(("DB_PATH", other.Path)), Loading.Problem(("MERCURE_CONFIG", other.Path))];
    }

    private static IEnumerable<string> AddressRefusals()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        foreach (var address in new[] { taken.LocalEndpoint.ToString()!, "192.0.2.1:3000", "no-such-host.invalid:3000" })
        {
            var settings = Loading.Load(("ADDR", address));
            yield return Assert.Throws<SettingsException>(() => ListenSockets.Bind(settings.Listen)).Message;
        }
    }

    /// <summary>The strings of the source, joined where they are joined there, with … for what is filled in.</summary>
    private static IEnumerable<string> Texts() =>
        from project in new[] { "Mercure.Actors", "Mercure.Journal", "Mercure.Http" }
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories)
        where !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
        from Match text in Text().Matches(Joint().Replace(File.ReadAllText(file), ""))
        select Hole().Replace(text.Groups["text"].Value, "…").Replace("\\\"", "\"", StringComparison.Ordinal);

    [GeneratedRegex(@"""\s*\+\s*\$?""", RegexOptions.None, 1000)]
    private static partial Regex Joint();

    [GeneratedRegex(@"""(?<text>([^""\\\n]|\\.)+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^{}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Hole();
}
