using System.Diagnostics;
using Mercure.Specs.Processes;

namespace Mercure.Specs.Examples;

/// <summary>Other programs, as a reader of the documentation runs them.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static async Task<(int ExitCode, string Output)> RunAsync(
        string directory, IEnumerable<(string Name, string Value)> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Timeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await output + await errors);
    }
}
