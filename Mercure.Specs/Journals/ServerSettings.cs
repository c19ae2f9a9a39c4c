using System.Runtime.CompilerServices;

namespace Mercure.Specs.Journals;

/// <summary>
/// The specs' own environment variables, taken out of the environment before any spec runs: a hub that is started as a
/// child process refuses <c>MERCURE_…</c> names that it does not know.
/// </summary>
internal static class ServerSettings
{
    /// <summary>Connection string of a PostgreSQL server where databases may be made; null without one.</summary>
    public static string? PostgreSql { get; private set; }

    /// <summary>The same for MariaDB.</summary>
    public static string? MariaDb { get; private set; }

    [ModuleInitializer]
    internal static void Take()
    {
        PostgreSql = Take("MERCURE_SPECS_POSTGRESQL");
        MariaDb = Take("MERCURE_SPECS_MARIADB");
    }

    private static string? Take(string name)
    {
        var server = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, null);
        return string.IsNullOrEmpty(server) ? null : server;
    }
}
