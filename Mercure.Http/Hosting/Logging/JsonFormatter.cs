using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// One JSON object a line. JSON has the names that logrus gives (<c>time</c>, <c>level</c>, <c>msg</c>), FLUENTD those
/// that fluentd's Google Cloud output looks for (<c>time</c>, <c>severity</c>, <c>message</c>); other fields in snake_case.
/// </summary>
internal sealed class JsonFormatter(string name, TimeProvider clock, JsonFormatter.Names names) : ConsoleFormatter(name)
{
    private static readonly JsonWriterOptions Options = new()
    {
        // Not for HTML: the relaxed encoder leaves URLs readable, and still escapes what would end a line
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>How the fixed fields are called, and how a level is.</summary>
    public sealed record Names(string Level, string Message, Func<LogLevel, string> LevelName);

    public static JsonFormatter Json(TimeProvider clock) => new("JSON", clock, new Names("level", "msg", LogFields.Level));

    public static JsonFormatter Fluentd(TimeProvider clock) => new("FLUENTD", clock, new Names("severity", "message", Severity));

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>();
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, Options))
            WriteEntry(logEntry, json);

        var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(buffer.WrittenCount));
        var length = Encoding.UTF8.GetChars(buffer.WrittenSpan, characters);
        textWriter.Write(characters.AsSpan(0, length));
        textWriter.Write('\n');
        ArrayPool<char>.Shared.Return(characters);
    }

    private void WriteEntry<TState>(in LogEntry<TState> entry, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("time", clock.GetUtcNow().ToString(LogFields.TimeFormat, CultureInfo.InvariantCulture));
        json.WriteString(names.Level, names.LevelName(entry.LogLevel));
        json.WriteString(names.Message, entry.Formatter(entry.State, entry.Exception));
        json.WriteString("logger", entry.Category);
        var fields = LogFields.Of(entry.State);
        for (var i = 0; i < fields.Count; i++)
        {
            if (LogFields.IsShown(fields[i]))
                WriteField(FieldName(fields[i].Key), fields[i].Value!, json);
        }

        if (entry.Exception is not null)
            json.WriteString("error", entry.Exception.ToString());
        json.WriteEndObject();
    }

    /// <summary>A field may not take the place of a fixed one: readers keep the last of two.</summary>
    private string FieldName(string field)
    {
        var snake = SnakeCase.Of(field);
        return snake is "time" or "logger" or "error" || snake == names.Level || snake == names.Message ? $"field_{snake}" : snake;
    }

    private static void WriteField(string name, object value, Utf8JsonWriter json)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            case string text:
                json.WriteString(name, text);
                break;
            case IEnumerable<string> texts:
                json.WriteStartArray(name);
                foreach (var text in texts)
                    json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Severity(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        LogLevel.Critical => "CRITICAL",
        _ => "INFO",
    };
}
