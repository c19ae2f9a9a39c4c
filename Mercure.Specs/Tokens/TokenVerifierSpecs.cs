using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Mercure.Actors.Authorization;
using Mercure.Http.Protocol;
using Xunit;

namespace Mercure.Specs.Tokens;

/// <summary>Spec draft 04, Authorization: a valid JWS in compact serialization; RFC 7515, 7519, 8725.</summary>
public sealed class TokenVerifierSpecs
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    // Attack: an unsigned token, and its spellings (RFC 8725, 2.1)
    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    [InlineData("HS257")]
    [InlineData("hs256")]
    public async Task Should_refuse_an_algorithm_that_the_key_does_not_have(string algorithm)
    {
        var header = $$"""{"alg":"{{algorithm}}"}""";
        Assert.Equal(Hs, await TestTokens.RejectionOfAsync(TestTokens.Sign(header, "{}", _ => [])));
        Assert.Equal(Hs, await TestTokens.RejectionOfAsync(TestTokens.Sign(header, "{}", text => TestTokens.HmacOf("HS256", "k"u8.ToArray(), text))));
    }

    // Attack: the public key, which everyone has, used as an HMAC secret (CVE-2015-9235)
    [Fact]
    public async Task Should_refuse_HMAC_over_a_public_key()
    {
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportSubjectPublicKeyInfoPem();
        foreach (var secret in new[] { Encoding.UTF8.GetBytes(pem), rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey() })
        {
            var token = TestTokens.Sign("""{"alg":"HS256"}""", "{}", text => TestTokens.HmacOf("HS256", secret, text));
            Assert.Equal(
                Rejections.TokenAlgorithm("PS256, PS384, PS512, RS256, RS384, RS512"), await TestTokens.RejectionOfAsync(token, pem));
        }
    }

    // Attack: a key that comes with the token (RFC 8725, 2.4 and 3.10)
    [Fact]
    public async Task Should_ignore_keys_that_the_token_brings()
    {
        using var rsa = RSA.Create(2048);
        using var own = RSA.Create(2048);
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        var jwk = $$"""{"kty":"RSA","n":"{{Convert.ToBase64String(parameters.Modulus!)}}","e":"AQAB"}""";
        var token = TestTokens.Sign(
            $$"""{"alg":"RS256","jwk":{{jwk}},"jku":"http://localhost:1/keys","x5u":"http://localhost:1/keys"}""",
            "{}",
            text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

        Assert.Equal(Rejections.TokenSignature, await TestTokens.RejectionOfAsync(token, own.ExportSubjectPublicKeyInfoPem()));
    }

    [Fact]
    public async Task Should_refuse_the_signature_of_another_key() =>
        Assert.Equal(Rejections.TokenSignature, await TestTokens.RejectionOfAsync(TestTokens.Hmac("{}", "another")));

    [Fact]
    public async Task Should_refuse_a_payload_that_was_not_signed()
    {
        var parts = TestTokens.Publisher().Split('.');
        parts[1] = TestTokens.Encode("""{"mercure":{"publish":["*"]}}""");
        Assert.Equal(Rejections.TokenSignature, await TestTokens.RejectionOfAsync(string.Join('.', parts)));
    }

    [Fact]
    public async Task Should_refuse_an_empty_signature()
    {
        var token = TestTokens.Publisher("*");
        Assert.NotNull(await TestTokens.RejectionOfAsync(token[..(token.LastIndexOf('.') + 1)]));
    }

    // RFC 7515, 4.1.11: a recipient that does not understand a critical parameter rejects the token
    [Fact]
    public async Task Should_refuse_critical_parameters()
    {
        var token = TestTokens.Sign(
            """{"alg":"HS256","crit":["b64"],"b64":false}""", "{}", text => TestTokens.HmacOf("HS256", Encoding.UTF8.GetBytes(TestTokens.Secret), text));
        Assert.Equal(Rejections.TokenCritical, await TestTokens.RejectionOfAsync(token));
    }

    [Fact]
    public async Task Should_take_a_key_id_for_a_hint_only()
    {
        var token = TestTokens.Sign(
            """{"alg":"HS256","kid":"unknown"}""", "{}", text => TestTokens.HmacOf("HS256", Encoding.UTF8.GetBytes(TestTokens.Secret), text));
        Assert.Null(await TestTokens.RejectionOfAsync(token));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a.b")]
    [InlineData("..")]
    [InlineData("a.b.c.d.e")]
    [InlineData("e30.e30.")]
    [InlineData("W10.e30.AAAA")]
    [InlineData("eyJhbGciOjF9.e30.AAAA")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9 .e30.AAAA")]
    [InlineData("ééé.e30.AAAA")]
    public async Task Should_refuse_what_is_no_token(string text) =>
        Assert.Equal(Rejections.TokenMalformed, await TestTokens.RejectionOfAsync(text));

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("nonsense")]
    [InlineData("{\"exp\":1,\"exp\":2}")]
    public async Task Should_refuse_a_payload_that_is_no_claims_set(string payload) =>
        Assert.Equal(Rejections.TokenMalformed, (await TestTokens.RejectionOfAsync(TestTokens.Hmac(payload)))! with { Detail = null });

    // RFC 7519, 2: a NumericDate is a number; beyond the year 9999 it counts milliseconds
    [Theory]
    [InlineData("exp", "\"1900000000\"")]
    [InlineData("exp", "\"soon\"")]
    [InlineData("exp", "1e300")]
    [InlineData("exp", "-1e300")]
    [InlineData("exp", "1e999")]
    [InlineData("exp", "1900000000000")]
    [InlineData("exp", "[1900000000]")]
    [InlineData("nbf", "true")]
    [InlineData("nbf", "{}")]
    [InlineData("nbf", "253402300800")]
    public async Task Should_name_the_claim_that_is_no_time(string claim, string value)
    {
        var rejection = await TestTokens.RejectionOfAsync(TestTokens.Hmac($$"""{"{{claim}}":{{value}}}"""));

        Assert.Equal($"The claim {claim} of the token is not a number of seconds since 1970 that lies in the years 1 to 9999.", rejection!.Reason);
    }

    // Null says as much as nothing; a fraction and a time before 1970 are NumericDates; what the hub does not read may be anything
    [Theory]
    [InlineData("""{"exp":null,"nbf":null,"iat":null,"iss":null,"aud":null,"sub":null,"jti":null,"mercure":null}""")]
    [InlineData("""{"exp":1900000000.25,"nbf":1e9}""")]
    [InlineData("""{"exp":253402300799,"nbf":-1}""")]
    [InlineData("""{"iat":"now","iss":1,"aud":{"a":[]},"sub":[],"jti":3.5}""")]
    public async Task Should_accept_a_claim_that_is_null_or_of_no_concern(string payload) =>
        Assert.Null(await TestTokens.RejectionOfAsync(TestTokens.Hmac(payload), clock: new ManualClock(Noon)));

    // Attack: a signature that is cut, or longer than the hash
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public async Task Should_refuse_a_signature_of_another_length(int length)
    {
        var token = TestTokens.Sign(
            """{"alg":"HS256"}""", "{}", text => [.. TestTokens.HmacOf("HS256", Encoding.UTF8.GetBytes(TestTokens.Secret), text).Concat(new byte[64]).Take(length)]);

        Assert.Equal(Rejections.TokenSignature, await TestTokens.RejectionOfAsync(token));
    }

    [Fact]
    public async Task Should_refuse_a_token_beyond_the_limit() =>
        Assert.Equal(Rejections.TokenTooLong, await TestTokens.RejectionOfAsync(TestTokens.Hmac($$"""{"x":"{{new string('x', 8192)}}"}""")));

    [Property(MaxTest = 300)]
    public void Should_never_throw_whatever_is_presented(NonNull<string> text) =>
        Assert.NotNull(TestTokens.RejectionOfAsync(text.Get).GetAwaiter().GetResult());

    [Property(MaxTest = 200)]
    public void Should_never_throw_nor_accept_when_a_token_was_changed(ushort place, byte change)
    {
        var token = TestTokens.Publisher("a").ToCharArray();
        var signed = new string(token);
        token[place % token.Length] = (char)change;
        // The last character carries bits that belong to no byte
        if (place % token.Length == token.Length - 1 || new string(token) == signed)
            return;

        Assert.NotNull(TestTokens.RejectionOfAsync(new string(token)).GetAwaiter().GetResult());
    }

    // RFC 7519, 4.1.4
    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task Should_expire_at_the_instant_of_exp(int seconds, bool isExpired)
    {
        var clock = new ManualClock(Noon.AddSeconds(seconds));
        var rejection = await TestTokens.RejectionOfAsync(TestTokens.Hmac($$"""{"exp":{{Noon.ToUnixTimeSeconds()}}}"""), clock: clock);

        Assert.Equal(isExpired ? "The token expired at 2026-01-01T12:00:00Z." : null, rejection?.Reason);
    }

    // RFC 7519, 4.1.5
    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public async Task Should_be_valid_from_the_instant_of_nbf(int seconds, bool isValid)
    {
        var clock = new ManualClock(Noon.AddSeconds(seconds));
        var rejection = await TestTokens.RejectionOfAsync(TestTokens.Hmac($$"""{"nbf":{{Noon.ToUnixTimeSeconds()}}}"""), clock: clock);

        Assert.Equal(isValid ? null : "The token is not valid before 2026-01-01T12:00:00Z.", rejection?.Reason);
    }

    // RFC 7519, 2: a NumericDate may have a fraction
    [Fact]
    public async Task Should_read_fractions_of_a_second()
    {
        var verifier = TestTokens.Verifier(clock: new ManualClock(Noon));
        var result = await verifier.VerifyAsync(TestTokens.Hmac($$"""{"exp":{{Noon.ToUnixTimeSeconds()}}.5}""").AsMemory());

        Assert.Equal(Noon.AddSeconds(0.5), result.Token!.ExpiresAt);
    }

    [Fact]
    public async Task Should_expire_also_when_it_is_cached()
    {
        var clock = new ManualClock(Noon);
        var verifier = TestTokens.Verifier(clock: clock);
        var token = TestTokens.Hmac($$"""{"exp":{{Noon.ToUnixTimeSeconds() + 10}}}""").AsMemory();
        Assert.NotNull((await verifier.VerifyAsync(token)).Token);

        clock.Now = Noon.AddSeconds(10);

        Assert.Equal(Rejections.TokenExpired(Noon.AddSeconds(10)), (await verifier.VerifyAsync(token)).Rejection);
    }

    [Fact]
    public async Task Should_share_one_result_between_those_who_present_the_same_token()
    {
        var verifier = TestTokens.Verifier();
        var first = await verifier.VerifyAsync(TestTokens.Publisher("a").AsMemory());
        var second = await verifier.VerifyAsync(("Bearer " + TestTokens.Publisher("a")).AsMemory(7));

        Assert.Same(first.Token, second.Token);
    }

    [Fact]
    public async Task Should_allocate_nothing_when_the_token_is_known()
    {
        var verifier = TestTokens.Verifier();
        var header = ("Bearer " + TestTokens.Publisher("a")).AsMemory(7);
        await verifier.VerifyAsync(header);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
        {
            await verifier.VerifyAsync(header);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Should_not_remember_bad_tokens()
    {
        var verifier = TestTokens.Verifier();
        await verifier.VerifyAsync(TestTokens.Hmac("{}", "another").AsMemory());

        Assert.Equal(0, verifier.Cache.Count);
    }

    // Spec draft 04, Publishers
    [Theory]
    [InlineData("""{}""", false)]
    [InlineData("""{"mercure":null}""", false)]
    [InlineData("""{"mercure":{}}""", false)]
    [InlineData("""{"mercure":{"publish":null}}""", false)]
    [InlineData("""{"mercure":{"publish":"*"}}""", true)]
    [InlineData("""{"mercure":{"publish":{"0":"*"}}}""", true)]
    [InlineData("""{"mercure":{"publish":["*",1]}}""", true)]
    public async Task Should_not_let_publish_without_a_list_of_targets(string payload, bool isPresent)
    {
        var claims = (await TestTokens.Verifier().VerifyAsync(TestTokens.Hmac(payload).AsMemory())).Token!.Claims;

        Assert.Null(claims.Publish);
        Assert.Equal(isPresent ? Rejections.PublishClaimMalformed : Rejections.PublishClaimMissing, claims.PublishRejection);
    }

    [Theory]
    [InlineData("""{"mercure":"publish"}""")]
    [InlineData("""{"mercure":[]}""")]
    [InlineData("""{"mercure":7}""")]
    [InlineData("""{"mercure":false}""")]
    public async Task Should_count_for_no_role_when_the_claim_is_no_object(string payload)
    {
        var claims = (await TestTokens.Verifier().VerifyAsync(TestTokens.Hmac(payload).AsMemory())).Token!.Claims;

        Assert.Null(claims.Publish);
        Assert.Equal(Rejections.MercureClaimMalformed("mercure"), claims.PublishRejection);
        Assert.Equal(Rejections.MercureClaimMalformed("mercure"), claims.SubscribeRejection);
    }

    // Spec draft 04, Subscribers
    [Theory]
    [InlineData("""{}""", false, false)]
    [InlineData("""{"mercure":{"subscribe":[]}}""", false, false)]
    [InlineData("""{"mercure":{"subscribe":["a"]}}""", true, false)]
    [InlineData("""{"mercure":{"subscribe":["b","*"]}}""", true, true)]
    public async Task Should_let_read_the_listed_targets_and_nothing_else(string payload, bool readsA, bool readsC)
    {
        var grant = (await TestTokens.Verifier().VerifyAsync(TestTokens.Hmac(payload).AsMemory())).Token!.Claims.Subscribe;

        Assert.True(grant.Allows(Audience.Public));
        Assert.Equal(readsA, grant.Allows(Audience.OfTargets(["a"])));
        Assert.Equal(readsC, grant.Allows(Audience.OfTargets(["c"])));
    }

    private static Rejection Hs => Rejections.TokenAlgorithm("HS256, HS384, HS512");
}
