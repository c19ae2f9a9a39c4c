using Akka.Actor;

namespace Mercure.Specs.Core;

/// <summary>
/// Where writers live and die: kills the one in charge, or starts another beside it, which each believe to be the only one
/// until the journal tells. The wires are pointed at the newest; on request one of them stays with the old.
/// </summary>
internal sealed class WriterSlot : ReceiveActor
{
    private readonly Props _writer;
    private readonly IReadOnlyList<IActorRef> _wires;
    private readonly List<IActorRef> _alive = [];

    public WriterSlot(Props writer, IReadOnlyList<IActorRef> wires)
    {
        _writer = writer;
        _wires = wires;

        Receive<KillWriter>(_ => Context.Stop(_alive[^1]));
        Receive<DoubleWriter>(_ => Start(_wires[0]));
        Receive<Settle>(_ => OnSettle());
        Receive<Terminated>(OnTerminated);
    }

    public sealed record KillWriter;

    /// <summary>The first wire's node goes over to the new writer, the others stay with the old.</summary>
    public sealed record DoubleWriter;

    /// <summary>
    /// Everyone goes over to the newest: an old writer that has nothing to write does not learn that it has a successor, and
    /// in a cluster it is the shard's move that tells its node.
    /// </summary>
    public sealed record Settle;

    protected override void PreStart() => Start([.. _wires]);

    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;

    private void OnSettle()
    {
        // As the shard's move would: an old writer goes on telling its node how the log stood.
        foreach (var old in _alive.SkipLast(1))
            Context.Stop(old);

        Point(_alive[^1], [.. _wires]);
    }

    private void OnTerminated(Terminated terminated)
    {
        _alive.Remove(terminated.ActorRef);
        if (_alive.Count == 0)
            Start([.. _wires]);
        else
            Point(_alive[^1], [.. _wires]);
    }

    private void Start(params IActorRef[] wires)
    {
        var writer = Context.ActorOf(_writer);
        Context.Watch(writer);
        _alive.Add(writer);
        Point(writer, wires);
    }

    private static void Point(IActorRef writer, IActorRef[] wires)
    {
        foreach (var wire in wires)
            wire.Tell(new FaultyWire.UseWriter(writer));
    }
}
