using Mercure.Specs.Hardening;
using Mercure.Specs.Wire;

namespace Mercure.Specs.Fuzz;

/// <summary>Throws when something is wrong with what the input led to; whatever else it is, input is not wrong.</summary>
internal delegate void FuzzAction(ReadOnlySpan<byte> input);

/// <summary>A reader of what strangers send, with what must hold whatever they send.</summary>
/// <param name="Name">Of its folder in <c>corpus/</c>.</param>
/// <param name="Run">What a fuzzer calls (libFuzzer's and SharpFuzz's shape).</param>
/// <param name="Words">Pieces of the format, which chance would hardly find.</param>
internal sealed record FuzzTarget(string Name, FuzzAction Run, params string[] Words)
{
    private const int LongestInput = 1 << 16;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("template", TemplateFuzz.Fuzz, "{", "}", "{x}", "{+x*}", "{?x:9999}", "{&x,y*}", "{/x:1}", ",", "=", "%41", "%C3%A9", "é", "\n", "*", ":1", ";", "#", "."),
        new("form", FormFuzz.Fuzz, "topic=", "data=", "id=", "type=", "retry=", "target=", "private=", "&", "=", "%", "%0A", "%C3%A9", "+", "1", "18446744073709551615"),
        new("query", QueryFuzz.Fuzz, "topic=", "Last-Event-ID=", "lastEventID=", "last_event_id=", "&", "%7Bx%7D", "{x}", "*", "?", "earliest", "%C3%A9"),
        new("token", TokenFuzz.Fuzz, ".", "\n", "\"alg\":\"HS256\"", "\"none\"", "\"crit\":[]", "\"exp\":1e99", "\"mercure\":{\"publish\":[\"*\"]}", "{", "}", "[", "]", ",", "\\u0000", "\"kid\":\"\"", "eyJ"),
        new("batch", BatchFuzz.Fuzz, "\u0012", "\u001A", "\u00FF\u00FF\u00FF\u00FF\u000F", "\0"),
        new("wire", WireFuzz.Fuzz, [.. WireSamples.All.Select(static sample => sample.Manifest + "\n").Distinct(StringComparer.Ordinal), "connect\n", "\u0012", "\u001A", "\u00FF\u00FF\u00FF\u00FF\u000F", "\0"]),
        new("forwarded", ForwardedFuzz.Fuzz, "for=", "proto=https", "host=", "\"", "\\", "[::1]:80", "_hidden", ",", ";", "="),
        new("setting", SettingFuzz.Fuzz, "1h", "2m", "3s", "4ms", "5us", "µs", "6ns", ".", "1.5", "KiB", "MiB", ":80", "[::1]", "https://a", "localhost", "127.0.0.1"),
    ];

    public string CorpusPath => Path.Combine(AppContext.BaseDirectory, "Fuzz", "corpus", Name);

    public byte[][] Corpus() => [.. Directory.GetFiles(CorpusPath).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    /// <summary>
    /// Runs mutations of the corpus, and of mutations, one for each seed, until told to stop. Throws <see cref="FuzzException"/>
    /// with the input that fails.
    /// </summary>
    public int Hunt(IEnumerable<int> seeds)
    {
        byte[][] words = [.. Words.Select(System.Text.Encoding.UTF8.GetBytes)];
        var pool = Corpus().ToList();
        var runs = 0;
        foreach (var seed in seeds)
        {
            var random = new Random(seed);
            var input = new Mutator(seed, words).Mutate(pool[random.Next(pool.Count)]);
            if (input.Length > LongestInput)
                continue;
            Try(input);
            runs++;
            // A drift away from the corpus, with a way back
            if (pool.Count < 1000 || random.Next(4) == 0)
                pool.Add(input);
            if (pool.Count > 2000)
                pool.RemoveRange(pool.Count / 2, pool.Count / 4);
        }

        return runs;
    }

    public void Try(byte[] input)
    {
        try
        {
            Run(input);
        }
        catch (Exception failure)
        {
            throw new FuzzException(Name, input, failure);
        }
    }

    public override string ToString() => Name;
}

/// <summary>What a target can't stand.</summary>
internal sealed class FuzzException(string target, byte[] input, Exception failure)
    : Exception($"{target} fails: {failure.Message}\nbase64: {Convert.ToBase64String(input)}\n{System.Text.Encoding.Latin1.GetString(input)}", failure);
