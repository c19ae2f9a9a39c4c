using System.Text;

namespace Mercure.Specs.Streams;

/// <summary>An event as a browser would dispatch it.</summary>
public sealed record SseEvent(string Type, string Data, string LastEventId, ulong? Retry);

/// <summary>
/// The reference against which framing is judged: WHATWG HTML, 9.2.6 "Interpreting an event stream", written as the
/// standard words it and not as the hub does.
/// </summary>
public sealed class SseParser
{
    private readonly StringBuilder _data = new();
    private string _type = "";
    private string _lastEventId = "";
    private ulong? _retry;

    public static List<SseEvent> Parse(ReadOnlySpan<byte> stream)
    {
        var parser = new SseParser();
        var events = new List<SseEvent>();
        var text = Encoding.UTF8.GetString(stream);
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] is not ('\r' or '\n'))
                continue;

            if (parser.Line(text[start..index]) is { } parsed)
                events.Add(parsed);
            if (text[index] == '\r' && index + 1 < text.Length && text[index + 1] == '\n')
                index++;
            start = index + 1;
        }

        return events;
    }

    /// <summary>Takes one line without its end; the event, when the line dispatches one.</summary>
    public SseEvent? Line(string line)
    {
        if (line.Length == 0)
            return Dispatch();
        if (line[0] == ':')
            return null;

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? "" : line[(colon + 1)..];
        Process(field, value.StartsWith(' ') ? value[1..] : value);
        return null;
    }

    private void Process(string field, string value)
    {
        switch (field)
        {
            case "event":
                _type = value;
                break;
            case "data":
                _data.Append(value).Append('\n');
                break;
            case "id" when !value.Contains('\0', StringComparison.Ordinal):
                _lastEventId = value;
                break;
            case "retry" when value.All(char.IsAsciiDigit):
                _retry = ulong.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
                break;
        }
    }

    private SseEvent? Dispatch()
    {
        var data = _data.ToString();
        var type = _type.Length == 0 ? "message" : _type;
        var retry = _retry;
        _data.Clear();
        _type = "";
        _retry = null;
        return data.Length == 0 ? null : new SseEvent(type, data[..^1], _lastEventId, retry);
    }
}
