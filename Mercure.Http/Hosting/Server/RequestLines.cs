using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Mercure.Http.Hosting.Server;

/// <summary>
/// An HTTP/1 connection as Kestrel reads it, where clients that don't percent-encode what isn't ASCII in the request's target are read
/// all the same, as the reference reads them. Kestrel refuses such a line, and has no way to be told otherwise, so it is shown
/// another: the same with those bytes percent-encoded.
/// <para>
/// Nothing but a request line may be changed, or a body would no longer have the length that its head says (CWE-444). That a request
/// begins is not guessed from the bytes, which an attacker chooses: Kestrel's own state says so, the target of the current request, which
/// is null from the end of a request to the next one's line.
/// </para>
/// </summary>
internal sealed class RequestLines(IDuplexPipe transport, int longest) : PipeReader, IDuplexPipe
{
    private readonly PipeReader _input = transport.Input;

    /// <summary>Kestrel's, the same for all requests of the connection; null before the first one has been answered by the hub.</summary>
    private IHttpRequestFeature? _request;
    private bool _firstHasBegun;

    /// <summary>What was received of the first request, and how much of it is empty lines, which are no beginning of a request (RFC 9112, 2.2).</summary>
    private ReadOnlySequence<byte> _first;
    private long _blank;

    /// <summary>What was received and what Kestrel is shown instead, and how long the line is in each.</summary>
    private ReadOnlySequence<byte> _received;
    private ReadOnlySequence<byte> _shown;
    private long _receivedLine;
    private long _shownLine;

    public PipeReader Input => this;

    public PipeWriter Output => transport.Output;

    private bool IsAtRequestLine => _request is null ? !_firstHasBegun : _request.RawTarget is null;

    /// <summary>Between the transport, or TLS, and Kestrel's HTTP/1; HTTP/2 has no such line.</summary>
    public static ConnectionDelegate Middleware(ConnectionDelegate next, int longest) => connection =>
    {
        if (connection.Features.Get<ISslStreamFeature>()?.SslStream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            connection.Transport = new RequestLines(connection.Transport, longest);
        return next(connection);
    };

    /// <summary>At each request: tells the connection whose state it is to look at.</summary>
    public static void Attach(IFeatureCollection request)
    {
        if (request.Get<IConnectionTransportFeature>()?.Transport is RequestLines { _request: null } connection)
            connection._request = request.Get<IHttpRequestFeature>();
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = _input.ReadAsync(cancellationToken);
        return !IsAtRequestLine ? read
            : read.IsCompletedSuccessfully ? new(Show(read.Result))
            : ShowAsync(read);
    }

    public override bool TryRead(out ReadResult result) => _input.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_shownLine > 0)
        {
            (consumed, examined) = (Received(consumed), Received(examined));
            _shownLine = 0;
            _received = _shown = default;
        }

        if (!_first.IsEmpty)
        {
            _firstHasBegun |= _first.Slice(_first.Start, consumed).Length > _blank;
            _first = default;
        }

        _input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => _input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _input.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ShowAsync(ValueTask<ReadResult> read) => Show(await read);

    private ReadResult Show(ReadResult read)
    {
        if (_request is null)
            (_first, _blank) = (read.Buffer, new SequenceReader<byte>(read.Buffer).AdvancePastAny((byte)'\r', (byte)'\n'));
        var line = TargetEncoding.LineOf(read.Buffer, longest);
        if (line.IsEmpty || TargetEncoding.Encode(line) is not { } encoded)
            return read;

        _received = read.Buffer;
        _receivedLine = line.Length;
        _shownLine = encoded.Length;
        var first = new Segment(encoded);
        var last = first;
        foreach (var memory in read.Buffer.Slice(line.End))
            last = last.Append(memory);
        _shown = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        return new ReadResult(_shown, read.IsCanceled, read.IsCompleted);
    }

    /// <summary>Kestrel takes the line whole, or nothing of it.</summary>
    private SequencePosition Received(SequencePosition position)
    {
        var shown = _shown.Slice(_shown.Start, position).Length;
        return _received.GetPosition(shown < _shownLine ? 0 : shown - _shownLine + _receivedLine);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
