using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Mercure.Http.Streams;
using Xunit;

namespace Mercure.Specs.Streams;

/// <summary>Framing: WHATWG HTML, 9.2; spec draft 04, Subscriptions ("text/event-stream compliant events").</summary>
public sealed class EventFramingSpecs
{
    [Fact]
    public void Should_write_every_field_in_order_when_all_are_given() =>
        Assert.Equal(
            "event: added\nretry: 5000\nid: urn:1\ndata: one\ndata: two\n\n",
            Text(Updates.Stored("one\ntwo", "urn:1", "added", 5000)));

    [Fact]
    public void Should_write_only_id_and_data_when_nothing_else_is_given() =>
        Assert.Equal("id: 1\ndata: x\n\n", Text(Updates.Stored("x")));

    [Theory]
    [InlineData("a\nb", "data: a\ndata: b\n")]
    [InlineData("a\rb", "data: a\ndata: b\n")]
    [InlineData("a\r\nb", "data: a\ndata: b\n")]
    [InlineData("a\n\rb", "data: a\ndata: \ndata: b\n")]
    [InlineData("a\n", "data: a\ndata: \n")]
    [InlineData("\r\n", "data: \ndata: \n")]
    [InlineData("a\r", "data: a\ndata: \n")]
    [InlineData("", "data: \n")]
    [InlineData(" leading", "data:  leading\n")]
    public void Should_write_one_data_line_for_each_line_of_data(string data, string lines) =>
        Assert.Equal($"id: 1\n{lines}\n", Text(Updates.Stored(data)));

    [Fact]
    public void Should_write_an_empty_data_line_when_there_is_no_data() =>
        Assert.Equal("id: 1\ndata: \n\n", Text(Updates.Stored((byte[]?)null)));

    [Fact]
    public void Should_write_the_greatest_retry() =>
        Assert.StartsWith("retry: 18446744073709551615\n", Text(Updates.Stored("x", retry: ulong.MaxValue)), StringComparison.Ordinal);

    [Fact]
    public void Should_open_and_keep_alive_with_a_comment()
    {
        Assert.Equal(":\n\n"u8.ToArray(), EventEncoders.Plain.Opening.Bytes.ToArray());
        Assert.Equal(":\n\n"u8.ToArray(), EventEncoders.Plain.Heartbeat.Bytes.ToArray());
        Assert.True(EventEncoders.Plain.Closing(0).IsEmpty);
    }

    [Property(MaxTest = 500)]
    public void Should_be_read_back_as_one_event_whatever_the_update(NonNull<string> data, NonNull<string> id, NonNull<string> type, ulong retry)
    {
        var text = Updates.Utf8(data.Get);
        var name = Updates.Name(id.Get);
        var kind = Updates.Name(type.Get);

        var read = Assert.Single(SseParser.Parse(Encoding.UTF8.GetBytes(Text(Updates.Stored(text, name, kind, retry)))));

        Assert.Equal(Normalized(text), read.Data);
        Assert.Equal(name, read.LastEventId);
        Assert.Equal(kind.Length == 0 ? "message" : kind, read.Type);
        Assert.Equal(retry == 0 ? null : retry, read.Retry);
    }

    // Attack: data that tries to close its line and write fields or events of its own (CWE-93)
    [Property(MaxTest = 500)]
    public void Should_never_let_data_become_another_field(int[] choices)
    {
        string[] pieces = ["\r", "\n", "\r\n", "id: evil", "event: evil", "data: x", "retry: 1", ":", " ", "\0", "\u2028", "\u0085"];
        var data = string.Concat(choices.Select(choice => pieces[(int)((uint)choice % pieces.Length)]));

        var read = Assert.Single(SseParser.Parse(Encoding.UTF8.GetBytes(Text(Updates.Stored(data, "good", "fine")))));

        Assert.Equal(new SseEvent("fine", Normalized(data), "good", Retry: null), read);
    }

    [Property]
    public void Should_concatenate_to_the_same_bytes_in_order(NonNull<string>[] data)
    {
        var frames = data.Select(text => EventEncoders.Plain.Encode(Updates.Stored(Updates.Utf8(text.Get)))).ToList();

        var joined = EventEncoders.Plain.Concatenate(frames);

        Assert.Equal(frames.SelectMany(frame => frame.Bytes.ToArray()), joined.Bytes.ToArray());
        Assert.Equal(joined.Bytes.Length, joined.PlainLength);
    }

    private static string Text(Actors.Updates.StoredUpdate update) => Encoding.UTF8.GetString(EventEncoders.Plain.Encode(update).Bytes.Span);

    private static string Normalized(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
