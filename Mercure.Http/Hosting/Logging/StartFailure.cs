using Mercure.Http.Settings;
using Mercure.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Mercure.Http.Hosting.Logging;

/// <summary>Why the program ends, when there is no log yet or no longer: on standard error, in the form that the log would have.</summary>
internal static class StartFailure
{
    private const string Category = "Mercure.Http";

    /// <summary>A line for each problem that an operator can mend; whatever else it is, with its stack trace.</summary>
    public static void Write(Exception failure, LogFormat format, TextWriter to)
    {
        IReadOnlyList<string> problems = failure switch
        {
            SettingsException refusal => refusal.Problems,
            JournalException refusal => [refusal.Message.ReplaceLineEndings(" ")],
            _ => ["The hub ended by a fault of its own, please report it"],
        };
        var fault = failure is SettingsException or JournalException ? null : failure;
        foreach (var problem in problems)
            Write(problem, fault, format, to);
    }

    private static void Write(string problem, Exception? fault, LogFormat format, TextWriter to)
    {
        ConsoleFormatter? formatter = format switch
        {
            LogFormat.Json => JsonFormatter.Json(TimeProvider.System),
            LogFormat.Fluentd => JsonFormatter.Fluentd(TimeProvider.System),
            _ => null,
        };
        if (formatter is null)
            to.WriteLine(fault is null ? $"mercure: {problem}" : $"mercure: {problem}: {fault}");
        else
            formatter.Write(new LogEntry<string>(LogLevel.Critical, Category, 0, problem, fault, static (text, _) => text), null, to);
    }
}
