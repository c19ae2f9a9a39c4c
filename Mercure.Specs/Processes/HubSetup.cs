using Mercure.Specs.Journals;
using Mercure.Specs.Tokens;

namespace Mercure.Specs.Processes;

/// <summary>Where and how a hub runs: the same for each of its lives, so that it can be started again on its journal.</summary>
public sealed class HubSetup : IAsyncDisposable
{
    /// <summary>Of generation 0.7.</summary>
    public const string Key = "!ChangeMe!";

    /// <summary>May publish to everyone.</summary>
    public static readonly string PublisherToken = TestTokens.Hmac("""{"mercure":{"publish":["*"]}}""", Key);

    private readonly TestJournal _journal;

    public HubSetup(TestJournal journal, params (string Name, string Value)[] environment)
    {
        _journal = journal;
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["JWT_KEY"] = Key,
            ["ADDR"] = $"127.0.0.1:{Port}",
            ["ALLOW_ANONYMOUS"] = "1",
            // A busy machine is not a journal that is away
            ["MERCURE_PUBLISH_TIMEOUT"] = "30s",
            // A stop that is not what a spec is about takes no longer than it must
            ["MERCURE_DRAIN_TIME"] = "0s",
        };
        foreach (var (name, value) in journal.Environment.Concat(environment))
            Environment[name] = value;
    }

    public int Port { get; private set; } = FreePort.Next();

    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Network namespace to run it in; null for this process's own.</summary>
    public string? Namespace { get; set; }

    /// <summary>How many files it may have open; null for as many as this process.</summary>
    public int? OpenFiles { get; init; }

    public Uri Address => new($"http://{Host}:{Port}/");

    public Uri Hub => new(Address, "hub");

    /// <summary>The hub's current directory.</summary>
    public string Directory => _journal.Directory;

    /// <summary>The SQLite file.</summary>
    public string File => _journal.File;

    public Dictionary<string, string> Environment { get; }

    public static async Task<HubSetup> CreateAsync(TestDatabase database, params (string Name, string Value)[] environment) =>
        new(await TestJournal.CreateAsync(database), environment);

    /// <summary>To another port, when another program has taken this one before the hub did.</summary>
    public void Move()
    {
        var (former, port) = (Port, FreePort.Next());
        Port = port;
        foreach (var (name, value) in Environment.ToList())
            Environment[name] = value.Replace($":{former}", $":{port}", StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();
}
