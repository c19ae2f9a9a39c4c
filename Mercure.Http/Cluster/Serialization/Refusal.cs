using System.Runtime.Serialization;

namespace Mercure.Http.Cluster.Serialization;

/// <summary>
/// Why a message does not cross between nodes. Of this type, because Akka.Remote then drops the one message, in either direction, and
/// keeps the connection.
/// </summary>
internal sealed class Refusal(string message) : SerializationException(message)
{
    private const int LongestName = 200;

    /// <param name="type">Name of the type; of a message that was received, whatever its sender wrote there.</param>
    public static Refusal Of(string type)
    {
        var name = type.Length switch
        {
            0 => "which has no name",
            > LongestName => type[..LongestName] + "…",
            _ => type,
        };
        return new Refusal($"its type, {name}, is none that nodes of a hub send each other");
    }
}
