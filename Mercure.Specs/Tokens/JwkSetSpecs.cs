using System.Globalization;
using System.Text;
using System.Text.Json;
using Mercure.Actors.Updates;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Tokens;
using Mercure.Specs.Protocol;
using Mercure.Specs.Settings;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Tokens;

/// <summary>Keys by the URL of a JSON Web Key Set (RFC 7517), with a real server and a file.</summary>
public sealed class JwkSetSpecs : IDisposable
{
    private readonly SkippingClock _clock = new();
    private readonly LogCollector _logs = new();
    private readonly ILoggerFactory _loggers;

    public JwkSetSpecs() => _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task Should_verify_with_the_key_that_the_token_names()
    {
        var (first, second) = (SigningKey.Rsa("1"), SigningKey.Ecdsa("2"));
        await using var server = await JwkSetServer.StartAsync(first, second);
        var verifier = Verifier(server.Url);

        Assert.Null(await RejectionAsync(verifier, first.Token()));
        Assert.Null(await RejectionAsync(verifier, second.Token()));
        Assert.Equal(1, server.Requests);
    }

    // Attack: another key of the set, and one of nobody, under the name of a good one
    [Fact]
    public async Task Should_refuse_a_signature_of_another_key_than_the_named_one()
    {
        var (first, second) = (SigningKey.Rsa("1"), SigningKey.Rsa("2"));
        await using var server = await JwkSetServer.StartAsync(first, second);
        var verifier = Verifier(server.Url);

        Assert.Equal(Rejections.TokenSignature, await RejectionAsync(verifier, first.Token(keyId: "2")));
        Assert.Equal(Rejections.TokenSignature, await RejectionAsync(verifier, SigningKey.Rsa("1").Token()));
    }

    // Attacks of RFC 8725: no signature; the public key as the secret of an HMAC; an algorithm of another kind of key
    [Fact]
    public async Task Should_refuse_algorithms_that_do_not_fit_the_key()
    {
        var key = SigningKey.Rsa("1");
        await using var server = await JwkSetServer.StartAsync(key);
        var verifier = Verifier(server.Url);
        const string Payload = """{"mercure":{"publish":["*"]}}""";
        var modulus = Encoding.ASCII.GetBytes(key.Jwk["n"]);
        string[] forged =
        [
            TestTokens.Sign("""{"alg":"none","kid":"1"}""", Payload, _ => []),
            TestTokens.Sign("""{"alg":"HS256","kid":"1"}""", Payload, text => TestTokens.HmacOf("HS256", modulus, text)),
            TestTokens.Sign("""{"alg":"HS256","kid":"1"}""", Payload, text => TestTokens.HmacOf("HS256", Encoding.UTF8.GetBytes(JwkSetServer.SetOf(key)), text)),
            SigningKey.Ecdsa("1").Token(),
        ];

        foreach (var token in forged)
            Assert.StartsWith("The algorithm of the token does not fit", (await RejectionAsync(verifier, token))!.Reason, StringComparison.Ordinal);
    }

    // RFC 7517, 4.4: a key with "alg" is for that algorithm alone; 4.2: one that encrypts verifies nothing
    [Fact]
    public async Task Should_keep_to_what_the_key_is_for()
    {
        var (other, encrypts, fits) = (SigningKey.Rsa("1").With("alg", "PS256"), SigningKey.Rsa("2").With("use", "enc"), SigningKey.Rsa("3").With("alg", "RS256"));
        await using var server = await JwkSetServer.StartAsync(other, encrypts, fits);
        var verifier = Verifier(server.Url);

        Assert.StartsWith("The algorithm", (await RejectionAsync(verifier, other.Token()))!.Reason, StringComparison.Ordinal);
        Assert.Equal(Rejections.TokenKeyUnknown, await RejectionAsync(verifier, encrypts.Token()));
        Assert.Null(await RejectionAsync(verifier, fits.Token()));
    }

    // RFC 7515, 4.1.4: "kid" is optional
    [Fact]
    public async Task Should_try_the_fitting_keys_when_the_token_names_none()
    {
        var key = SigningKey.Rsa("1");
        await using var server = await JwkSetServer.StartAsync(SigningKey.Rsa("2"), key, SigningKey.Ecdsa("3"));
        var verifier = Verifier(server.Url);

        Assert.Null(await RejectionAsync(verifier, key.Token(keyId: "")));
        Assert.Equal(Rejections.TokenSignature, await RejectionAsync(verifier, SigningKey.Rsa(keyId: null).Token()));
    }

    // The provider rotates its keys: the first token of the new one is good at once, and that of the old one no more
    [Fact]
    public async Task Should_look_for_new_keys_when_a_token_names_an_unknown_one()
    {
        var (old, young) = (SigningKey.Rsa("1"), SigningKey.Rsa("2"));
        await using var server = await JwkSetServer.StartAsync(old);
        var verifier = Verifier(server.Url);
        Assert.Null(await RejectionAsync(verifier, old.Token()));
        server.Rotate(young);
        _clock.Now += JwkSetKeys.MinInterval;

        Assert.Null(await RejectionAsync(verifier, young.Token()));
        Assert.Equal(2, server.Requests);
        Assert.Equal(Rejections.TokenKeyUnknown, await RejectionAsync(verifier, old.Token()));
    }

    // Attack: a flood of invented names, to have the hub flood the provider
    [Fact]
    public async Task Should_load_once_a_second_at_most_in_a_flood_of_invented_names()
    {
        var key = SigningKey.Rsa("1");
        await using var server = await JwkSetServer.StartAsync(key);
        var verifier = Verifier(server.Url);
        Assert.Null(await RejectionAsync(verifier, key.Token()));
        _clock.Now += JwkSetKeys.MinInterval;
        var start = _clock.Now;
        var rejections = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => RejectionAsync(verifier, key.Token(keyId: $"invented{i}"))));

        Assert.All(rejections, rejection => Assert.Equal(Rejections.TokenKeyUnknown, rejection));
        Assert.InRange(server.Requests, 2, 2 + (int)((_clock.Now - start) / JwkSetKeys.MinInterval));
    }

    // The same attack, to have the hub miss a rotation: what was asked for just before decides nothing
    [Fact]
    public async Task Should_find_a_rotated_key_at_once_in_the_middle_of_a_flood()
    {
        var (old, young) = (SigningKey.Rsa("1"), SigningKey.Rsa("2"));
        await using var server = await JwkSetServer.StartAsync(old);
        var verifier = Verifier(server.Url);
        Assert.Null(await RejectionAsync(verifier, old.Token()));
        for (var i = 0; i < 3; i++)
            Assert.Equal(Rejections.TokenKeyUnknown, await RejectionAsync(verifier, old.Token(keyId: $"invented{i}")));
        var flood = Task.WhenAll(Enumerable.Range(3, 100).Select(i => RejectionAsync(verifier, old.Token(keyId: $"invented{i}"))));
        server.Rotate(old, young);

        Assert.Null(await RejectionAsync(verifier, young.Token()));
        Assert.All(await flood, rejection => Assert.Equal(Rejections.TokenKeyUnknown, rejection));
    }

    // Tokens of a withdrawn key come for as long as pages are open
    [Fact]
    public async Task Should_not_look_for_a_missing_name_again_and_again()
    {
        var key = SigningKey.Rsa("1");
        await using var server = await JwkSetServer.StartAsync(key);
        var verifier = Verifier(server.Url);
        Assert.Null(await RejectionAsync(verifier, key.Token()));
        _clock.Now += JwkSetKeys.MinInterval;
        for (var i = 0; i < 10; i++)
            Assert.Equal(Rejections.TokenKeyUnknown, await RejectionAsync(verifier, key.Token(keyId: "withdrawn")));
        Assert.Equal(2, server.Requests);

        server.Rotate(key, SigningKey.Rsa("withdrawn"));
        _clock.Now += MissingNames.Memory;
        Assert.Equal(Rejections.TokenSignature, await RejectionAsync(verifier, key.Token(keyId: "withdrawn")));
    }

    // A key that is withdrawn without a new one: tokens that were verified before are not good for ever
    [Fact]
    public async Task Should_forget_a_withdrawn_key_when_the_set_is_old()
    {
        var (first, second) = (SigningKey.Rsa("1"), SigningKey.Rsa("2"));
        await using var server = await JwkSetServer.StartAsync(first, second);
        var verifier = Verifier(server.Url);
        Assert.Null(await RejectionAsync(verifier, first.Token()));
        server.Rotate(second);
        _clock.Now += JwkSetKeys.MaxAge;

        Rejection? rejection = null;
        var deadline = Environment.TickCount64 + 80_000;
        while (rejection is null && Environment.TickCount64 < deadline)
            rejection = await RejectionAsync(verifier, first.Token());
        Assert.Equal(Rejections.TokenKeyUnknown, rejection);
    }

    // The provider is down: what was loaded counts, and nothing before anything was
    [Fact]
    public async Task Should_go_on_with_the_keys_it_has_while_the_provider_is_down()
    {
        var key = SigningKey.Rsa("1");
        await using var server = await JwkSetServer.StartAsync(key);
        var content = server.Content;
        server.Content = null;
        var verifier = Verifier(server.Url);
        Assert.Equal(Rejections.KeysUnavailable, await RejectionAsync(verifier, key.Token()));
        _clock.Now += JwkSetKeys.RetryInterval;
        server.Content = content;
        Assert.Null(await RejectionAsync(verifier, key.Token()));
        server.Content = "not a key set";
        _clock.Now += JwkSetKeys.MaxAge;

        Assert.Null(await RejectionAsync(verifier, key.Token("""{"mercure":{"publish":["a"]}}""")));
        Assert.Contains(_logs.Lines, line => line.Contains("could not be loaded", StringComparison.Ordinal));
    }

    // A secret that anybody can fetch is none; in a file it is
    [Fact]
    public async Task Should_take_a_secret_from_a_file_only()
    {
        var secret = SigningKey.Secret("1", Encoding.UTF8.GetBytes("a secret of more than thirty-two bytes"));
        await using var server = await JwkSetServer.StartAsync(secret, SigningKey.Ecdsa("2"));
        using var file = new TemporaryFile(JwkSetServer.SetOf(secret));

        Assert.Equal(Rejections.TokenKeyUnknown, await RejectionAsync(Verifier(server.Url), secret.Token()));
        Assert.Null(await RejectionAsync(Verifier(new Uri(file.Path)), secret.Token()));
    }

    // RFC 7518, 3.3
    [Fact]
    public async Task Should_refuse_a_set_of_keys_that_are_too_weak()
    {
        var weak = SigningKey.Rsa("1", bits: 1024);
        await using var server = await JwkSetServer.StartAsync(weak);

        Assert.Equal(Rejections.KeysUnavailable, await RejectionAsync(Verifier(server.Url), weak.Token()));
        Assert.Contains(_logs.Lines, line => line.Contains("at least 2048 are needed", StringComparison.Ordinal));
    }

    // CWE-601, CWE-918: who answers for the server does not choose another one
    [Theory]
    [InlineData("/other.json", true)]
    [InlineData("other.json?x=1", true)]
    [InlineData("http://localhost:{port}/other.json", false)]
    [InlineData("http://127.0.0.1:1/other.json", false)]
    [InlineData("https://127.0.0.1:{port}/other.json", false)]
    [InlineData("//evil.example/other.json", false)]
    [InlineData("file:///etc/passwd", false)]
    public async Task Should_follow_redirects_within_the_server_only(string location, bool isFollowed)
    {
        var key = SigningKey.Rsa("1");
        await using var server = await JwkSetServer.StartAsync(key);
        server.RedirectTo = location.Replace("{port}", server.Url.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

        Assert.Equal(isFollowed ? null : Rejections.KeysUnavailable, await RejectionAsync(Verifier(server.Url), key.Token()));
        Assert.Equal(!isFollowed, _logs.Lines.Any(line => line.Contains("redirects to another one", StringComparison.Ordinal)));
    }

    // Some providers give access to their keys by a secret in the URL
    [Fact]
    public async Task Should_log_no_secret_of_the_url()
    {
        var key = SigningKey.Rsa("1");
        await using var server = await JwkSetServer.StartAsync(key);
        var verifier = Verifier(new Uri(server.Url, "?token=hidden1#hidden2"));
        Assert.Null(await RejectionAsync(verifier, key.Token()));
        server.Content = null;
        _clock.Now += JwkSetKeys.MinInterval;
        Assert.Equal(Rejections.TokenKeyUnknown, await RejectionAsync(verifier, key.Token(keyId: "2")));

        Assert.Contains(_logs.Lines, line => line.Contains("Keys loaded from http://127.0.0.1", StringComparison.Ordinal));
        Assert.Contains(_logs.Lines, line => line.Contains("could not be loaded from http://127.0.0.1", StringComparison.Ordinal));
        Assert.DoesNotContain(_logs.Lines, line => line.Contains("hidden", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_warn_of_a_short_secret_in_a_file()
    {
        var secret = SigningKey.Secret("1", "short"u8.ToArray());
        using var file = new TemporaryFile(JwkSetServer.SetOf(secret));

        Assert.Null(await RejectionAsync(Verifier(new Uri(file.Path)), secret.Token()));
        Assert.Single(_logs.Lines, line => line.Contains("is shorter than 32 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_keep_to_the_algorithm_that_is_set()
    {
        var (rsa, ecdsa) = (SigningKey.Rsa("1"), SigningKey.Ecdsa("2"));
        await using var server = await JwkSetServer.StartAsync(rsa, ecdsa);
        var verifier = new TokenVerifier(new JwkSetKeys(server.Url, "ES256", JwkSetReader.ReadAsync, Context()), SelectorClaims.Read, _clock);

        Assert.Equal(Rejections.TokenKeyUnknown, await RejectionAsync(verifier, rsa.Token()));
        Assert.Null(await RejectionAsync(verifier, ecdsa.Token()));
    }

    // A token that is narrow in one generation would be wide in another: not at the first load, and not at a later one
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_not_take_a_key_that_counts_in_another_generation(bool isAllowed)
    {
        var (own, common) = (SigningKey.Rsa("own"), SigningKey.Rsa("common"));
        await using var server = await JwkSetServer.StartAsync(own);
        var shared = new SharedKeys(isAllowed);
        shared.Set(this, Generation.V07, [TokenKey.Parse(JsonSerializer.Serialize(common.Jwk))]);
        var verifier = Verifier(server.Url, shared);
        Assert.Null(await RejectionAsync(verifier, own.Token()));

        server.Rotate(common, own);
        for (var round = 0; round < 3; round++)
        {
            _clock.Now += MissingNames.Memory;
            Assert.Equal(isAllowed ? null : Rejections.TokenKeyUnknown, await RejectionAsync(verifier, common.Token()));
        }

        Assert.Null(await RejectionAsync(verifier, own.Token()));
        Assert.Equal(isAllowed ? 0 : 1, _logs.Lines.Count(line => line.Contains("Key common of ", StringComparison.Ordinal) && line.Contains(SharedKeys.Problem, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Should_have_no_keys_when_all_of_them_count_in_another_generation()
    {
        var common = SigningKey.Ecdsa(keyId: null);
        await using var server = await JwkSetServer.StartAsync(common);
        var shared = new SharedKeys(areAllowed: false);
        shared.Set(this, Generation.V07, [TokenKey.Parse(JsonSerializer.Serialize(common.Jwk))]);

        Assert.Equal(Rejections.KeysUnavailable, await RejectionAsync(Verifier(server.Url, shared), common.Token()));
    }

    private TokenVerifier Verifier(Uri url, SharedKeys? shared = null) =>
        new(new JwkSetKeys(url, algorithm: null, JwkSetReader.ReadAsync, Context(shared)), SelectorClaims.Read, _clock);

    private KeyContext Context(SharedKeys? shared = null) =>
        new(shared ?? new SharedKeys(areAllowed: false), Generation.V010, _clock, _loggers.CreateLogger("keys"));

    private static async Task<Rejection?> RejectionAsync(TokenVerifier verifier, string token) => (await verifier.VerifyAsync(token.AsMemory())).Rejection;

    /// <summary>Whoever waits for a time finds that it has come.</summary>
    private sealed class SkippingClock() : ManualClock(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Now += dueTime;
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
