using Mercure.Specs.Faults;

namespace Mercure.Specs.Settings;

/// <summary>
/// What a spec needs of the machine. Each member is the reason to skip the spec; null if the need is met. <c>test.sh</c> installs
/// the programs and starts the servers: there a skipped spec fails the run, unless its reason begins with <see cref="Privilege"/>.
/// </summary>
internal static class Needs
{
    /// <summary>What <c>scripts/summary.py</c> accepts: the account that runs the specs is not root, or may not do what root may.</summary>
    private const string Privilege = "needs a privilege: ";

    private static readonly Lazy<string?> MountFailure = new(Tmpfs.Probe);

    /// <summary>A server where databases may be made.</summary>
    public static string? PostgreSql => SpecSettings.PostgreSql is null ? "MERCURE_SPECS_POSTGRESQL is not set" : null;

    /// <inheritdoc cref="PostgreSql"/>
    public static string? MariaDb => SpecSettings.MariaDb is null ? "MERCURE_SPECS_MARIADB is not set" : null;

    public static string? AnyServer => PostgreSql is null || MariaDb is null ? null : $"{PostgreSql}; {MariaDb}";

    /// <summary>A server of the spec's own.</summary>
    public static string? PostgreSqlPrograms => PostgreSql ?? (PostgreSqlServer.Programs is null ? "PostgreSQL's programs are not installed" : null);

    /// <inheritdoc cref="PostgreSqlPrograms"/>
    public static string? MariaDbPrograms => MariaDb ?? Program(MariaDbServer.Program);

    public static string? AnyServerPrograms =>
        PostgreSqlPrograms is null || MariaDbPrograms is null ? null : $"{PostgreSqlPrograms}; {MariaDbPrograms}";

    public static string? FakeTime => FakeTimeFactAttribute.Library is null ? "libfaketime is not installed" : null;

    /// <summary>File systems of the spec's own.</summary>
    public static string? Mounts => MountFailure.Value is { } failure ? Privilege + failure : null;

    /// <summary>Network namespaces of the spec's own.</summary>
    public static string? NetworkNamespaces => Program("/usr/sbin/ip") ?? (Environment.IsPrivilegedProcess ? null : Privilege + "only root makes network namespaces");

    /// <param name="name">In the path, or absolute.</param>
    public static string? Program(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, name)))
            ? null
            : $"{name} is not installed";
}
