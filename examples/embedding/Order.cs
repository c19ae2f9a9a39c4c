using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace Embedding;

/// <summary>An order: everything that happened to it.</summary>
internal sealed class Order : ReceivePersistentActor
{
    private const string Prefix = "order-";

    public Order(string number)
    {
        PersistenceId = Prefix + number;
        Recover<string>(_ => { });
        Command<Handle>(handle =>
        {
            var asker = Sender;
            Persist(handle.Verb, _ => asker.Tell(Accepted.Instance));
        });
    }

    public override string PersistenceId { get; }

    public sealed record Handle(string Number, string Verb);

    public sealed class Accepted
    {
        public static readonly Accepted Instance = new();
    }

    public static string NumberOf(string persistenceId) => persistenceId[Prefix.Length..];
}

/// <summary>Parent of all orders.</summary>
internal sealed class Orders : ReceiveActor
{
    public Orders() => Receive<Order.Handle>(handle =>
        Context.Child(handle.Number).GetOrElse(() => Context.ActorOf(Props.Create<Order>(handle.Number), handle.Number)).Forward(handle));
}

/// <summary>Tags the events that are published.</summary>
public sealed class OrderTagger : IWriteEventAdapter
{
    public const string Tag = "order";

    public string Manifest(object evt) => "";

    public object ToJournal(object evt) => new Tagged(evt, [Tag]);
}
