using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Xunit;

namespace Mercure.Specs.Settings;

/// <summary>Which generations are served, and with which keys.</summary>
public sealed class GenerationKeySpecs
{
    private const string Key = "a key of generation 0.10, of its own";

    [Fact]
    public void Should_serve_the_generations_that_have_keys()
    {
        var old = Loading.Load();
        var young = Loading.Load(("JWT_KEY", ""), ("MERCURE_PUBLISHER_JWT_KEY", Key), ("MERCURE_SUBSCRIBER_JWT_KEY", "another"));
        var both = Loading.Load(("MERCURE_PUBLISHER_JWT_KEY", Key), ("MERCURE_SUBSCRIBER_JWT_KEY", Key));

        Assert.Equal((true, false), (old.V07 is not null, old.V010 is not null));
        Assert.Equal((false, true), (young.V07 is not null, young.V010 is not null));
        Assert.Equal((true, true), (both.V07 is not null, both.V010 is not null));
        Assert.True(Assert.Single(young.V010!.Publisher.Keys).IsSameAs(TokenKey.Parse(Key)));
        Assert.True(Assert.Single(young.V010.Subscriber.Keys).IsSameAs(TokenKey.Parse("another")));
        Assert.Equal("mercureAuthorization", young.V010.CookieName);
    }

    [Fact]
    public void Should_name_both_ways_when_there_is_no_key()
    {
        var problem = Loading.Problem(("JWT_KEY", ""));

        Assert.Contains("MERCURE_PUBLISHER_JWT_KEY", problem, StringComparison.Ordinal);
        Assert.Contains(" JWT_KEY", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MERCURE_PUBLISHER_JWT_KEY", "MERCURE_SUBSCRIBER_JWT_KEY is missing")]
    [InlineData("MERCURE_SUBSCRIBER_JWT_KEY", "MERCURE_PUBLISHER_JWT_KEY is missing")]
    public void Should_name_the_key_of_the_other_role_when_it_is_missing(string given, string problem) =>
        Assert.StartsWith(problem, Loading.Problem((given, Key)), StringComparison.Ordinal);

    // A token that is narrow in one generation would be wide in another
    [Theory]
    [InlineData("MERCURE_PUBLISHER_JWT_KEY", "MERCURE_SUBSCRIBER_JWT_KEY")]
    [InlineData("MERCURE_SUBSCRIBER_JWT_KEY", "MERCURE_PUBLISHER_JWT_KEY")]
    public void Should_refuse_one_key_in_two_generations_unless_it_is_meant(string shared, string other)
    {
        (string, string)[] keys = [("JWT_KEY", "common"), (shared, "common"), (other, Key)];
        var problem = Loading.Problem(keys);
        var allowed = Loading.Load([.. keys, ("MERCURE_ALLOW_SHARED_KEYS", "1")]);

        Assert.Contains("MERCURE_ALLOW_SHARED_KEYS=1", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("common", problem, StringComparison.Ordinal);
        Assert.NotNull(allowed.V010);
    }

    [Theory]
    [InlineData("HS384", true)]
    [InlineData("RS256", false)]
    [InlineData("none", false)]
    [InlineData("hs256", false)]
    public void Should_take_an_algorithm_that_fits_the_key(string algorithm, bool fits)
    {
        (string, string)[] settings = [("MERCURE_PUBLISHER_JWT_KEY", Key), ("MERCURE_SUBSCRIBER_JWT_KEY", Key), ("MERCURE_PUBLISHER_JWT_ALG", algorithm)];

        if (fits)
            Assert.Equal(algorithm, Assert.Single(Loading.Load(settings).V010!.Publisher.Keys).Algorithms);
        else
            Assert.Contains($"the algorithm {algorithm} does not fit", string.Join('\n', Assert.Throws<SettingsException>(() => Loading.Load(settings)).Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://id.example.com/jwks.json", true)]
    [InlineData("http://127.0.0.1:8080/keys?x=1", true)]
    [InlineData("file:///nowhere/jwks.json", false)]
    [InlineData("ftp://id.example.com/jwks.json", false)]
    [InlineData("https://user:password@id.example.com/jwks.json", false)]
    [InlineData("/etc/jwks.json", false)]
    public void Should_take_the_url_of_a_key_set(string url, bool isTaken)
    {
        (string, string)[] settings = [("MERCURE_V010_PUBLISHER_JWKS_URL", url), ("MERCURE_V010_SUBSCRIBER_JWKS_URL", "https://id.example.com/")];

        if (isTaken)
            Assert.Empty(Loading.Load(settings).V010!.Publisher.Keys);
        else
            Assert.Contains("MERCURE_V010_PUBLISHER_JWKS_URL is ", Assert.Throws<SettingsException>(() => Loading.Load(settings)).Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Should_refuse_a_key_and_a_key_set_for_one_role() =>
        Assert.EndsWith(
            "MERCURE_V010_PUBLISHER_JWKS_URL and MERCURE_PUBLISHER_JWT_KEY are both set; accepted: one of them",
            Loading.Problem(
                ("MERCURE_PUBLISHER_JWT_KEY", Key), ("MERCURE_V010_PUBLISHER_JWKS_URL", "https://id.example.com/"), ("MERCURE_SUBSCRIBER_JWT_KEY", Key)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("a b")]
    [InlineData("a;b")]
    [InlineData("a=b")]
    public void Should_refuse_a_name_that_no_cookie_can_have(string name) =>
        Assert.StartsWith("MERCURE_V010_COOKIE_NAME is ", Loading.Problem(("MERCURE_V010_COOKIE_NAME", name)), StringComparison.Ordinal);

    [Theory]
    [InlineData("0s", true)]
    [InlineData("5s", true)]
    [InlineData("1s", false)]
    public void Should_take_a_dispatch_timeout_that_the_server_can_keep(string value, bool isTaken)
    {
        if (isTaken)
            Assert.Equal(value == "0s" ? TimeSpan.Zero : TimeSpan.FromSeconds(5), Loading.Load(("MERCURE_DISPATCH_TIMEOUT", value)).Streams.DispatchTimeout);
        else
            Assert.StartsWith("MERCURE_DISPATCH_TIMEOUT is \"1s\"", Loading.Problem(("MERCURE_DISPATCH_TIMEOUT", value)), StringComparison.Ordinal);
    }
}
