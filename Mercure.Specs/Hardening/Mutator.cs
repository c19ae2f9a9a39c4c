namespace Mercure.Specs.Hardening;

/// <summary>Changes bytes as fuzzers do: flips, cuts, copies, numbers that matter, and words of the format. The same seed does the same.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> words)
{
    private const int MostChanges = 6;

    private static readonly byte[] Interesting = [0, 1, (byte)'\n', (byte)'\r', (byte)' ', (byte)'%', (byte)'{', (byte)'}', 0x7F, 0x80, 0xC3, 0xE2, 0xF0, 0xFF];

    private readonly Random _random = new(seed);

    public byte[] Mutate(ReadOnlySpan<byte> original)
    {
        var bytes = new List<byte>(original.Length + 64);
        bytes.AddRange(original);
        for (var changes = _random.Next(1, MostChanges + 1); changes > 0; changes--)
            Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count + 1);
        var length = Math.Min(_random.Next(1, 1 << _random.Next(1, 7)), bytes.Count - at);
        switch (_random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = Interesting[_random.Next(Interesting.Length)];
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4:
                bytes.Insert(at, (byte)_random.Next(256));
                break;
            case 5 when length > 0:
                var piece = bytes.GetRange(at, length);
                bytes.InsertRange(at, Enumerable.Repeat(piece, _random.Next(1, 40)).SelectMany(static copy => copy));
                break;
            default:
                bytes.InsertRange(at, words[_random.Next(words.Count)]);
                break;
        }
    }
}
