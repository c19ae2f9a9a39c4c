using System.Runtime.InteropServices;
using Xunit;

namespace Mercure.Specs.Soak;

/// <summary>Where an update stands in the order of all, and of its topic.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Place(int Overall, int Topic, int InTopic);

/// <summary>
/// The one order, as a witness received it that is connected all the time: everyone else's streams must be parts of it without
/// a hole. Safe from any thread.
/// </summary>
internal sealed class SoakLog(int topics)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);
    private readonly int[] _counts = new int[topics];

    /// <summary>Acknowledged updates that the witness has not received yet.</summary>
    public int Unseen
    {
        get
        {
            lock (_gate)
                return _unseen.Count;
        }
    }

    /// <summary>How many there are of a topic; null for all of them.</summary>
    public int CountOf(int? topic)
    {
        lock (_gate)
            return topic is { } one ? _counts[one] : _places.Count;
    }

    /// <summary>Null for what the witness has not received yet.</summary>
    public Place? Find(string id)
    {
        lock (_gate)
            return _places.TryGetValue(id, out var place) ? place : null;
    }

    public void Acknowledge(string id)
    {
        lock (_gate)
        {
            if (!_places.ContainsKey(id))
                Assert.True(_unseen.Add(id), $"{id} was acknowledged twice.");
        }
    }

    public void Append(string id, int topic)
    {
        lock (_gate)
        {
            Assert.True(_places.TryAdd(id, new Place(_places.Count, topic, _counts[topic]++)), $"{id} came twice.");
            _unseen.Remove(id);
        }
    }
}
