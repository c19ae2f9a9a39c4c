using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Protocol;

/// <summary>Spec drafts 07 (Reconnection, Subscription Events) and 08 (Publication): what publishers of every generation leave to a hub that also speaks a later one.</summary>
public sealed class ReservationsSpecs
{
    private static readonly Reservations Later = new("/.well-known/mercure");

    [Theory]
    [InlineData("earliest", true)]
    [InlineData("#1", true)]
    [InlineData("#", true)]
    [InlineData("Earliest", false)]
    [InlineData("1#", false)]
    [InlineData(null, false)]
    public void Should_reserve_ids(string? id, bool isReserved) =>
        Assert.Equal(isReserved ? UpdateRules.IdReserved : null, Later.Check(["t"], id, type: null));

    [Theory]
    [InlineData("mercure", true)]
    [InlineData("Mercure", false)]
    [InlineData(null, false)]
    public void Should_reserve_the_type_of_the_hub(string? type, bool isReserved) =>
        Assert.Equal(isReserved ? UpdateRules.TypeReserved : null, Later.Check(["t"], id: null, type));

    [Theory]
    [InlineData("*")]
    [InlineData("/.well-known/mercure")]
    [InlineData("/.well-known/mercure/subscriptions/x/y")]
    [InlineData("https://hub.example/.well-known/mercure/subscriptions/x")]
    [InlineData("ftp://elsewhere.example:21/.well-known/mercure?x#y")]
    [InlineData("//elsewhere.example/.well-known/mercure")]
    // Attack: other spellings of the same path
    [InlineData("/.well-known/%6Dercure/subscriptions")]
    [InlineData("/%2ewell-known/mercure")]
    [InlineData("/.well-known/mercure/../mercure/x")]
    [InlineData("/.well-known/x/%2E%2e/mercure/x")]
    [InlineData("/.well-known/./mercure")]
    [InlineData("/.well-known/mercure/")]
    [InlineData("https://h/.well-known\\mercure")]
    [InlineData(" /.well-known/mercure")]
    [InlineData("mercure/subscriptions")]
    [InlineData("?x")]
    // Attack: written under the hub's path, resolved elsewhere; what compares text sees the hub's
    [InlineData("/.well-known/mercure/subscriptions/../..")]
    [InlineData("/.well-known/mercure/subscriptions/%2e%2E/..%2F..")]
    [InlineData("https://hub.example/.well-known/mercure/../../x")]
    [InlineData("/x/../.well-known/mercure/..")]
    // Attack: readers decode more than once, or not at all
    [InlineData("/.well-known/%256Dercure")]
    [InlineData("/x/%252e%252E/.well-known/mercure")]
    [InlineData("/x/%25252e%25252e/.well-known/mercure")]
    [InlineData("%2F.well-known%2fmercure")]
    [InlineData("/.well-known/%2e%2e/../mercure")]
    [InlineData("/.well-known/%252e%252e/../mercure")]
    [InlineData("/a%2Fb/%2e%2e/.well-known/mercure")]
    [InlineData("/.well-known/mercure%3Fx")]
    // Attack: slashes that are none, or more than there should be
    [InlineData("\\.well-known\\mercure")]
    [InlineData("\\\\elsewhere.example\\.well-known/mercure")]
    [InlineData("/\\elsewhere.example/.well-known/mercure")]
    [InlineData("/a\\b/../.well-known/mercure")]
    [InlineData("/.well-known\\x/../mercure")]
    [InlineData("//.well-known/mercure")]
    [InlineData("///.well-known/mercure")]
    [InlineData("/.well-known//mercure")]
    [InlineData("/.well-known//../mercure")]
    [InlineData("https:/.well-known/mercure")]
    [InlineData("https:mercure/subscriptions")]
    [InlineData("HTTPS:elsewhere.example/.well-known/mercure")]
    [InlineData("https:#x")]
    // Attack: authorities that not every parser takes
    [InlineData("https://[/.well-known/mercure")]
    [InlineData("https://a b:port@x:99999/.well-known/mercure")]
    [InlineData("https://user:secret@elsewhere.example:80/.well-known/mercure")]
    [InlineData("https://%zz/.well-known/mercure")]
    [InlineData("x-y.z+1://h/.well-known/mercure")]
    [InlineData("file:///.well-known/mercure")]
    // Attack: what parsers drop, and what looks like something else
    [InlineData("/.well-\tknown/mer\ncure")]
    [InlineData("\u0000\u001f /.well-known/mercure\r")]
    [InlineData("/x/\uff0e\uff0e/.well-known/mercure")]
    [InlineData("/x/\u2025/.well-known/mercure")]
    [InlineData("/x/%EF%BC%8E%E3%80%82/.well-known/mercure")]
    [InlineData("/.well-known\uff0f\uff4dercure")]
    [InlineData("/.well-known/mer\u00adcure")]
    [InlineData("./mercure")]
    [InlineData("x/../mercure")]
    [InlineData("../.well-known/mercure")]
    public void Should_reserve_topics_of_the_hub(string topic) =>
        Assert.Equal(UpdateRules.TopicReserved, Later.Check(["t", topic], id: null, type: null));

    [Theory]
    [InlineData("t")]
    [InlineData("**")]
    [InlineData("https://example.com/books/1")]
    [InlineData("/.well-known/mercurex")]
    [InlineData("/.well-known")]
    [InlineData("/.WELL-KNOWN/mercure")]
    [InlineData("/x/.well-known/mercure")]
    [InlineData("https://example.com/?/.well-known/mercure")]
    [InlineData("urn:uuid:1")]
    [InlineData("http://[")]
    [InlineData("https://example.com/mercure")]
    [InlineData("https://example.com/a/../.well-known/x/mercure")]
    [InlineData("/.well-known/../mercure")]
    [InlineData("/.well-known/%2e%2e/mercure")]
    [InlineData("https://mercure/.well-known/other")]
    [InlineData("urn:mercure:1")]
    [InlineData("mercury:mercure/1")]
    [InlineData("chat:#general")]
    [InlineData("100% of mercure")]
    [InlineData("https://example.com/?next=/.well-known/mercure")]
    [InlineData("https://example.com/Quecksilber/für%20mercure")]
    [InlineData("\ud800")]
    public void Should_leave_other_topics_to_publishers(string topic) => Assert.Null(Later.Check([topic], id: null, type: null));

    [Fact]
    public void Should_reserve_nothing_when_generation_0_7_is_alone() =>
        Assert.Null(Reservations.None.Check(["*", "/.well-known/mercure"], "earliest", "mercure"));

    // Whatever is put before, between and behind, in whatever spelling: the path is the hub's
    [Property(Arbitrary = [typeof(Spellings)], MaxTest = 2000)]
    public bool Should_reserve_every_spelling_of_the_hub(Spelling spelling) =>
        Later.Check([spelling.Topic], id: null, type: null) == UpdateRules.TopicReserved;

    // System.Uri, an independent reader: reserved is what passes through the hub's path, and nothing else
    [Property(Arbitrary = [typeof(Spellings)], MaxTest = 2000)]
    public bool Should_reserve_what_passes_through_the_hub_and_nothing_else(PlainPath path) =>
        (Later.Check([$"https://elsewhere.example/{string.Join('/', path.Names)}"], id: null, type: null) is not null)
        == Enumerable.Range(1, path.Names.Count).Any(count =>
            new Uri($"https://elsewhere.example/{string.Join('/', path.Names.Take(count))}").AbsolutePath.TrimEnd('/') == "/.well-known/mercure");

    [Property(MaxTest = 2000)]
    public void Should_read_any_text(string? topic) => Later.Check([topic ?? ""], id: null, type: null);

    public sealed record Spelling(string Topic);

    public sealed record PlainPath(IReadOnlyList<string> Names);

    public static class Spellings
    {
        private static Gen<string> Slash { get; } = Gen.Elements("/", "/", "/", "\\", "%2f", "%5C", "%252F", "/./", "/%2e/", "/x/../", "/y/.%2E/");

        private static Gen<string> Start { get; } = Gen.Elements(
            "", "", "https://h", "http://user@h:8080", "ws:", "https:", "//h", "ftp://[", "x+y://h", " ", "\t");

        private static Gen<string> End { get; } = Gen.Elements("", "/", "?x", "#y", "/subscriptions/t/s", "/../..", "/%2e%2e/x", "%3fx", "\\..");

        public static Arbitrary<Spelling> Arbitrary { get; } = (
            from start in Start
            from first in Slash
            from known in Encoded(".well-known")
            from second in Slash
            from name in Encoded("mercure")
            from end in End
            select new Spelling(start + first + known + second + name + end)).ToArbitrary();

        public static Arbitrary<PlainPath> Paths { get; } =
            Gen.Elements(".well-known", "mercure", "..", ".", "x", "subscriptions").ListOf()
                .Where(static names => names.Count > 0).Select(static names => new PlainPath([.. names])).ToArbitrary();

        /// <summary>Each character as it is, or escaped up to three times.</summary>
        private static Gen<string> Encoded(string name) =>
            Gen.CollectToArray(name.Select(static character => Gen.Choose(0, 12).Select(times => Escaped(character, times)))).Select(string.Concat);

        private static string Escaped(char character, int times) => times switch
        {
            0 => $"%{(int)character:x2}",
            1 => $"%25{(int)character:X2}",
            2 => $"%2525{(int)character:x2}",
            _ => character.ToString(),
        };
    }
}
