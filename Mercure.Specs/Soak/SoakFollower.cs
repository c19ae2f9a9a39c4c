using Xunit;

namespace Mercure.Specs.Soak;

/// <summary>
/// Checks what one subscriber receives, over all its connections: every update of its topic (or of all), once, in order, from the one
/// it goes on after, or from when it came. What the witness has not received yet is checked later.
/// </summary>
internal sealed class SoakFollower(SoakLog log, int? topic)
{
    private readonly Queue<(string? Id, int From)> _unchecked = new();
    private int? _expected;
    private int _from;

    /// <summary>The id to come back with; null before the first update.</summary>
    public string? LastId { get; private set; }

    /// <summary>Whether it has, and had checked, everything there is by now.</summary>
    public bool HasAll
    {
        get
        {
            Check();
            return _unchecked.Count == 0 && (_expected ?? _from) == log.CountOf(topic);
        }
    }

    /// <summary>A connection that does not go on: what was published before it must not come.</summary>
    public void StartAnew()
    {
        LastId = null;
        _unchecked.Enqueue((null, log.CountOf(topic)));
    }

    public void Receive(string id)
    {
        LastId = id;
        _unchecked.Enqueue((id, 0));
        Check();
    }

    private void Check()
    {
        while (_unchecked.TryPeek(out var next))
        {
            if (next.Id is null)
                (_expected, _from) = (null, next.From);
            else if (log.Find(next.Id) is { } place)
                Check(next.Id, place);
            else
                return;
            _unchecked.Dequeue();
        }
    }

    private void Check(string id, Place place)
    {
        Assert.True(topic is null || topic == place.Topic, $"{id} is of topic {place.Topic} and came to a subscriber of {topic}.");
        var number = topic is null ? place.Overall : place.InTopic;
        Assert.True(_expected is null || number == _expected, $"{id} is number {number} of its topic and came where {_expected} had to.");
        Assert.True(number >= _from, $"{id} is number {number}, and was published before the subscriber came, at {_from}.");
        _expected = number + 1;
    }
}
