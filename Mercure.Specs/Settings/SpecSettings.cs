using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mercure.Specs.Settings;

/// <summary>
/// The specs' own environment variables, taken out of the environment before any spec runs: a hub that is started as a
/// child process refuses <c>MERCURE_…</c> names that it does not know.
/// </summary>
internal static class SpecSettings
{
    /// <summary>Connection string of a PostgreSQL server where databases may be made; null without one.</summary>
    public static string? PostgreSql { get; private set; }

    /// <summary>The same for MariaDB.</summary>
    public static string? MariaDb { get; private set; }

    /// <summary>How long each fuzz target is run in the long series.</summary>
    public static TimeSpan FuzzTime { get; private set; }

    /// <summary>How long the soak lasts.</summary>
    public static TimeSpan SoakTime { get; private set; }

    [ModuleInitializer]
    internal static void Take()
    {
        PostgreSql = Take("MERCURE_SPECS_POSTGRESQL");
        MariaDb = Take("MERCURE_SPECS_MARIADB");
        FuzzTime = TimeSpan.FromSeconds(double.Parse(Take("MERCURE_FUZZ_SECONDS") ?? "20", CultureInfo.InvariantCulture));
        SoakTime = TimeSpan.FromMinutes(double.Parse(Take("MERCURE_SOAK_MINUTES") ?? "30", CultureInfo.InvariantCulture));
    }

    private static string? Take(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, null);
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
