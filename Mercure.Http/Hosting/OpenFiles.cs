using System.Globalization;

namespace Mercure.Http.Hosting;

/// <summary>How many files the process may have open (setrlimit(2), RLIMIT_NOFILE). Every connection is one.</summary>
internal static class OpenFiles
{
    private const string Limits = "/proc/self/limits";

    private const string Row = "Max open files";

    /// <summary>For assemblies (some 250 when the hub is idle), the journal and the cluster: a hub that can open nothing any more can't write.</summary>
    private const long Reserve = 512;

    /// <summary>Connections that leave enough for everything else: all but 512, at least half; null when there is no limit, or none that is known.</summary>
    public static long? Connections() => File.Exists(Limits) ? Connections(File.ReadLines(Limits)) : null;

    /// <param name="limits">Lines of <c>/proc/PID/limits</c>: name, soft limit, hard limit, unit.</param>
    internal static long? Connections(IEnumerable<string> limits)
    {
        var row = limits.FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal));
        var soft = row?[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files) ? Math.Max(files / 2, files - Reserve) : null;
    }
}
