using Akka.Actor;
using Akka.Persistence;
using Mercure.Actors.Hosting;

namespace Mercure.Actors.Matcher;

/// <summary>Reads a log that nobody writes, and ends: the journal's plugins are up and connected before a failover needs them.</summary>
internal sealed class JournalWarmUp : UntypedPersistentActor
{
    public JournalWarmUp(HubOptions options)
    {
        PersistenceId = $"{options.PersistenceId}/warm-up";
        JournalPluginId = HubOptions.JournalPlugin;
        SnapshotPluginId = HubOptions.SnapshotPlugin;
    }

    public override string PersistenceId { get; }

    public static Props Props(HubOptions options) => Akka.Actor.Props.Create<JournalWarmUp>(options);

    protected override void OnRecover(object message)
    {
        if (message is RecoveryCompleted)
            Context.Stop(Self);
    }

    protected override void OnCommand(object message) => Unhandled(message);

    /// <summary>The writer will say what is wrong with the journal.</summary>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
    }
}
