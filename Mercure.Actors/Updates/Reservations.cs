namespace Mercure.Actors.Updates;

/// <summary>
/// Names that publishers of every generation leave alone as soon as the hub also serves a later one than 0.7, which gives them a
/// meaning (spec draft 07, Reconnection and Subscription Events; the type: draft 08, Publication): else a publisher of 0.7 could
/// forge what only the hub says to readers of a later one, at once or when the log is served to them one day.
/// </summary>
/// <param name="hubPaths">Paths below which the hub itself has topics; none of them switches the reservations off.</param>
public sealed class Reservations(params IReadOnlyList<string> hubPaths)
{
    /// <summary>Nothing is reserved: the hub serves generation 0.7 alone.</summary>
    public static readonly Reservations None = new();

    private readonly ReservedPath[] _paths = [.. hubPaths.Select(static path => new ReservedPath(path))];

    /// <summary>The rule that these fields break, if any.</summary>
    public UpdateRule? Check(IReadOnlyList<string> topics, string? id, string? type)
    {
        if (_paths.Length == 0)
            return null;
        if (id is "earliest" or ['#', ..])
            return UpdateRules.IdReserved;
        if (type is "mercure")
            return UpdateRules.TypeReserved;

        for (var index = 0; index < topics.Count; index++)
        {
            if (IsReserved(topics[index]))
                return UpdateRules.TopicReserved;
        }

        return null;
    }

    private bool IsReserved(string topic)
    {
        if (topic is "*")
            return true;

        foreach (var path in _paths)
        {
            if (path.IsReachedBy(topic))
                return true;
        }

        return false;
    }
}
