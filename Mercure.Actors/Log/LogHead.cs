namespace Mercure.Actors.Log;

/// <summary>Where the log stood when its writer spoke.</summary>
/// <param name="SequenceNumber">Of the last committed row.</param>
/// <param name="NextOrdinal">How many updates were ever stored.</param>
/// <param name="IndexedThrough">Every publisher's id up to this row is in the id index.</param>
internal readonly record struct LogHead(long SequenceNumber, long NextOrdinal, long IndexedThrough);
