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
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>An application's events are published at least once, whenever it dies: a second time under the same id.</summary>
public sealed class EventPublisherSpecs : IDisposable
{
    private const string Topic = "https://example.com/orders/1";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

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

    private static EventProjection Projection => new()
    {
        Name = "orders",
        Tag = OrderTagger.Tag,
        ReadJournal = SqlReadJournal.Identifier,
        UpdateOf = envelope => CoreHub.UpdateOf((string)envelope.Event, id: null, Topic),
    };

    private ActorSystem StartShop(IHub hub)
    {
        var system = ActorSystem.Create("shop", ConfigurationFactory.ParseString(
            $$"""
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
        system.ActorOf(EventPublisher.Props(Projection, hub), "publisher");
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
}
