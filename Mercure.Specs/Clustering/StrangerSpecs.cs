using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Hosting.Logging;
using Akka.Persistence;
using Akka.Serialization;
using Akka.Streams;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Settings;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>
/// Another actor system connects to a node's remoting and names types of its own (CWE-502). Nothing is made of them, whichever way they
/// are sent; the same attacks on a system with Akka's own configuration show that they are real.
/// </summary>
public sealed class StrangerSpecs
{
    private const string OnLoopback = """
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0, public-hostname = "127.0.0.1" }
        """;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Each makes what it sends, and gives what sends it to an actor, or to the system that the actor is in.</summary>
    private static readonly Dictionary<string, Func<ActorSystem, IActorRef, Action>> Attacks = new(StringComparer.Ordinal)
    {
        ["a message in JSON"] = (_, victim) => Tell(victim, new Gadget()),
        ["in a selection"] = (stranger, victim) => Tell(stranger.ActorSelection(victim.Path), new Gadget()),
        ["as the id of Identify"] = (_, victim) => Tell(victim, new Identify(new Gadget())),
        ["an exception in Status.Failure"] = (_, victim) => Tell(victim, new Status.Failure(new GadgetException())),
        ["an exception in a system message"] = (_, victim) =>
        {
            var failed = new Failed(victim, new GadgetException(), 1);
            return () => ((IInternalActorRef)victim).SendSystemMessage(failed);
        },
        ["a message of Protocol Buffers"] = (_, victim) => Tell(victim, new Forged()),
        ["an actor that is deployed"] = (stranger, victim) =>
            () => stranger.ActorOf(Props.Create<GadgetActor>().WithDeploy(Deploy.None.WithScope(new RemoteScope(victim.Path.Address)))),
    };

    public static TheoryData<string> Names => [.. Attacks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Should_make_nothing_of_the_types_that_a_stranger_names(string attack)
    {
        using var log = new LogLines();
        using var unprotected = ActorSystem.Create("victim", ConfigurationFactory.ParseString(OnLoopback + "\nakka.actor.provider = remote\nakka.loglevel = OFF"));
        await AttackAsync(attack, unprotected);
        await Eventually(() => Gadgets.WereMade, "the attack works on Akka's own configuration.");
        await unprotected.Terminate();

        using var node = Node(log);
        await AttackAsync(attack, node);

        Assert.False(Gadgets.WereMade);
        await node.Terminate();
    }

    [Fact]
    public async Task Should_name_the_type_in_a_line_of_the_log_a_few_times()
    {
        using var log = new LogLines();
        using var node = Node(log);
        using var stranger = Stranger();
        var victim = await FindAsync(stranger, node);
        for (var i = 0; i < 100; i++)
            victim.Tell(new Gadget());
        await AnswerAsync(victim);

        var lines = log.Lines.Where(line => line.Contains("Dropped", StringComparison.Ordinal)).ToList();
        Assert.InRange(lines.Count, 1, 50);
        Assert.StartsWith("Warning Dropped a message from akka.tcp://stranger@127.0.0.1:", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(": its type, Mercure.Specs.Clustering.Gadget, Mercure.Specs, is none that nodes of a hub send each other", lines[0], StringComparison.Ordinal);

        victim.Tell("answer with a gadget", stranger.ActorOf(Props.Create<Echo>()));
        await Eventually(
            () => log.Lines.Any(line => line.StartsWith("Error Dropped a message to akka.tcp://stranger@", StringComparison.Ordinal) && line.Contains(typeof(Gadget).FullName!, StringComparison.Ordinal)),
            "a message of the node's own that has no serializer is in the log.");
    }

    /// <summary>Every module of Akka.NET brings serializers of its own when it is first used.</summary>
    [Fact]
    public async Task Should_have_no_serializer_that_nodes_do_not_need()
    {
        using var log = new LogLines();
        using var node = Node(log);
        ClusterSharding.Get(node);
        Persistence.Instance.Apply(node);
        DistributedPubSub.Get(node);
        ClusterClientReceptionist.Get(node);
        node.Materializer();

        var field = typeof(Akka.Serialization.Serialization).GetField("_serializersById", BindingFlags.Instance | BindingFlags.NonPublic)!;
        var byId = (Dictionary<int, Serializer>)field.GetValue(((ExtendedActorSystem)node).Serialization)!;
        Assert.Equal(
            [
                "AllowedMessages", "ClusterMessageSerializer", "ClusterShardingMessageSerializer", "ClusterSingletonMessageSerializer", "JournalSerializer",
                "NullSerializer", "PrimitiveSerializers", "RefusingSerializer", "ReplicatedDataSerializer", "ReplicatorMessageSerializer", "WireSerializer",
            ],
            byId.Values.Select(serializer => serializer.GetType()).Select(type => type.BaseType!.Name == "AllowedMessages" ? "AllowedMessages" : type.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal("RefusingSerializer", byId[1].GetType().Name);
        Assert.Equal("RefusingSerializer", ((ExtendedActorSystem)node).Serialization.FindSerializerForType(typeof(object)).GetType().Name);
        await node.Terminate();
    }

    private static Action Tell(ICanTell to, object message) => () => to.Tell(message, ActorRefs.NoSender);

    private static async Task AttackAsync(string name, ActorSystem node)
    {
        using var stranger = Stranger();
        var victim = await FindAsync(stranger, node);
        var send = Attacks[name](stranger, victim);
        // The stranger has made its own
        Gadgets.Forget();
        send();
        // Behind the attack on the same connection
        await AnswerAsync(victim);
        await stranger.Terminate();
    }

    private static async Task<IActorRef> FindAsync(ActorSystem stranger, ActorSystem node)
    {
        node.ActorOf(Props.Create<Echo>(), "echo");
        var address = ((ExtendedActorSystem)node).Provider.DefaultAddress;
        return await stranger.ActorSelection(new RootActorPath(address) / "user" / "echo").ResolveOne(Timeout);
    }

    /// <summary>A connection that broke is there again after a while.</summary>
    private static async Task AnswerAsync(IActorRef victim)
    {
        var isAnswered = false;
        await Processes.Eventually.IsTrueAsync(
            async () =>
            {
                try
                {
                    isAnswered = await victim.Ask<string>("are you there", AnswerTimeout) == "are you there";
                }
                catch (AskTimeoutException)
                {
                    // Once more.
                }

                return isAnswered;
            },
            Timeout,
            () => "the node answers.");
    }

    private static Task Eventually(Func<bool> condition, string otherwise) => Processes.Eventually.IsTrueAsync(condition, Timeout, () => otherwise);

    /// <summary>As the program has it, but for what needs a database.</summary>
    private static ActorSystem Node(LogLines log)
    {
        var config = ConfigurationFactory.ParseString(
                $$"""
                {{OnLoopback}}
                akka.loglevel = INFO
                akka.loggers = ["{{typeof(ActorLog).FullName}}, mercure"]
                akka.cluster.downing-provider-class = ""
                """)
            .WithFallback(HoconResource.Read("cluster.conf"))
            .WithFallback(HoconResource.Read("akka.conf"))
            .WithFallback(ReadActorsConf());
        return ActorSystem.Create("mercure", BootstrapSetup.Create().WithConfig(config).And(new LoggerFactorySetup(log)));
    }

    private static Config ReadActorsConf()
    {
        using var stream = typeof(Mercure.Actors.IHub).Assembly.GetManifestResourceStream("hocon/actors.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    private static ActorSystem Stranger()
    {
        var config = ConfigurationFactory.ParseString(OnLoopback + "\nakka.actor.provider = remote\nakka.loglevel = OFF");
        var forging = SerializationSetup.Create(system =>
            ImmutableHashSet.Create(SerializerDetails.Create("forging", new ForgingSerializer(system, identifier: 2), ImmutableHashSet.Create(typeof(Forged)))));
        return ActorSystem.Create("stranger", BootstrapSetup.Create().WithConfig(config).And(forging));
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo()
        {
            Receive<string>(text => text == "answer with a gadget", _ => Sender.Tell(new Gadget()));
            Receive<string>(text => Sender.Tell(text));
            ReceiveAny(_ => { });
        }
    }

    private sealed class LogLines : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
