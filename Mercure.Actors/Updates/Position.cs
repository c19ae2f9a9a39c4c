namespace Mercure.Actors.Updates;

/// <summary>
/// Where an update stands in the hub-wide history: the journal sequence number of the batch that holds it (48 bits) and
/// its index within that batch (16 bits). Positions order the history, and say where to read without a directory.
/// </summary>
public readonly record struct Position : IComparable<Position>
{
    private const int IndexBits = 16;

    /// <summary>Sequence numbers are below this.</summary>
    private const long Rows = 1L << 47;

    /// <summary>Before the first update of any history.</summary>
    public static readonly Position Zero;

    public Position(long sequenceNumber, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequenceNumber);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequenceNumber, Rows);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, ushort.MaxValue);
        Value = (sequenceNumber << IndexBits) | (long)(uint)index;
    }

    private Position(long value) => Value = value;

    /// <summary>Both parts in one number; greater means later.</summary>
    public long Value { get; }

    public long SequenceNumber => Value >> IndexBits;

    public int Index => (int)(Value & ushort.MaxValue);

    /// <summary>The row in which something may follow it: its own, unless it is the end of that.</summary>
    public long NextRow => Index == ushort.MaxValue ? SequenceNumber + 1 : SequenceNumber;

    /// <summary>Whether a row can have this sequence number, and an entry at this index.</summary>
    public static bool Exists(long sequenceNumber, long index) => sequenceNumber is >= 0 and < Rows && index <= ushort.MaxValue;

    public static Position FromValue(long value) => new(value);

    /// <summary>After every entry of the batch with this sequence number.</summary>
    public static Position EndOf(long sequenceNumber) => new(sequenceNumber, ushort.MaxValue);

    public int CompareTo(Position other) => Value.CompareTo(other.Value);

    public static bool operator <(Position left, Position right) => left.Value < right.Value;

    public static bool operator >(Position left, Position right) => left.Value > right.Value;

    public static bool operator <=(Position left, Position right) => left.Value <= right.Value;

    public static bool operator >=(Position left, Position right) => left.Value >= right.Value;

    public override string ToString() => $"{SequenceNumber}:{Index}";
}
