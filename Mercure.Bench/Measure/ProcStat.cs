using System.Globalization;

namespace Mercure.Bench.Measure;

/// <summary>CPU time and memory of a process, from Linux' /proc (proc(5)).</summary>
internal static class ProcStat
{
    /// <summary>USER_HZ: what the kernel tells user space in, whatever its own tick is; 100 on every Linux architecture of .NET.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of all the process' threads, in seconds (steps of 10 ms).</summary>
    public static double CpuSeconds(int pid) => ParseCpuSeconds(Read(pid, "stat"));

    public static long ResidentBytes(int pid) => ParseResidentBytes(Read(pid, "status"));

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (DirectoryNotFoundException e)
        {
            throw new IOException($"--pid: there is no process {pid}.", e);
        }
    }

    /// <summary>The second field is the program's name in parentheses and may hold spaces and parentheses: count from the last one.</summary>
    internal static double ParseCpuSeconds(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var user = long.Parse(fields[11], CultureInfo.InvariantCulture);
        var system = long.Parse(fields[12], CultureInfo.InvariantCulture);
        return (user + system) / TicksPerSecond;
    }

    internal static long ParseResidentBytes(string status)
    {
        var start = status.IndexOf("VmRSS:", StringComparison.Ordinal) + "VmRSS:".Length;
        var end = status.IndexOf("kB", start, StringComparison.Ordinal);
        return long.Parse(status.AsSpan(start, end - start).Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
