using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// One line an entry: <c>2026-01-31T12:00:00.000Z INFO Mercure started addr=:3000</c>. Fields that the message shows are not
/// repeated. Whatever ends a line, or changes how the rest of it is shown, is escaped, so that nobody's input can forge one (CWE-117).
/// </summary>
internal sealed class TextFormatter(TimeProvider clock) : ConsoleFormatter("TEXT")
{
    private const int LevelWidth = 5;

    private static readonly SearchValues<char> Special = SearchValues.Create(
        " =\"\\" + string.Concat(Enumerable.Range(0, 32).Append(127).Select(static c => (char)c)));

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        Span<char> time = stackalloc char[32];
        clock.GetUtcNow().TryFormat(time, out var length, LogFields.TimeFormat, CultureInfo.InvariantCulture);
        textWriter.Write(time[..length]);
        textWriter.Write(' ');
        textWriter.Write(Level(logEntry.LogLevel));
        textWriter.Write(' ');
        WriteEscaped(logEntry.Formatter(logEntry.State, logEntry.Exception), textWriter);

        var fields = LogFields.Of(logEntry.State);
        var template = LogFields.TemplateOf(fields);
        for (var i = 0; i < fields.Count; i++)
        {
            if (LogFields.IsShown(fields[i]) && !LogFields.IsInMessage(template, fields[i].Key))
                WriteField(fields[i].Key, Convert.ToString(fields[i].Value, CultureInfo.InvariantCulture) ?? "", textWriter);
        }

        if (logEntry.Exception is not null)
            WriteField("Error", logEntry.Exception.ToString(), textWriter);
        textWriter.Write('\n');
    }

    private static string Level(LogLevel level) => level == LogLevel.Warning
        ? "WARN "
        : LogFields.Level(level).ToUpperInvariant().PadRight(LevelWidth);

    private static void WriteField(string name, string value, TextWriter to)
    {
        to.Write(' ');
        to.Write(SnakeCase.Of(name));
        to.Write('=');
        if (value.Length > 0 && value.AsSpan().IndexOfAny(Special) < 0)
        {
            to.Write(value);
            return;
        }

        to.Write('"');
        WriteEscaped(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal), to);
        to.Write('"');
    }

    /// <summary>Control characters; line ends of Unicode (U+2028, U+2029); what is invisible or turns the direction round (U+200B, U+202E).</summary>
    private static bool IsUnsafe(char c) =>
        c is < ' ' or > '~' && char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format;

    private static void WriteEscaped(string text, TextWriter to)
    {
        foreach (var c in text)
        {
            if (c == '\n')
                to.Write("\\n");
            else if (IsUnsafe(c))
                to.Write($"\\u{(int)c:x4}");
            else
                to.Write(c);
        }
    }
}
