using System.Security.Cryptography;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Xunit;

namespace Mercure.Specs.Settings;

/// <summary>Secrets in files of their own, and keys beside keys: <c>…_FILE</c>, <c>…_PREVIOUS</c>.</summary>
public sealed class SecretSettingsSpecs
{
    private const string Secret = "a secret of more than thirty-two bytes";

    public static TheoryData<string> KeyNames =>
    [
        "JWT_KEY", "MERCURE_V07_JWT_KEY", "PUBLISHER_JWT_KEY", "SUBSCRIBER_JWT_KEY",
        "MERCURE_PUBLISHER_JWT_KEY", "MERCURE_SUBSCRIBER_JWT_KEY", "MERCURE_V010_PUBLISHER_JWT_KEY",
    ];

    [Theory]
    [MemberData(nameof(KeyNames))]
    public void Should_read_every_key_from_a_file(string name)
    {
        using var file = new TemporaryFile($"{Secret}\r\n\n");
        var settings = Load(name, ($"{name}_FILE", file.Path));

        Assert.Contains(KeysOf(settings), static key => key.IsSameAs(TokenKey.Parse(Secret)));
    }

    [Theory]
    [MemberData(nameof(KeyNames))]
    public void Should_take_an_earlier_key_beside_every_key(string name)
    {
        using var file = new TemporaryFile(Secret);
        var text = Load(name, (name, "the new key"), ($"{name}_PREVIOUS", Secret));
        var inFile = Load(name, (name, "the new key"), ($"{name}_PREVIOUS_FILE", file.Path));

        Assert.All([text, inFile], static settings =>
        {
            Assert.Contains(KeysOf(settings), static key => key.IsSameAs(TokenKey.Parse(Secret)));
            Assert.Contains(KeysOf(settings), static key => key.IsSameAs(TokenKey.Parse("the new key")));
        });
    }

    [Fact]
    public void Should_read_the_other_secrets_from_files()
    {
        using var connection = new TemporaryFile("Host=db;Password=hidden\n");
        using var url = new TemporaryFile("https://id.example.com/jwks.json?token=hidden\n");
        var settings = Loading.Load(
            ("MERCURE_JOURNAL", "postgresql"), ("MERCURE_JOURNAL_CONNECTION_STRING_FILE", connection.Path),
            ("MERCURE_V010_PUBLISHER_JWKS_URL_FILE", url.Path), ("MERCURE_V010_SUBSCRIBER_JWKS_URL_FILE", url.Path));

        Assert.Equal("Host=db;Password=hidden", settings.Journal.ConnectionString);
        Assert.Empty(settings.V010!.Publisher.Keys);
    }

    [Fact]
    public void Should_know_them_in_a_configuration_file()
    {
        using var key = new TemporaryFile(Secret);
        using var file = new TemporaryFile(
            $"mercure.v07.jwt-key-file = \"{key.Path}\"\nmercure.v07.jwt-key-previous = earlier\n"
            + "mercure.v010.publisher-jwt-key = [\"one\", \"two\"]\nmercure.v010.subscriber-jwt-key = three");
        var settings = Loading.Load(("MERCURE_CONFIG", file.Path), ("JWT_KEY", ""));

        Assert.Equal(2, settings.V07!.Publisher.Keys.Count);
        Assert.Same(settings.V07.Publisher, settings.V07.Subscriber);
        Assert.Equal(["one", "two"], new[] { "one", "two" }.Where(text => settings.V010!.Publisher.Keys.Any(TokenKey.Parse(text).IsSameAs)));
    }

    // PowerShell writes UTF-16, other editors a byte order mark; openssl writes DER
    [Fact]
    public void Should_read_what_tools_write()
    {
        using var rsa = RSA.Create(2048);
        using var der = new TemporaryFile(rsa.ExportSubjectPublicKeyInfo());
        using var utf16 = new TemporaryFile([.. System.Text.Encoding.Unicode.Preamble, .. System.Text.Encoding.Unicode.GetBytes(Secret + "\r\n")]);
        using var utf8 = new TemporaryFile([.. System.Text.Encoding.UTF8.Preamble, .. System.Text.Encoding.UTF8.GetBytes(Secret)]);

        Assert.Equal("RSA public key", Key(der).Kind);
        Assert.True(Key(utf16).IsSameAs(TokenKey.Parse(Secret)));
        Assert.True(Key(utf8).IsSameAs(TokenKey.Parse(Secret)));

        static TokenKey Key(TemporaryFile file) => Assert.Single(Loading.Load(("JWT_KEY", ""), ("JWT_KEY_FILE", file.Path)).V07!.Publisher.Keys);
    }

    [Theory]
    [InlineData("JWT_KEY", "JWT_KEY_FILE")]
    [InlineData("JWT_KEY", "MERCURE_V07_JWT_KEY_FILE")]
    public void Should_refuse_a_secret_and_its_file(string name, string fileName)
    {
        using var file = new TemporaryFile(Secret);

        Assert.Equal($"{name} and {fileName} are both set; accepted: one of them", Loading.Problem((name, "x"), (fileName, file.Path)));
    }

    [Fact]
    public void Should_refuse_a_connection_string_and_its_file_once()
    {
        using var file = new TemporaryFile("Host=db");

        Assert.Equal(
            "MERCURE_JOURNAL_CONNECTION_STRING and MERCURE_JOURNAL_CONNECTION_STRING_FILE are both set; accepted: one of them",
            Loading.Problem(
                ("MERCURE_JOURNAL", "postgresql"), ("MERCURE_JOURNAL_CONNECTION_STRING", "Host=db"), ("MERCURE_JOURNAL_CONNECTION_STRING_FILE", file.Path)));
    }

    // As for every setting: the environment wins over the configuration file
    [Fact]
    public void Should_take_the_environment_over_the_configuration_file()
    {
        using var key = new TemporaryFile(Secret);
        using var text = new TemporaryFile("mercure.v07.jwt-key = other");
        using var named = new TemporaryFile("mercure.v07.jwt-key-file = /no/such/file");

        Assert.True(KeysOf(Loading.Load(("JWT_KEY", ""), ("MERCURE_CONFIG", text.Path), ("JWT_KEY_FILE", key.Path)))[0].IsSameAs(TokenKey.Parse(Secret)));
        Assert.True(KeysOf(Loading.Load(("JWT_KEY", Secret), ("MERCURE_CONFIG", named.Path)))[0].IsSameAs(TokenKey.Parse(Secret)));
    }

    [Theory]
    [InlineData("/no/such/file", "there is no such file")]
    [InlineData("/", "it is a directory")]
    public void Should_say_why_a_file_can_not_be_read(string path, string because)
    {
        Assert.Equal(
            $"JWT_KEY_FILE is \"{path}\": {because}; accepted: a file that holds the secret and that the hub's user can read",
            Loading.Problem(("JWT_KEY", ""), ("JWT_KEY_FILE", path)));
        Assert.StartsWith(
            $"MERCURE_JOURNAL_CONNECTION_STRING_FILE is \"{path}\": {because}", Problems(("MERCURE_JOURNAL", "postgresql"), ("MERCURE_JOURNAL_CONNECTION_STRING_FILE", path))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Should_say_that_a_file_is_empty_or_no_text()
    {
        using var empty = new TemporaryFile("\n");
        using var binary = new TemporaryFile([0xFF, 0x00, 0xC0]);

        Assert.Contains("it is empty", Loading.Problem(("JWT_KEY", ""), ("JWT_KEY_FILE", empty.Path)), StringComparison.Ordinal);
        Assert.Contains("it is not text", Loading.Problem(("JWT_KEY", ""), ("JWT_KEY_FILE", binary.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_not_show_what_a_file_holds()
    {
        using var file = new TemporaryFile("-----BEGIN PUBLIC KEY-----\nhidden");
        var problem = Loading.Problem(("JWT_KEY", ""), ("JWT_KEY_FILE", file.Path));

        Assert.StartsWith("JWT_KEY_FILE can't be used, its value is not shown: it begins like PEM", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_need_a_key_beside_an_earlier_one() =>
        Assert.StartsWith("JWT_KEY_PREVIOUS is set, but JWT_KEY is not", Loading.Problem(("JWT_KEY", ""), ("JWT_KEY_PREVIOUS", "x")), StringComparison.Ordinal);

    // A key that is refused is not missing too
    [Theory]
    [InlineData("JWT_KEY")]
    [InlineData("PUBLISHER_JWT_KEY")]
    [InlineData("MERCURE_PUBLISHER_JWT_KEY")]
    [InlineData("MERCURE_SUBSCRIBER_JWT_KEY")]
    public void Should_not_also_say_that_a_refused_key_is_missing(string name)
    {
        var others = new[] { "PUBLISHER_JWT_KEY", "SUBSCRIBER_JWT_KEY", "MERCURE_PUBLISHER_JWT_KEY", "MERCURE_SUBSCRIBER_JWT_KEY" }
            .Where(other => name != "JWT_KEY" && other != name && other.StartsWith("MERCURE_", StringComparison.Ordinal) == name.StartsWith("MERCURE_", StringComparison.Ordinal))
            .Select(static other => (other, Secret));

        Assert.StartsWith($"{name} can't be used", Loading.Problem([("JWT_KEY", ""), .. others, (name, "$(cat k.pub)")]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("JWT_ALGORITHM", "JWT_KEY")]
    [InlineData("PUBLISHER_JWT_ALGORITHM", "JWT_KEY")]
    [InlineData("SUBSCRIBER_JWT_ALGORITHM", "SUBSCRIBER_JWT_KEY")]
    [InlineData("MERCURE_PUBLISHER_JWT_ALG", "MERCURE_PUBLISHER_JWT_KEY")]
    [InlineData("MERCURE_V010_SUBSCRIBER_JWT_ALG", "MERCURE_SUBSCRIBER_JWT_KEY")]
    public void Should_refuse_an_algorithm_beside_a_key_of_another_kind(string algorithm, string key)
    {
        using var rsa = RSA.Create(2048);
        var other = key.Contains("PUBLISHER", StringComparison.Ordinal) ? key.Replace("PUBLISHER", "SUBSCRIBER", StringComparison.Ordinal) : key.Replace("SUBSCRIBER", "PUBLISHER", StringComparison.Ordinal);
        var problem = Loading.Problem(("JWT_KEY", ""), (other, Secret), (key, rsa.ExportSubjectPublicKeyInfoPem()), (algorithm, "HS256"));

        Assert.StartsWith($"{algorithm} is \"HS256\", but {key} is another kind of key: the algorithm HS256 does not fit, the key is read as RSA public key", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_keep_to_the_algorithm_that_is_set_for_a_role()
    {
        var settings = Loading.Load(("JWT_KEY", Secret), ("JWT_ALGORITHM", "HS512"), ("SUBSCRIBER_JWT_ALGORITHM", "HS384")).V07!;

        Assert.Equal("HS512", Assert.Single(settings.Publisher.Keys).Algorithms);
        Assert.Equal("HS384", Assert.Single(settings.Subscriber.Keys).Algorithms);
    }

    [Theory]
    [InlineData("https://user:hidden@id.example.com/jwks.json")]
    [InlineData("ftp://id.example.com/jwks.json?token=hidden")]
    [InlineData("//user:hidden@id.example.com/?hidden#hidden")]
    public void Should_not_show_the_secret_of_a_URL(string url)
    {
        var problem = Loading.Problem(("MERCURE_V010_PUBLISHER_JWKS_URL", url), ("MERCURE_V010_SUBSCRIBER_JWKS_URL", "https://id.example.com/"));

        Assert.StartsWith("MERCURE_V010_PUBLISHER_JWKS_URL is ", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", problem, StringComparison.Ordinal);
    }

    // The same key in two generations, wherever it is
    [Fact]
    public void Should_refuse_a_file_with_a_key_of_another_generation()
    {
        using var file = new TemporaryFile(Secret);

        Assert.Contains(
            "MERCURE_ALLOW_SHARED_KEYS=1",
            Loading.Problem(("JWT_KEY", "other"), ("JWT_KEY_PREVIOUS", Secret), ("MERCURE_PUBLISHER_JWT_KEY_FILE", file.Path), ("MERCURE_SUBSCRIBER_JWT_KEY", "third")),
            StringComparison.Ordinal);
    }

    /// <summary>With the other keys that <paramref name="name"/> needs beside it.</summary>
    private static HubSettings Load(string name, params (string Name, string Value)[] environment)
    {
        (string, string)[] others = name switch
        {
            "PUBLISHER_JWT_KEY" => [("JWT_KEY", ""), ("SUBSCRIBER_JWT_KEY", "other")],
            "SUBSCRIBER_JWT_KEY" => [("JWT_KEY", ""), ("PUBLISHER_JWT_KEY", "other")],
            _ when name.Contains("PUBLISHER", StringComparison.Ordinal) => [("MERCURE_SUBSCRIBER_JWT_KEY", "other")],
            _ when name.Contains("SUBSCRIBER", StringComparison.Ordinal) => [("MERCURE_PUBLISHER_JWT_KEY", "other")],
            _ => [("JWT_KEY", "")],
        };
        return Loading.Load([.. others, .. environment]);
    }

    private static IReadOnlyList<TokenKey> KeysOf(HubSettings settings) =>
        [.. new[] { settings.V07?.Publisher, settings.V07?.Subscriber, settings.V010?.Publisher, settings.V010?.Subscriber }.SelectMany(static role => role?.Keys ?? [])];

    private static IReadOnlyList<string> Problems(params (string Name, string Value)[] environment) =>
        Assert.Throws<SettingsException>(() => Loading.Load(environment)).Problems;
}
