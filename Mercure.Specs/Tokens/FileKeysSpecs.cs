using System.Security.Cryptography;
using Mercure.Actors.Updates;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Mercure.Specs.Protocol;
using Mercure.Specs.Settings;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Tokens;

/// <summary>Keys in files (<c>JWT_KEY_FILE</c>), as Docker and Kubernetes mount them, that change while the hub runs.</summary>
public sealed class FileKeysSpecs : IDisposable
{
    private const string Old = "the old secret, of more than 32 bytes";
    private const string Young = "the young secret, of more than 32 bytes";

    private readonly ManualClock _clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string _directory = Directory.CreateTempSubdirectory("keys").FullName;
    private readonly LogCollector _logs = new();
    private readonly ILoggerFactory _loggers;

    public FileKeysSpecs() => _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));

    public void Dispose()
    {
        _loggers.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Should_take_a_changed_key_without_a_restart()
    {
        Write("key", $"{Old}\n");
        var verifier = Open(Load(("JWT_KEY_FILE", In("key"))));
        Assert.True(await VerifiesAsync(verifier, Old));

        Write("key", $"{Young}\r\n");
        Tick();

        Assert.True(await VerifiesAsync(verifier, Young));
        Assert.False(await VerifiesAsync(verifier, Old));
        Assert.Single(_logs.Lines, line => line.StartsWith("Key file ", StringComparison.Ordinal) && line.Contains("is in use", StringComparison.Ordinal));
    }

    // A volume of Kubernetes: the file is a link through ..data, which is swapped; times may lie
    [Fact]
    public async Task Should_see_that_a_link_was_swapped()
    {
        var time = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        foreach (var (version, secret) in new[] { ("..1", Old), ("..2", Young) })
        {
            Directory.CreateDirectory(In(version));
            Write($"{version}/key", secret);
            File.SetLastWriteTimeUtc(In($"{version}/key"), time);
        }

        Directory.CreateSymbolicLink(In("..data"), "..1");
        File.CreateSymbolicLink(In("key"), "..data/key");
        var verifier = Open(Load(("JWT_KEY_FILE", In("key"))));
        Assert.True(await VerifiesAsync(verifier, Old));

        Directory.Delete(In("..data"));
        Directory.CreateSymbolicLink(In("..data"), "..2");
        Tick();

        Assert.True(await VerifiesAsync(verifier, Young));
    }

    // docs/operations.md, step by step: at no time is a token of either signer refused that should count
    [Fact]
    public async Task Should_rotate_without_a_moment_in_which_a_good_token_is_refused()
    {
        Write("key", Old);
        Write("previous", "");
        var verifier = Open(Load(("JWT_KEY_FILE", In("key")), ("JWT_KEY_PREVIOUS_FILE", In("previous"))));
        Assert.True(await VerifiesAsync(verifier, Old));

        Write("previous", Old);
        Tick();
        Assert.True(await VerifiesAsync(verifier, Old));
        Write("key", Young);
        Tick();
        Assert.True(await VerifiesAsync(verifier, Old));
        Assert.True(await VerifiesAsync(verifier, Young));
        Write("previous", "\n");
        Tick();
        Assert.False(await VerifiesAsync(verifier, Old));
        Assert.True(await VerifiesAsync(verifier, Young));
    }

    [Fact]
    public async Task Should_rotate_public_keys_in_one_file()
    {
        using var old = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var young = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        static string Token(ECDsa key) => TestTokens.Sign("""{"alg":"ES256"}""", "{}", text => key.SignData(text, HashAlgorithmName.SHA256));
        Write("key", old.ExportSubjectPublicKeyInfoPem());
        var verifier = Open(Load(("JWT_KEY_FILE", In("key"))));
        Assert.Null(await RejectionAsync(verifier, Token(old)));

        Write("key", $"{young.ExportSubjectPublicKeyInfoPem()}\n{old.ExportSubjectPublicKeyInfoPem()}");
        Tick();

        Assert.Null(await RejectionAsync(verifier, Token(old)));
        Assert.Null(await RejectionAsync(verifier, Token(young)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIB", "not complete")]
    [InlineData("$(cat k.pub)", "expression")]
    [InlineData(null, "there is no such file")]
    public async Task Should_keep_the_key_when_the_file_holds_none(string? content, string because)
    {
        Write("key", Old);
        var verifier = Open(Load(("JWT_KEY_FILE", In("key"))));
        if (content is null)
            File.Delete(In("key"));
        else
            Write("key", content);
        for (var round = 0; round < 3; round++)
        {
            Tick();
            Assert.True(await VerifiesAsync(verifier, Old));
        }

        Assert.Contains(because, Assert.Single(_logs.Lines), StringComparison.Ordinal);
        Write("key", Young);
        Tick();
        Assert.True(await VerifiesAsync(verifier, Young));
    }

    [Fact]
    public async Task Should_keep_the_key_when_the_new_one_does_not_fit_the_algorithm()
    {
        using var rsa = RSA.Create(2048);
        Write("key", Old);
        var verifier = Open(Load(("JWT_KEY_FILE", In("key")), ("JWT_ALGORITHM", "HS256")));
        Write("key", rsa.ExportSubjectPublicKeyInfoPem());
        Tick();

        Assert.True(await VerifiesAsync(verifier, Old));
        Assert.Contains("the algorithm HS256 does not fit", Assert.Single(_logs.Lines), StringComparison.Ordinal);
    }

    // A token that is narrow in one generation would be wide in another
    [Fact]
    public async Task Should_not_take_a_key_that_counts_in_another_generation()
    {
        Write("key", Old);
        var shared = new SharedKeys(areAllowed: false);
        shared.Set(this, Generation.V010, [TokenKey.Parse(Young)]);
        var verifier = Open(Load(("JWT_KEY_FILE", In("key"))), shared);
        Write("key", Young);
        Tick();

        Assert.False(await VerifiesAsync(verifier, Young));
        Assert.True(await VerifiesAsync(verifier, Old));
        Assert.Contains(SharedKeys.Problem, Assert.Single(_logs.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_warn_of_a_short_secret()
    {
        Write("key", Old);
        var verifier = Open(Load(("JWT_KEY_FILE", In("key"))));
        Write("key", "short");
        Tick();

        Assert.True(await VerifiesAsync(verifier, "short"));
        Assert.Contains(_logs.Lines, line => line.Contains("is shorter than 32 bytes", StringComparison.Ordinal));
    }

    // Publishers and subscribers have the same key: its change is one line
    [Fact]
    public async Task Should_log_a_change_of_a_common_key_once()
    {
        Write("key", Old);
        var settings = Load(("JWT_KEY_FILE", In("key")));
        var (publishers, subscribers) = RoleKeys.Open(settings.Publisher, settings.Subscriber, Context());
        Write("key", Young);
        Tick();

        foreach (var keys in new[] { publishers, subscribers })
            Assert.True(await VerifiesAsync(new TokenVerifier(keys, TargetClaims.Read, _clock), Young));
        Assert.Single(_logs.Lines);
    }

    private static V07Settings Load(params (string Name, string Value)[] environment) => Loading.Load([("JWT_KEY", ""), .. environment]).V07!;

    private static async Task<bool> VerifiesAsync(TokenVerifier verifier, string secret) => await RejectionAsync(verifier, TestTokens.Hmac("{}", secret)) is null;

    private static async Task<Rejection?> RejectionAsync(TokenVerifier verifier, string token) => (await verifier.VerifyAsync(token.AsMemory())).Rejection;

    private TokenVerifier Open(V07Settings settings, SharedKeys? shared = null) =>
        new(RoleKeys.Open(settings.Publisher, settings.Subscriber, Context(shared)).Publisher, TargetClaims.Read, _clock);

    private KeyContext Context(SharedKeys? shared = null) =>
        new(shared ?? new SharedKeys(areAllowed: false), Generation.V07, _clock, _loggers.CreateLogger("keys"));

    private void Tick() => _clock.Now += TimeSpan.FromSeconds(1);

    private string In(string name) => Path.Combine(_directory, name);

    private void Write(string name, string text) => File.WriteAllText(In(name), text);
}
