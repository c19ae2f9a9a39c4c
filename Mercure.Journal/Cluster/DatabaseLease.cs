using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Coordination;
using Akka.Event;

namespace Mercure.Journal.Cluster;

/// <summary>Gives the actor system's lease the database.</summary>
public sealed class LeaseSetup(LeaseTable table) : Setup
{
    public LeaseTable Table { get; } = table;
}

/// <summary>
/// A lease in the journal's database: which side of a split goes on. It belongs to a side rather than to a node: a holder
/// that is a reachable member gives way, since whatever it decided it decided for this side. Once taken it is not let go for
/// a while (<c>hold</c>), so that the other side, which decides later, finds it taken.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A lease lives as long as its actor system, and its semaphore makes no wait handle.")]
public sealed class DatabaseLease : Lease
{
    private readonly ActorSystem _system;
    private readonly LeaseTable _table;
    private readonly ILoggingAdapter _log;
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly TimeSpan _hold;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Lock _gate = new();

    private Holding? _holding;
    private bool _renewing;

    public DatabaseLease(LeaseSettings settings, ExtendedActorSystem system)
        : base(settings)
    {
        _system = system;
        _log = Logging.GetLogger(system, this);
        _hold = settings.LeaseConfig.GetTimeSpan("hold");
        _table = system.Settings.Setup.Get<LeaseSetup>().HasValue
            ? system.Settings.Setup.Get<LeaseSetup>().Value.Table
            : throw new InvalidOperationException("The lease needs the journal's database: LeaseSetup is missing from the actor system.");
    }

    private TimeSpan Time => Settings.TimeoutSettings.HeartbeatTimeout;

    private string Owner => OwnerOf(Akka.Cluster.Cluster.Get(_system).SelfUniqueAddress);

    public override Task<bool> Acquire() => Acquire(static _ => { });

    public override async Task<bool> Acquire(Action<Exception> leaseLostCallback)
    {
        await _one.WaitAsync();
        try
        {
            using var timeout = new CancellationTokenSource(Settings.TimeoutSettings.OperationTimeout);
            // The time runs from before the question: whatever the answer took, the row is held at least until then.
            var asked = _clock.GetTimestamp();
            var version = await _table.AcquireAsync(Settings.LeaseName, Owner, Time, SameSide(), timeout.Token);
            Hold(version is { } held ? new Holding(held, asked, asked, leaseLostCallback) : null);
            return version is not null;
        }
        catch (Exception e) when (e is not LeaseException)
        {
            throw new LeaseException($"The lease {Settings.LeaseName} can't be taken: {e.Message}", e);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>False while it is to be kept: asked again later.</summary>
    public override async Task<bool> Release()
    {
        await _one.WaitAsync();
        try
        {
            var holding = Current;
            if (holding is null)
                return true;
            if (_clock.GetElapsedTime(holding.TakenAt) < _hold)
                return false;

            using var timeout = new CancellationTokenSource(Settings.TimeoutSettings.OperationTimeout);
            await _table.ReleaseAsync(Settings.LeaseName, Owner, holding.Version, timeout.Token);
            Hold(null);
            return true;
        }
        catch (Exception e)
        {
            throw new LeaseException($"The lease {Settings.LeaseName} can't be released: {e.Message}", e);
        }
        finally
        {
            _one.Release();
        }
    }

    public override bool CheckLease() => Current is { } holding && _clock.GetElapsedTime(holding.RenewedAt) < Time;

    private Holding? Current
    {
        get
        {
            lock (_gate)
                return _holding;
        }
    }

    private static string OwnerOf(UniqueAddress node) => $"{node.Address}#{node.Uid}";

    private void Hold(Holding? holding)
    {
        bool begins;
        lock (_gate)
        {
            _holding = holding;
            begins = holding is not null && !_renewing;
            _renewing |= begins;
        }

        if (begins)
            _ = RenewAsync();
    }

    private List<string> SameSide()
    {
        var state = Akka.Cluster.Cluster.Get(_system).State;
        return [.. state.Members.Except(state.Unreachable).Select(member => OwnerOf(member.UniqueAddress))];
    }

    private async Task RenewAsync()
    {
        while (GoesOn())
        {
            await Task.Delay(Settings.TimeoutSettings.HeartbeatInterval);
            await _one.WaitAsync();
            try
            {
                await RenewAsync(Current);
            }
            catch (Exception e)
            {
                _log.Warning(e, "Lease {0} could not be renewed; it is tried again", Settings.LeaseName);
                if (!CheckLease())
                    Lose(e);
            }
            finally
            {
                _one.Release();
            }

        }
    }

    private bool GoesOn()
    {
        lock (_gate)
            return _renewing = _holding is not null && !_system.WhenTerminated.IsCompleted;
    }

    private async Task RenewAsync(Holding? holding)
    {
        if (holding is null)
            return;

        using var timeout = new CancellationTokenSource(Settings.TimeoutSettings.OperationTimeout);
        var asked = _clock.GetTimestamp();
        if (await _table.RenewAsync(Settings.LeaseName, Owner, holding.Version, Time, timeout.Token))
            Hold(holding with { RenewedAt = asked });
        else
            Lose(new LeaseException("another node holds it"));
    }

    private void Lose(Exception reason)
    {
        var lost = Current;
        Hold(null);
        _log.Info("Lease {0} is lost: {1}", Settings.LeaseName, reason.Message);
        lost?.Lost(reason);
    }

    private sealed record Holding(long Version, long TakenAt, long RenewedAt, Action<Exception> Lost);
}
