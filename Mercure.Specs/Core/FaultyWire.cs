using Akka.Actor;
using Mercure.Actors.Protocol;

namespace Mercure.Specs.Core;

/// <summary>
/// The way between one node and the writer: it loses, repeats and delays messages both ways, and can be cut. Stands for
/// the writer towards the node, and for the node's switchboard towards the writer.
/// </summary>
internal sealed class FaultyWire : ReceiveActor
{
    private readonly Random _random;
    private readonly List<LinkProtocol.Routed> _crossed = [];
    private IActorRef _writer = ActorRefs.Nobody;
    private IActorRef _switchboard = ActorRefs.Nobody;
    private IActorRef _gateway = ActorRefs.Nobody;
    private IActorRef _presence = ActorRefs.Nobody;
    private bool _isCut;
    private bool _isFaulty = true;

    public FaultyWire(int seed)
    {
        _random = new Random(seed);

        Receive<UseWriter>(use => _writer = use.Writer);
        Receive<Cut>(cut => _isCut = cut.IsCut);
        Receive<Heal>(_ => _isFaulty = _isCut = false);
        Receive<Late>(late => late.To.Tell(late.Message, Self));

        Receive<LinkProtocol.Connect>(connect =>
        {
            _switchboard = connect.Switchboard;
            Carry(_writer, connect with { Switchboard = Self });
        });
        Receive<PublishProtocol.StoreRequest>(request =>
        {
            _gateway = Sender;
            Carry(_writer, request);
        });
        Receive<LinkProtocol.Received>(received => Carry(_writer, received));
        Receive<LinkProtocol.DeclareInterests>(declare => Carry(_writer, declare));
        Receive<PresenceProtocol.Hello>(hello =>
        {
            _presence = Sender;
            Carry(_writer, hello);
        });
        Receive<PresenceProtocol.Record>(record => Carry(_writer, record));
        Receive<PresenceProtocol.GetSubscriptions>(get => _writer.Forward(get));
        Receive<PublishProtocol.GetReady>(ready => _writer.Forward(ready));

        Receive<LinkProtocol.Connected>(connected => Carry(_switchboard, connected));
        Receive<LinkProtocol.Routed>(routed =>
        {
            _crossed.Add(routed);
            Carry(_switchboard, routed);
        });
        Receive<LinkProtocol.Disconnected>(disconnected => Carry(_switchboard, disconnected));
        Receive<LinkProtocol.InterestsTaken>(taken => Carry(_switchboard, taken));
        Receive<GetCrossed>(_ => Sender.Tell(_crossed.ToArray()));
        Receive<PresenceProtocol.Register>(register => Carry(_presence, register));
        Receive<PresenceProtocol.Recorded>(recorded => Carry(_presence, recorded));
        Receive<PublishProtocol.RequestStored>(stored => Carry(_gateway, stored));
        Receive<PublishProtocol.RequestFailed>(failed => Carry(_gateway, failed));
    }

    public sealed record UseWriter(IActorRef Writer);

    public sealed record Cut(bool IsCut);

    public sealed record Heal;

    /// <summary>What was routed to the node so far: answered by an array.</summary>
    public sealed record GetCrossed;

    private void Carry(IActorRef to, object message)
    {
        if (_isCut)
            return;

        switch (_isFaulty ? _random.Next(20) : 19)
        {
            case 0 or 1:
                break;
            case 2 or 3:
                to.Tell(message, Self);
                to.Tell(message, Self);
                break;
            case 4 or 5:
#pragma warning disable AK1004 // A delay of one message: nothing to cancel.
                Context.System.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(_random.Next(1, 60)), Self, new Late(to, message), Self);
#pragma warning restore AK1004
                break;
            default:
                to.Tell(message, Self);
                break;
        }
    }

    private sealed record Late(IActorRef To, object Message);
}
