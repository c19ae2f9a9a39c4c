using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;

namespace Mercure.Bench.Floor;

/// <summary>What requests hand to the one writer.</summary>
internal interface IFloorWork;

/// <summary>A response to write to.</summary>
internal sealed class FloorSubscriber(string topic, PipeWriter response) : IFloorWork
{
    public string Topic { get; } = topic;

    public PipeWriter Response { get; } = response;

    /// <summary>The last flush, when it could not end at once.</summary>
    public Task Flushing { get; set; } = Task.CompletedTask;
}

/// <summary>A response that ends: Kestrel must not take it back while it is written to.</summary>
internal sealed class FloorLeaving(FloorSubscriber subscriber) : IFloorWork
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FloorSubscriber Subscriber { get; } = subscriber;

    public Task Done => _done.Task;

    public void Complete() => _done.SetResult();
}

/// <summary>An update, encoded once.</summary>
internal sealed class FloorPublish : IFloorWork
{
    public const int IdLength = 36;

    private const int IdAt = 4;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FloorPublish(string topic, byte[] frame)
    {
        Topic = topic;
        Frame = frame;
    }

    public string Topic { get; }

    /// <summary><c>id: UUID\ndata: …\n\n</c>, as a hub frames it.</summary>
    public byte[] Frame { get; }

    public ReadOnlySpan<byte> Id => Frame.AsSpan(IdAt, IdLength);

    public Task Done => _done.Task;

    /// <summary>Takes topic and data from a form in which data is the last field and needs no decoding, as this program sends it.</summary>
    public static FloorPublish Parse(ReadOnlySequence<byte> form)
    {
        var bytes = form.IsSingleSegment ? form.FirstSpan : form.ToArray();
        var dataAt = bytes.IndexOf("&data="u8);
        var topic = bytes["topic=".Length..dataAt];
        if (topic.IndexOf((byte)'&') is >= 0 and var end)
            topic = topic[..end];
        var data = bytes[(dataAt + "&data=".Length)..];

        var frame = new byte[IdAt + IdLength + "\ndata: ".Length + data.Length + 2];
        "id: "u8.CopyTo(frame);
        Guid.NewGuid().TryFormat(frame.AsSpan(IdAt), out _);
        "\ndata: "u8.CopyTo(frame.AsSpan(IdAt + IdLength));
        data.CopyTo(frame.AsSpan(IdAt + IdLength + "\ndata: ".Length));
        "\n\n"u8.CopyTo(frame.AsSpan(frame.Length - 2));
        return new FloorPublish(WebUtility.UrlDecode(Encoding.ASCII.GetString(topic)), frame);
    }

    public void Complete() => _done.SetResult();
}
