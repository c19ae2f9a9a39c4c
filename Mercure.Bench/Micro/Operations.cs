using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Mercure.Actors.Matching;
using Mercure.Actors.Updates;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Streams;
using Mercure.Http.Tokens;

namespace Mercure.Bench.Micro;

/// <summary>
/// What the hub does for each request, update and subscriber, one step a method. Measured by <c>MicroBenchmarks</c>, and what
/// they allocate is bounded by <c>AllocationSpecs</c>, which share this file.
/// </summary>
internal sealed class Operations
{
    private const int Subscribers = 10_000;

    /// <summary>More than the hub remembers, so that each is new when its turn comes again.</summary>
    private const int Tokens = (2 * TokenVerifier.CacheCapacity) + 1;

    private const string Secret = "!UnsecureChangeMe!";
    private const string Topic = "https://example.com/users/5000/books/7";

    private readonly SelectorIndex<object> _exact = new();
    private readonly SelectorIndex<object> _templates = new();
    private readonly List<IReadOnlyList<object>> _found = new(16);
    private readonly TopicSelector _template = TopicSelector.Parse("https://example.com/users/{id}/books/{book}{?page,size*}");
    private readonly StoredUpdate _update;
    private readonly GenerationRules _rules = new V07Rules();
    private readonly ReadOnlySequence<byte> _form =
        new(Encoding.ASCII.GetBytes($"topic={Uri.EscapeDataString(Topic)}&data={new string('x', 200)}&target=a&type=book"));
    private readonly TokenVerifier _verifier = new(KeySet.Of(TokenKey.Parse(Secret)), TargetClaims.Read, TimeProvider.System);
    private readonly ReadOnlyMemory<char> _known = Sign("known");
    private readonly ReadOnlyMemory<char> _forged = Sign("forged", "another secret");
    private readonly Lazy<ReadOnlyMemory<char>[]> _new = new(static () => [.. Enumerable.Range(0, Tokens).Select(static number => Sign($"{number}"))]);
    private int _turn;

    public Operations()
    {
        var owner = new object();
        for (var number = 0; number < Subscribers; number++)
        {
            _exact.Add(TopicSelector.Parse($"https://example.com/users/{number}/books/7"), owner);
            _templates.Add(TopicSelector.Parse($"https://example.com/users/{number}/{{+rest}}"), owner);
        }

        _update = new StoredUpdate(new Position(1, 0), 0, "7c9e6679-7425-40de-944b-e07fc1f90ae7", new Update
        {
            Generation = Generation.V07,
            Topics = [Topic],
            Data = Encoding.ASCII.GetBytes(new string('x', 100) + "\n" + new string('y', 100)),
            Type = "book",
        });
        PassKnownToken();
    }

    /// <summary>The owners of one topic among 10,000 others.</summary>
    public int FindByTopic() => Find(_exact);

    /// <summary>The owners of one template among 10,000 with distinct prefixes.</summary>
    public int FindByTemplate() => Find(_templates);

    /// <summary>One template of four variables against one topic.</summary>
    public bool MatchTemplate() => _template.Matches(Topic);

    /// <summary>A selector from its text.</summary>
    public TopicSelector ParseTemplate() => TopicSelector.Parse(_template.Text);

    /// <summary>An update of 200 bytes as an event.</summary>
    public Frame FramePlain() => EventEncoders.Plain.Encode(_update);

    /// <summary>The same, compressed.</summary>
    public Frame FrameGzip() => EventEncoders.Gzip.Encode(_update);

    /// <summary>A token that was seen before.</summary>
    public bool PassKnownToken() => Passes(_known);

    /// <summary>A token that was not: signature, times, claims.</summary>
    public bool PassNewToken() => Passes(_new.Value[_turn = (_turn + 1) % Tokens]);

    /// <summary>A token with a signature of another key, which is never remembered.</summary>
    public bool RefuseForgedToken() => !Passes(_forged);

    /// <summary>A publish request's body of some 300 bytes.</summary>
    public bool ParseForm() => PublishForm.Parse(_form, _rules.Form, out _) is null;

    /// <summary>A subscriber's query with a topic and a template.</summary>
    public bool ParseQuery() =>
        SubscribeQuery.Parse("?topic=https%3A%2F%2Fexample.com%2F1&topic=https%3A%2F%2Fexample.com%2F%7Bid%7D", _rules.Query, out _) is null;

    private int Find(SelectorIndex<object> index)
    {
        _found.Clear();
        index.Find(Topic, _found);
        return _found.Count;
    }

    private bool Passes(ReadOnlyMemory<char> token)
    {
        var check = _verifier.VerifyAsync(token);
        return check.IsCompletedSuccessfully ? check.Result.Token is not null : throw new InvalidOperationException("A check with a fixed key waits for nothing.");
    }

    private static ReadOnlyMemory<char> Sign(string name, string secret = Secret)
    {
        static string Encode(byte[] octets) => System.Buffers.Text.Base64Url.EncodeToString(octets);
        var text = $"{Encode("""{"alg":"HS256","typ":"JWT"}"""u8.ToArray())}.{Encode(Encoding.UTF8.GetBytes($$$"""{"sub":"{{{name}}}","mercure":{"subscribe":["a","b"],"publish":["*"]}}"""))}";
        return $"{text}.{Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(text)))}".AsMemory();
    }
}
