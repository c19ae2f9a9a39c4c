using Akka.Actor;
using Akka.Hosting;
using Akka.Remote;
using Mercure.Actors.Hosting;
using Mercure.Http.Settings;
using Mercure.Journal;
using Mercure.Specs.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mercure.Specs.Core;

/// <summary>Several nodes of one hub in this process, each in an actor system of its own, on one journal, over real sockets.</summary>
internal sealed class CoreCluster : IAsyncDisposable
{
    private const string Config =
        """
        akka {
          actor.provider = cluster
          coordinated-shutdown.run-by-actor-system-terminate = off
          remote.dot-netty.tcp {
            hostname = 127.0.0.1
            port = 0
            maximum-frame-size = 4MiB
            send-buffer-size = 8MiB
            receive-buffer-size = 8MiB
          }
          cluster {
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            unreachable-nodes-reaper-interval = 200ms
            down-removal-margin = 500ms
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver {
              active-strategy = keep-oldest
              keep-oldest.down-if-alone = on
              stable-after = 2s
            }
            failure-detector {
              heartbeat-interval = 300ms
              expected-response-after = 300ms
              acceptable-heartbeat-pause = 3s
            }
            sharding {
              retry-interval = 250ms
              waiting-for-state-timeout = 1s
              coordinator-failure-backoff = 1s
              shard-failure-backoff = 1s
              distributed-data.gossip-interval = 500ms
              distributed-data.notify-subscribers-interval = 100ms
            }
            singleton.hand-over-retry-interval = 250ms
          }
        }
        """;

    private readonly JournalDatabases _databases;
    private readonly HubOptions _options;
    private readonly List<Node> _nodes = [];

    private CoreCluster(JournalDatabases databases, HubOptions options)
    {
        _databases = databases;
        _options = options;
    }

    public IReadOnlyList<Node> Nodes => _nodes;

    public static async Task<CoreCluster> StartAsync(JournalOptions journal, int nodes, HubOptions? options = null)
    {
        options ??= new HubOptions { PublishTimeout = TimeSpan.FromSeconds(30), Cluster = new ClusterOptions() };
        var cluster = new CoreCluster(JournalDatabases.Open(journal), options);
        for (var i = 0; i < nodes; i++)
            await cluster.AddNodeAsync();

        return cluster;
    }

    /// <summary>Starts a node and joins it; the first forms the cluster.</summary>
    public async Task<Node> AddNodeAsync()
    {
        var hub = new Hub();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("mercure", akka =>
        {
            akka.ConfigureLoggers(logging => logging.ClearLoggers());
            akka.AddHocon(HoconResource.Read("akka.conf"), HoconAddMode.Prepend);
            akka.AddHocon(Config, HoconAddMode.Prepend);
            akka.WithHubJournal(_databases);
            akka.WithMercureHub(_options, JournalHosting.CreateStore(_databases, _options.PersistenceId), TimeProvider.System, hub);
        });
        var host = builder.Build();
        await host.StartAsync();
        var node = new Node(host, hub);
        using var timeout = new CancellationTokenSource(Eventually.Patience);
        await Akka.Cluster.Cluster.Get(node.System).JoinAsync(Akka.Cluster.Cluster.Get(_nodes.FirstOrDefault()?.System ?? node.System).SelfAddress, timeout.Token);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Ends a node: leaves the cluster, or dies without a word.</summary>
    public async Task StopAsync(Node node, bool leaves)
    {
        _nodes.Remove(node);
        await node.StopAsync(leaves);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.StopAsync(leaves: false);

        _databases.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    internal sealed class Node(IHost host, Hub hub)
    {
        public Hub Hub { get; } = hub;

        public ActorSystem System { get; } = host.Services.GetRequiredService<ActorSystem>();

        /// <summary>Whether the writer lives here.</summary>
        public async Task<bool> HasWriterAsync()
        {
            try
            {
                var writer = await System.ActorSelection("/system/sharding/hub/*/default/writer").ResolveOne(TimeSpan.FromSeconds(2));
                return !writer.IsNobody();
            }
            catch (ActorNotFoundException)
            {
                return false;
            }
        }

        public async Task StopAsync(bool leaves)
        {
            if (!leaves)
            {
                // The others hear no goodbye: they have to find out.
                await ((RemoteActorRefProvider)((ExtendedActorSystem)System).Provider).Transport.Shutdown();
                await System.Terminate();
            }

            await host.StopAsync();
            host.Dispose();
        }
    }
}
