using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Akka.Persistence;
using Akka.Persistence.Query;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace Mercure.Actors.Projections;

/// <summary>
/// Publishes an application's events one after the other, in their order, each until it is stored, and goes on after a crash
/// from the offset that it stored last. What it had published since is published again, under the same id, which is made
/// of the event's own: a subscriber can tell. An update that breaks a rule is a failure: no event is left out. One in a cluster: start it as a singleton there. Owns the offset; when reading
/// or storing fails it ends, and is restarted after a while.
/// </summary>
public sealed class EventPublisher : ReceivePersistentActor
{
    /// <summary>Events after which the offset is stored.</summary>
    private const int StoreEvery = 100;

    private static readonly TimeSpan StoreAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MinRestartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxRestartDelay = TimeSpan.FromSeconds(30);

    private readonly EventProjection _projection;
    private readonly IHub _hub;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private long _offset;

    // Read by the publish under way, which runs on another thread.
    private volatile bool _isStopped;

    public EventPublisher(EventProjection projection, IHub hub)
    {
        _projection = projection;
        _hub = hub;
        JournalPluginId = projection.OffsetJournal;

        Recover<long>(offset => _offset = offset);
        Recover<RecoveryCompleted>(_ => Publish());
        Command<Published>(OnPublished);
        Command<Begin>(_ => Sender.Tell(Taken.Instance));
        Command<DeleteMessagesSuccess>(_ => { });
        Command<DeleteMessagesFailure>(failed => _log.Warning(failed.Cause, "Earlier offsets of the projection {0} are still stored", projection.Name));
        Command<Ended>(_ => throw new InvalidOperationException($"The events of the projection {projection.Name} came to an end."));
        Command<Status.Failure>(failure => throw new InvalidOperationException($"The events of the projection {projection.Name} can't be read.", failure.Cause));
    }

    public override string PersistenceId => $"mercure-projection/{_projection.Name}";

    /// <summary>The publisher, restarted after a failure, ever more slowly.</summary>
    public static Props Props(EventProjection projection, IHub hub) => BackoffSupervisor.Props(
        // A journal that fails stops it, everything else is made to.
        Backoff.OnStop(Akka.Actor.Props.Create<EventPublisher>(projection, hub), "publisher", MinRestartDelay, MaxRestartDelay, 0.2, -1)
            .WithDefaultStoppingStrategy());

    /// <summary>The id of an event's update: the same whenever it is published.</summary>
    public static string IdOf(string projection, EventEnvelope envelope)
    {
        var name = $"{projection}\n{envelope.PersistenceId}\n{envelope.SequenceNr}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16);
        // RFC 9562, version 8: a hash of our own.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return $"urn:uuid:{new Guid(hash, bigEndian: true):D}";
    }

    protected override void PostStop()
    {
        _isStopped = true;
        base.PostStop();
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _log.Warning(cause, "The offset of the projection {0} can't be stored; it begins anew", _projection.Name);

    private void Publish() =>
        PersistenceQuery.Get(Context.System).ReadJournalFor<IEventsByTagQuery>(_projection.ReadJournal)
            .EventsByTag(_projection.Tag, new Sequence(_offset))
            .SelectAsync(1, PublishAsync)
            .GroupedWithin(StoreEvery, StoreAfter)
            .Select(offsets => new Published(offsets.Last()))
            .RunWith(
                Sink.ActorRefWithAck<Published>(Self, Begin.Instance, Taken.Instance, Ended.Instance, cause => new Status.Failure(cause)),
                Context.Materializer());

    private async Task<long> PublishAsync(EventEnvelope envelope)
    {
        if (_projection.UpdateOf(envelope) is { } update)
        {
            var published = update with { Id = IdOf(_projection.Name, envelope) };
            while (await _hub.PublishAsync(published) is var result and not PublishResult.Stored)
            {
                if (result is PublishResult.Rejected rejected)
                    throw new InvalidOperationException($"The event {envelope.SequenceNr} of {envelope.PersistenceId} can't be published: {rejected.Rule.Reason}");
                if (_isStopped)
                    throw new OperationCanceledException();

                await Task.Delay(RetryDelay);
            }
        }

        return ((Sequence)envelope.Offset).Value;
    }

    private void OnPublished(Published published)
    {
        var stream = Sender;
        Persist(published.Offset, offset =>
        {
            _offset = offset;
            if (LastSequenceNr > 1)
                DeleteMessages(LastSequenceNr - 1);
            stream.Tell(Taken.Instance);
        });
    }

    /// <summary>Stream → self: everything up to here is published. Answered by <see cref="Taken"/>, which asks for more.</summary>
    private sealed record Published(long Offset);

    private sealed class Begin
    {
        public static readonly Begin Instance = new();
    }

    private sealed class Taken
    {
        public static readonly Taken Instance = new();
    }

    private sealed class Ended
    {
        public static readonly Ended Instance = new();
    }
}
