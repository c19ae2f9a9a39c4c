namespace Mercure.Actors.Updates;

/// <summary>What an update counts for, in every bound that is in bytes.</summary>
public static class UpdateSize
{
    /// <summary>What an update costs besides its text: fields, references, framing.</summary>
    private const int Overhead = 64;

    /// <summary>Bytes, close to the stored size.</summary>
    public static int Size(this Update update)
    {
        var size = Overhead + (update.Data?.Length ?? 0) + (update.Id?.Length ?? 0) + (update.Type?.Length ?? 0);
        foreach (var topic in update.Topics)
            size += topic.Length;

        foreach (var name in update.Audience.Names)
            size += name.Value.Length;

        return size;
    }
}
