using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.Remote.Transport;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Mercure.Actors.Matcher;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>When a writer has ended, it is begun anew only by a node whom every other member answers.</summary>
public sealed class WriterEntitySpecs : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Timeout = Eventually.Patience;

    /// <summary>Silence is to be silence: nobody is taken for dead because of it.</summary>
    private static readonly Config Node = ConfigurationFactory.ParseString(
        """
        akka {
          loglevel = INFO
          stdout-loglevel = OFF
          loggers = []
          coordinated-shutdown.run-by-actor-system-terminate = off
          actor.provider = cluster
          remote.dot-netty.tcp {
            hostname = 127.0.0.1
            port = 0
            applied-adapters = ["trttl"]
          }
          cluster {
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            failure-detector.acceptable-heartbeat-pause = 600s
          }
        }
        """);

    private readonly ActorSystem _system = ActorSystem.Create("mercure", Node);
    private readonly ActorSystem _other = ActorSystem.Create("mercure", Node);
    private readonly TestKit _kit;
    private readonly TestProbe _log;
    private readonly TestProbe _probe;
    private IActorRef _entity = ActorRefs.Nobody;

    public WriterEntitySpecs()
    {
        _kit = new TestKit(_system);
        _log = _kit.CreateTestProbe();
        _probe = _kit.CreateTestProbe();
    }

    private static Akka.Cluster.Cluster MemberOf(ActorSystem system) => Akka.Cluster.Cluster.Get(system);

    public async Task InitializeAsync()
    {
        using var late = new CancellationTokenSource(Timeout);
        await MemberOf(_system).JoinAsync(MemberOf(_system).SelfAddress, late.Token);
        await MemberOf(_other).JoinAsync(MemberOf(_system).SelfAddress, late.Token);
        await Eventually.IsTrueAsync(() => Task.FromResult(MemberOf(_system).State.Members.Count(member => member.Status == Akka.Cluster.MemberStatus.Up) == 2));
        _system.EventStream.Subscribe(_log.Ref, typeof(Info));
        _entity = _system.ActorOf(WriterEntity.Props(Props.Create<Writer>(_probe.Ref), TimeProvider.System));
        await _probe.ExpectMsgAsync<Began>(Timeout);
    }

    [Fact]
    public async Task Should_begin_the_writer_anew_when_all_members_have_answered()
    {
        _entity.Tell(new Fail());
        await _probe.ExpectMsgAsync<Began>(Timeout);
        _entity.Tell("served", _probe.Ref);
        await _probe.ExpectMsgAsync("served", Timeout);
    }

    [Fact]
    public async Task Should_not_begin_it_while_a_member_is_silent_and_drop_what_comes_meanwhile()
    {
        await SilenceAsync(Blackhole.Instance);
        _entity.Tell(new Fail());
        await WaitsAsync();
        _entity.Tell("dropped", _probe.Ref);
        await WaitsAsync();
        await WaitsAsync();
        Assert.False(_probe.HasMessages);

        await SilenceAsync(Unthrottled.Instance);
        await _probe.ExpectMsgAsync<Began>(Timeout);
        _entity.Tell("served", _probe.Ref);
        await _probe.ExpectMsgAsync("served", Timeout);
    }

    [Fact]
    public async Task Should_begin_it_when_the_member_that_is_silent_is_down()
    {
        await SilenceAsync(Blackhole.Instance);
        _entity.Tell(new Fail());
        await WaitsAsync();
        MemberOf(_system).Down(MemberOf(_other).SelfAddress);
        await _probe.ExpectMsgAsync<Began>(Timeout);
    }

    [Fact]
    public async Task Should_end_at_a_hand_over_though_the_writer_has_ended()
    {
        await SilenceAsync(Blackhole.Instance);
        _entity.Tell(new Fail());
        await WaitsAsync();
        Assert.True(await _entity.GracefulStop(Timeout, TopicMatcher.HandOver.Instance));
        Assert.False(_probe.HasMessages);
    }

    [Fact]
    public async Task Should_end_at_a_hand_over_when_the_writer_has_ended()
    {
        Assert.True(await _entity.GracefulStop(Timeout, TopicMatcher.HandOver.Instance));
        await _probe.ExpectMsgAsync<HandedOver>(Timeout);
        Assert.False(_probe.HasMessages);
    }

    public async Task DisposeAsync()
    {
        await _other.Terminate();
        await _system.Terminate();
    }

    public void Dispose() => _kit.Dispose();

    /// <summary>Nothing comes from the other member, or to it.</summary>
    private async Task SilenceAsync(ThrottleMode mode) => Assert.True(
        await ((RemoteActorRefProvider)((ExtendedActorSystem)_system).Provider).Transport.ManagementCommand(
            new SetThrottle(MemberOf(_other).SelfAddress, ThrottleTransportAdapter.Direction.Both, mode)));

    /// <summary>It says once more for whom it waits.</summary>
    private async Task WaitsAsync() => await _log.FishForMessageAsync<Info>(
        info => info.Message.ToString()!.Contains($"have answered: {MemberOf(_other).SelfAddress}", StringComparison.Ordinal), Timeout);

    private sealed record Began;

    private sealed record Fail;

    private sealed record HandedOver;

    private sealed class Writer : ReceiveActor
    {
        public Writer(IActorRef observer)
        {
            observer.Tell(new Began());
            Receive<Fail>(_ => Context.Stop(Self));
            Receive<TopicMatcher.HandOver>(_ =>
            {
                observer.Tell(new HandedOver());
                Context.Stop(Self);
            });
            Receive<string>(message => Sender.Tell(message));
        }
    }
}
