using System.Runtime.CompilerServices;

namespace Mercure.Specs.Journals;

/// <summary>
/// The specs' own environment variable, taken out of the environment before any spec runs: a hub that is started as a
/// child process refuses <c>MERCURE_…</c> names that it does not know.
/// </summary>
internal static class PostgreSqlSetting
{
    private const string Name = "MERCURE_SPECS_POSTGRESQL";

    /// <summary>Connection string of a server where databases may be made; null without one.</summary>
    public static string? Server { get; private set; }

    [ModuleInitializer]
    internal static void Take()
    {
        Server = Environment.GetEnvironmentVariable(Name) is { Length: > 0 } server ? server : null;
        Environment.SetEnvironmentVariable(Name, null);
    }
}
