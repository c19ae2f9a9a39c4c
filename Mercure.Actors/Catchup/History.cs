using Akka.Actor;
using Akka.Event;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Catchup;

/// <summary>
/// Reads the journal for everyone on the node who catches up, in shared pages: a storm of reconnections costs the database
/// the distinct pages, not the clients. Owns the page cache. Asked by subscribers and the switchboard, told by the
/// switchboard how the log stands. A read that fails is answered with <see cref="PageUnavailable"/>: whoever needs it asks again.
/// </summary>
/// <remarks>
/// Pages begin at multiples of <see cref="BlockRows"/> or where the page before ended, so that everyone's fit. A page is
/// cached when nothing can be added to it (it reached its size or the end of its block); of the others, only the newest.
/// </remarks>
internal sealed class History : ReceiveActor
{
    /// <summary>Pages never cross a multiple of this.</summary>
    internal const long BlockRows = 1024;

    /// <summary>A page ends with the row that reaches this.</summary>
    internal const long PageBytes = 1024 * 1024;

    private const long CacheBytes = 64 * 1024 * 1024;
    private const int MaxReads = 4;

    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly HubOptions _options;
    private readonly IHubStore _store;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly PageCache _cache = new(CacheBytes);
    private readonly Dictionary<long, List<(IActorRef Asker, long Row)>> _reading = [];
    private readonly Queue<(IActorRef Asker, long Row)> _waiting = new();

    private LogHead _head;
    private UpdateIds? _ids;

    public History(HubOptions options, IHubStore store)
    {
        _options = options;
        _store = store;

        Receive<GetPage>(message => Serve(Sender, message.Row));
        Receive<Resolve>(OnResolve);
        Receive<HeadMoved>(OnHeadMoved);
        Receive<RowsRead>(OnRowsRead);
        Receive<ReadFailed>(OnReadFailed);
    }

    /// <summary>
    /// Subscriber, switchboard → history: the page that holds this row, which is not beyond the head. Answered by
    /// <see cref="Page"/> (which begins later when the row is trimmed), <see cref="RowsTrimmed"/> or <see cref="PageUnavailable"/>.
    /// </summary>
    public sealed record GetPage(long Row);

    /// <summary>Neither this row nor the others of its page are in the journal any more.</summary>
    public sealed record RowsTrimmed(long Row);

    /// <summary>The journal could not be read; ask again in a while.</summary>
    public sealed record PageUnavailable(long Row, string Reason);

    /// <summary>
    /// Subscriber → history: where does the update stand that is the furthest on of those with these ids? Answered by
    /// <see cref="Resolved"/> or <see cref="PageUnavailable"/>.
    /// </summary>
    /// <param name="Ids">Mostly one.</param>
    /// <param name="OrEarliest">Whether the history's beginning is the answer when it has none of them.</param>
    public sealed record Resolve(IReadOnlyList<string> Ids, bool OrEarliest);

    /// <summary>The answer to <see cref="Resolve"/>.</summary>
    /// <param name="Position">After this; null for ids that are all unknown or no longer in the history.</param>
    /// <param name="Id">Of the update there; null when none precedes.</param>
    public sealed record Resolved(Position? Position, string? Id);

    /// <summary>Switchboard → history: the log stands here.</summary>
    public sealed record HeadMoved(LogHead Head, UpdateIds Ids);

    public static Props Props(HubOptions options, IHubStore store) => Akka.Actor.Props.Create<History>(options, store);

    private void Serve(IActorRef asker, long row)
    {
        if (_cache.Find(row) is { } page)
        {
            asker.Tell(page);
            return;
        }

        var start = _cache.StartFor(row);
        if (_reading.TryGetValue(start, out var askers))
        {
            askers.Add((asker, row));
        }
        else if (_reading.Count >= MaxReads || _ids is null)
        {
            _waiting.Enqueue((asker, row));
        }
        else
        {
            _reading.Add(start, [(asker, row)]);
            Read(start, Math.Min(PageCache.EndOfBlock(start), Math.Max(_head.SequenceNumber, row)), _ids);
        }
    }

    private void Read(long from, long to, UpdateIds ids)
    {
        var self = Self;
        // Off the actor's thread: a SQLite read is synchronous.
        Task.Run(() => ReadAsync(from, to, ids)).PipeTo(self, failure: cause => new ReadFailed(from, cause));
    }

    private async Task<RowsRead> ReadAsync(long from, long to, UpdateIds ids)
    {
        var rows = await _store.ReadAsync(from, to, PageBytes);
        var page = rows.Count == 0 ? null : new Page([.. rows.Select(row => LogBatch.Of(row.SequenceNumber, row.Batch, ids, _options.SubscriptionEvents))]);
        return new RowsRead(from, to, page);
    }

    private void OnRowsRead(RowsRead read)
    {
        _reading.Remove(read.From, out var askers);
        if (read.Page is { } page)
            _cache.Add(read.From, page, isFull: page.LastRow < read.To || read.To == PageCache.EndOfBlock(read.From));

        foreach (var (asker, row) in askers!)
        {
            if (read.Page is null)
                asker.Tell(new RowsTrimmed(row));
            else if (read.Page.LastRow >= row)
                asker.Tell(read.Page);
            else
                Serve(asker, row);
        }

        ServeWaiting();
    }

    private void OnReadFailed(ReadFailed failed)
    {
        _log.Warning(failed.Cause, "Reading the journal from row {0} failed", failed.From);
        _reading.Remove(failed.From, out var askers);
        foreach (var (asker, row) in askers!)
            asker.Tell(new PageUnavailable(row, failed.Cause.Message));

        ServeWaiting();
    }

    private void ServeWaiting()
    {
        for (var count = _waiting.Count; count > 0 && _reading.Count < MaxReads && _ids is not null; count--)
        {
            var (asker, row) = _waiting.Dequeue();
            Serve(asker, row);
        }
    }

    private void OnHeadMoved(HeadMoved moved)
    {
        _head = moved.Head;
        _ids = moved.Ids;
        ServeWaiting();
    }

    private void OnResolve(Resolve resolve)
    {
        if (_ids is null)
        {
            Sender.Tell(new PageUnavailable(0, "The log is not open yet."));
            return;
        }

        var resolver = new IdResolver(_store, _options, _head, _ids, PageAsync(Self));
        var earliest = new EarliestUpdate(_store, _options, _head);
        // Off the actor's thread, as pages are.
        Task.Run(() => ResolveAsync(resolve, resolver, earliest)).PipeTo(Sender, failure: cause => new PageUnavailable(0, cause.Message));
    }

    private static async Task<Resolved> ResolveAsync(Resolve resolve, IdResolver resolver, EarliestUpdate earliest)
    {
        var furthest = new Resolved(null, null);
        foreach (var id in resolve.Ids)
        {
            if (await resolver.ResolveAsync(id) is { } position && !(position <= furthest.Position))
                furthest = new Resolved(position, id);
        }

        return furthest.Position is null && resolve.OrEarliest ? new Resolved(await earliest.FindAsync(), null) : furthest;
    }

    private static Func<long, Task<Page?>> PageAsync(IActorRef history) => async row => await history.Ask(new GetPage(row), AskTimeout) switch
    {
        Page page => page,
        RowsTrimmed => null,
        var other => throw new InvalidOperationException($"Row {row} can't be read: {other}"),
    };

    private sealed record RowsRead(long From, long To, Page? Page);

    private sealed record ReadFailed(long From, Exception Cause);
}
