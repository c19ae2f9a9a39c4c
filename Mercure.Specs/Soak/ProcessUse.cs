using System.Globalization;

namespace Mercure.Specs.Soak;

/// <summary>What a process holds (proc(5)).</summary>
/// <param name="Megabytes">Resident.</param>
/// <param name="Descriptors">Files and sockets.</param>
/// <param name="Threads">Of the kernel.</param>
internal sealed record ProcessUse(double Megabytes, double Descriptors, double Threads)
{
    public static ProcessUse Of(int process)
    {
        var status = File.ReadAllLines($"/proc/{process}/status");
        double Field(string name) => double.Parse(
            status.Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal)).Split((char[])[':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
        return new ProcessUse(Field("VmRSS") / 1024, Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, Field("Threads"));
    }

    /// <summary>Of each on its own: a collection that is just about to happen is no growth.</summary>
    public static ProcessUse MedianOf(IReadOnlyCollection<ProcessUse> uses)
    {
        double Median(Func<ProcessUse, double> of) => uses.Select(of).Order().ElementAt(uses.Count / 2);
        return new ProcessUse(Median(use => use.Megabytes), Median(use => use.Descriptors), Median(use => use.Threads));
    }
}
