using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Query;
using Embedding;
using Mercure.Actors;
using Mercure.Actors.Hosting;
using Mercure.Actors.Presence;
using Mercure.Actors.Projections;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>An application's events are published at least once, whenever it dies: a second time under the same id.</summary>
public sealed class EventPublisherSpecs : IDisposable
{
    private const string Topic = "https://example.com/orders/1";

    private static readonly TimeSpan Timeout = Eventually.Patience;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>The application dies after the hub has stored an update, and before it knows, so before the offset is stored.</summary>
    [Fact]
    public async Task Should_publish_under_the_same_id_what_it_does_not_know_to_be_stored()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        await using var stream = hub.Subscribe(lastEventId: null, Topic);
        await stream.Opened;

        var shop = StartShop(new AnswerlessHub(hub.Hub, "packed"));
        var order = shop.ActorOf(Props.Create<Order>("1"));
        foreach (var verb in new[] { "paid", "packed", "shipped" })
            await order.Ask<Order.Accepted>(new Order.Handle("1", verb), Timeout);
        await stream.UntilAsync(events => events.Count == 2);
        await shop.Terminate();

        shop = StartShop(hub.Hub);
        await stream.UntilAsync(events => events[^1].Data == "shipped");
        await shop.Terminate();

        // What precedes may have been stored as published, or not.
        Assert.Equal(["paid", "packed"], stream.Data.Take(2));
        Assert.Equal(["packed", "shipped"], stream.Data.Skip(2).SkipWhile(data => data == "paid"));
        Assert.Equal(3, stream.Events.Distinct().Count());
    }

    /// <summary>The journal of the offset is away for a moment: nothing that was published would ever be published again.</summary>
    [Theory]
    [InlineData(FailingJournal.Operation.Write)]
    [InlineData(FailingJournal.Operation.Read)]
    public async Task Should_go_on_when_its_offset_can_not_be_stored_or_read_for_a_while(FailingJournal.Operation failing)
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        await using var stream = hub.Subscribe(lastEventId: null, Topic);
        await stream.Opened;
        FailingJournal.FailAt(failing);

        var shop = StartShop(hub.Hub, "specs.failing");
        var order = shop.ActorOf(Props.Create<Order>("1"));
        await order.Ask<Order.Accepted>(new Order.Handle("1", "paid"), Timeout);
        await Eventually.IsTrueAsync(() => Task.FromResult(FailingJournal.Fails == FailingJournal.Operation.None));
        await order.Ask<Order.Accepted>(new Order.Handle("1", "packed"), Timeout);

        await stream.UntilAsync(events => events.Count > 0 && events[^1].Data == "packed");
        await shop.Terminate();
    }

    /// <summary>An update that breaks a rule: it can't be published, and no event is left out, so the projection stays there until its code is mended.</summary>
    [Fact]
    public async Task Should_stay_at_an_event_whose_update_is_rejected()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        var tried = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var shop = StartShop(hub.Hub, projection: Projection with
        {
            UpdateOf = envelope =>
            {
                tried.Enqueue((string)envelope.Event);
                return CoreHub.UpdateOf("x", id: null, Topic) with { Type = "a\ndata: forged" };
            },
        });
        var order = shop.ActorOf(Props.Create<Order>("1"));
        await order.Ask<Order.Accepted>(new Order.Handle("1", "paid"), Timeout);
        await order.Ask<Order.Accepted>(new Order.Handle("1", "packed"), Timeout);

        await Eventually.IsTrueAsync(() => Task.FromResult(tried.Count >= 2));

        Assert.All(tried, static verb => Assert.Equal("paid", verb));
        await shop.Terminate();
    }

    private static EventProjection Projection => new()
    {
        Name = "orders",
        Tag = OrderTagger.Tag,
        ReadJournal = SqlReadJournal.Identifier,
        UpdateOf = envelope => CoreHub.UpdateOf((string)envelope.Event, id: null, Topic),
    };

    private ActorSystem StartShop(IHub hub, string offsetJournal = "", EventProjection? projection = null)
    {
        var system = ActorSystem.Create("shop", ConfigurationFactory.ParseString(
            $$"""
            specs.failing.class = "{{typeof(FailingJournal).AssemblyQualifiedName}}"
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              persistence {
                journal {
                  plugin = akka.persistence.journal.sql
                  sql {
                    connection-string = "Data Source={{Path.Combine(_directory.Path, "shop.db")}}"
                    provider-name = "SQLite.MS"
                    event-adapters.tagger = "Embedding.OrderTagger, embedding"
                    event-adapter-bindings = { "System.String" = tagger }
                  }
                }
                query.journal.sql {
                  connection-string = "Data Source={{Path.Combine(_directory.Path, "shop.db")}}"
                  provider-name = "SQLite.MS"
                  refresh-interval = 100ms
                }
              }
            }
            """).WithFallback(SqlPersistence.DefaultConfiguration));
        system.ActorOf(EventPublisher.Props((projection ?? Projection) with { OffsetJournal = offsetJournal }, hub), "publisher");
        return system;
    }

    /// <summary>The real hub, whose answer for one update does not arrive.</summary>
    private sealed class AnswerlessHub(IHub hub, string data) : IHub
    {
        public async Task<PublishResult> PublishAsync(Update update)
        {
            var result = await hub.PublishAsync(update);
            if (System.Text.Encoding.UTF8.GetString(update.Data!.Value.Span) == data)
                await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan);
            return result;
        }

        public Task<StreamEnd> SubscribeAsync(Subscription subscription) => hub.SubscribeAsync(subscription);

        public Task<SubscriptionsResult> GetSubscriptionsAsync(SubscriptionQuery query) => hub.GetSubscriptionsAsync(query);

        public Task<HubHealth> CheckHealthAsync() => hub.CheckHealthAsync();
    }

    /// <summary>A journal in memory that fails once, when it is told to.</summary>
    public sealed class FailingJournal : Akka.Persistence.Journal.MemoryJournal
    {
        public enum Operation
        {
            None,
            Write,
            Read,
        }

        private static volatile Operation _fails;

        public static Operation Fails => _fails;

        public static void FailAt(Operation operation) => _fails = operation;

        protected override Task<System.Collections.Immutable.IImmutableList<Exception?>> WriteMessagesAsync(IEnumerable<Akka.Persistence.AtomicWrite> messages, CancellationToken cancellationToken)
        {
            FailOnce(Operation.Write);
            return base.WriteMessagesAsync(messages, cancellationToken)!;
        }

        public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken)
        {
            FailOnce(Operation.Read);
            return base.ReadHighestSequenceNrAsync(persistenceId, fromSequenceNr, cancellationToken);
        }

        private static void FailOnce(Operation operation)
        {
            if (_fails != operation)
                return;

            _fails = Operation.None;
            throw new IOException("The journal is away.");
        }
    }
}
