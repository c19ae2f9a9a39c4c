using Akka.Actor;
using Akka.Event;
using AkkaLevel = Akka.Event.LogLevel;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// What Akka.NET's own modules log, for an operator. INFO becomes DEBUG: the hub logs members, the writer and the log itself. A warning
/// that every start of a node causes becomes DEBUG until it lasts. No stack traces of the network's failures. One kind of line is logged
/// a few times in a while, since some are for others to cause, as often as they like (CWE-779).
/// </summary>
internal sealed class AkkaLines(TimeProvider clock)
{
    /// <summary>Lines of one kind that are logged within a <see cref="Window"/>.</summary>
    private const int MostInWindow = 5;

    /// <summary>So many kinds at most; their texts are Akka's, not a stranger's.</summary>
    private const int MostKinds = 200;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A region asks for its coordinator, and for its shard, every 200 ms (<c>retry-interval</c>) and warns from the fifth time on, which
    /// in Akka's own configuration is after 10 s: before the node is a member, and for some rounds of gossip afterwards, there is none.
    /// </summary>
    private static readonly string[] UntilItLasts =
        ["{0}: No coordinator found to register.", "{0}: Trying to register to coordinator", "{0}: Requested shard homes"];

    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Null for a line that is left out.</summary>
    public Line? Of(LogEvent logged)
    {
        var text = logged.Message.ToString() ?? "";
        var level = logged.LogLevel();
        if (logged.LogClass.Namespace?.StartsWith("Akka", StringComparison.Ordinal) != true)
            return new Line(level, text, logged.Cause);

        var format = (logged.Message as LogMessage)?.Format ?? "";
        if (level == AkkaLevel.InfoLevel || IsSaidByRemoting(logged) || RemotingLine.IsClosed(logged, format))
            return new Line(AkkaLevel.DebugLevel, text, logged.Cause);
        if (level < AkkaLevel.WarningLevel)
            return new Line(level, text, logged.Cause);
        return Array.Exists(UntilItLasts, start => format.StartsWith(start, StringComparison.Ordinal))
            ? LastingOrNot(KindOf(nameof(UntilItLasts)), level, text)
            : Sampled(KindOf(format), RemotingLine.Of(logged, format) ?? new Line(level, text, logged.Cause));
    }

    /// <summary>The supervisor of a connection repeats what the connection has logged: the other side is gone.</summary>
    private static bool IsSaidByRemoting(LogEvent logged) =>
        typeof(SupervisorStrategy).IsAssignableFrom(logged.LogClass)
        && logged.Cause?.GetType().FullName?.StartsWith("Akka.Remote.Endpoint", StringComparison.Ordinal) == true;

    private Kind KindOf(string name)
    {
        if (_kinds.TryGetValue(name, out var kind))
            return kind;
        if (_kinds.Count >= MostKinds)
            _kinds.Clear();
        return _kinds[name] = new Kind();
    }

    private Line? LastingOrNot(Kind kind, AkkaLevel level, string text)
    {
        var now = clock.GetTimestamp();
        if (kind.Latest is not { } latest || clock.GetElapsedTime(latest, now) >= Window)
            kind.First = now;
        kind.Latest = now;
        if (clock.GetElapsedTime(kind.First, now) < Window)
            return new Line(AkkaLevel.DebugLevel, text, Cause: null);

        kind.First = now;
        return new Line(level, text, Cause: null);
    }

    private Line? Sampled(Kind kind, Line line)
    {
        var now = clock.GetTimestamp();
        if (kind.Latest is null || clock.GetElapsedTime(kind.First, now) >= Window)
        {
            var leftOut = kind.Count - MostInWindow;
            kind.First = now;
            kind.Latest = now;
            kind.Count = 1;
            return leftOut > 0 ? line with { Text = $"{line.Text} (and {leftOut} lines of this kind before it, not logged)" } : line;
        }

        kind.Count++;
        return kind.Count <= MostInWindow ? line : null;
    }

    internal sealed record Line(AkkaLevel Level, string Text, Exception? Cause);

    private sealed class Kind
    {
        public long First { get; set; }

        public long? Latest { get; set; }

        public int Count { get; set; }
    }
}
