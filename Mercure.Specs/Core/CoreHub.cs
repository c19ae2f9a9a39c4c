using Akka.Actor;
using Akka.Hosting;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Updates;
using Mercure.Http.Settings;
using Mercure.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>The hub without HTTP: the production registration in an actor system of its own, on a real journal.</summary>
internal sealed class CoreHub : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly JournalDatabases _databases;

    private CoreHub(IHost host, JournalDatabases databases, Hub hub, IHubStore store)
    {
        _host = host;
        _databases = databases;
        Hub = hub;
        Store = store;
    }

    public Hub Hub { get; }

    public IHubStore Store { get; }

    public ActorSystem ActorSystem => _host.Services.GetRequiredService<ActorSystem>();

    /// <summary>Starts a hub; <paramref name="start"/> replaces its actors by others on the same configuration.</summary>
    public static async Task<CoreHub> StartAsync(
        JournalOptions journal, HubOptions options, Func<ActorSystem, IHubStore, Task>? start = null, TimeProvider? clock = null, string config = "")
    {
        // A busy machine is not a journal that is away
        if (options.PublishTimeout == new HubOptions().PublishTimeout)
            options = options with { PublishTimeout = TimeSpan.FromSeconds(30) };
        var databases = JournalDatabases.Open(journal);
        var store = JournalHosting.CreateStore(databases, options.PersistenceId);
        var hub = new Hub();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("mercure", akka =>
        {
            akka.ConfigureLoggers(logging => logging.ClearLoggers());
            akka.AddHocon(HoconResource.Read("akka.conf"), HoconAddMode.Prepend);
            akka.AddHubDefaults();
            akka.WithHubJournal(databases);
            if (config.Length > 0)
                akka.AddHocon(config, HoconAddMode.Prepend);
            if (start is null)
                akka.WithMercureHub(options, store, clock ?? TimeProvider.System, hub);
            else
                akka.WithActors((system, _) => start(system, store));
        });
        var host = builder.Build();
        await host.StartAsync();
        return new CoreHub(host, databases, hub, store);
    }

    /// <summary>Publishes to topics, and waits until it is acknowledged.</summary>
    public async Task<string> PublishAsync(string data, params string[] topics) =>
        Assert.IsType<PublishResult.Stored>(await Hub.PublishAsync(UpdateOf(data, id: null, topics))).Id;

    public static Update UpdateOf(string data, string? id, params string[] topics) => new()
    {
        Generation = Generation.V07,
        Topics = topics,
        Data = System.Text.Encoding.UTF8.GetBytes(data),
        Id = id,
    };

    /// <summary>Opens a stream; what it receives is read as it comes, unless it is told not to read.</summary>
    public CoreStream Subscribe(string? lastEventId, params string[] selectors) => Subscribe(lastEventId, reads: true, selectors);

    public CoreStream Subscribe(string? lastEventId, bool reads, params string[] selectors) =>
        new(Hub.SubscribeAsync, lastEventId, reads, Grant.None, selectors);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _databases.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }
}
