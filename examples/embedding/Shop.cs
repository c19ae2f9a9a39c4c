using Akka.Actor;
using Akka.Hosting;
using Akka.Persistence.Sql.Query;
using Mercure.Actors;
using Mercure.Actors.Projections;
using Mercure.Actors.Updates;
using Mercure.Http.Hosting;
using Mercure.Http.Settings;

namespace Embedding;

/// <summary>An event-sourced shop: its orders are actors with a journal, and what happens to them is published.</summary>
public static class Shop
{
    /// <summary>Where a browser sees an order, and the topic of its updates.</summary>
    public static string TopicOf(string order) => $"http://localhost:5000/orders/{order}";

    public static WebApplication Build(string[] args, string directory)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddMercureHub(HubSettingsIn(directory));
        builder.Services.AddAkka("shop", (akka, provider) => akka
            .AddHocon(JournalIn(directory), HoconAddMode.Prepend)
            .WithMercureHub(provider)
            .WithActors((system, registry) =>
            {
                registry.Register<Orders>(system.ActorOf(Props.Create<Orders>(), "orders"));
                // In a cluster, a singleton: system.ActorOf(ClusterSingletonManager.Props(EventPublisher.Props(…), …)).
                system.ActorOf(EventPublisher.Props(Published, provider.GetRequiredService<IHub>()), "order-publisher");
            }));

        var app = builder.Build();
        app.UseMercureHub();
        app.MapPost("/orders/{order}/{verb}", async (string order, string verb, IRequiredActor<Orders> orders) =>
        {
            await orders.ActorRef.Ask<Order.Accepted>(new Order.Handle(order, verb), TimeSpan.FromSeconds(5));
            return Results.Accepted();
        });
        return app;
    }

    /// <summary>The events that are published: all of an order's, as its new state.</summary>
    private static EventProjection Published => new()
    {
        Name = "orders",
        Tag = OrderTagger.Tag,
        ReadJournal = SqlReadJournal.Identifier,
        UpdateOf = envelope => envelope.Event is not string happened ? null : new Update
        {
            Generation = Generation.V07,
            Topics = [TopicOf(Order.NumberOf(envelope.PersistenceId))],
            Data = System.Text.Encoding.UTF8.GetBytes(happened),
        },
    };

    /// <summary>The hub's settings, as in <c>hocon/mercure.conf</c>; its log lies in a file of its own.</summary>
    private static HubSettings HubSettingsIn(string directory) => SettingsLoader.Load([], new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["JWT_KEY"] = "a secret of thirty-two bytes or more",
        ["ALLOW_ANONYMOUS"] = "1",
        ["DB_PATH"] = Path.Combine(directory, "updates.db"),
    });

    /// <summary>The shop's own journal.</summary>
    private static string JournalIn(string directory) =>
        $$"""
        akka.persistence {
          journal {
            plugin = akka.persistence.journal.sql
            sql {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"
              connection-string = "Data Source={{Path.Combine(directory, "shop.db")}}"
              provider-name = "SQLite.MS"
              event-adapters.tagger = "Embedding.OrderTagger, embedding"
              event-adapter-bindings = { "System.String" = tagger }
            }
          }
          query.journal.sql {
            class = "Akka.Persistence.Sql.Query.SqlReadJournalProvider, Akka.Persistence.Sql"
            write-plugin = akka.persistence.journal.sql
            connection-string = "Data Source={{Path.Combine(directory, "shop.db")}}"
            provider-name = "SQLite.MS"
            refresh-interval = 200ms
          }
        }
        """;
}
