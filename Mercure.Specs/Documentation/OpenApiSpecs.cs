using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Mercure.Actors;
using Mercure.Actors.Subscribers;
using Mercure.Specs.Protocol;
using Mercure.Specs.Settings;
using Mercure.Specs.Tokens;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Xunit;

namespace Mercure.Specs.Documentation;

/// <summary><c>docs/openapi.yaml</c> is valid, and the hub answers as it says.</summary>
public sealed class OpenApiSpecs(RecordedHubFixture hub) : IClassFixture<RecordedHubFixture>
{
    /// <summary>What is served by the hub of this spec, so that every answer of it can be asked for.</summary>
    private static readonly string[] Served = ["/hub", "/healthz"];

    /// <summary>Would take a slow client: <see cref="Hosting.ServerSpecs"/>.</summary>
    private static readonly string[] ProvenElsewhere = ["POST /hub 408"];

    private static readonly string Any = TestTokens.Publisher("*");
    private static readonly (string Name, string Value)[] Update = [("topic", "https://example.com/books/1"), ("data", "sold out")];

    /// <summary>How each answer comes about.</summary>
    private static readonly Dictionary<string, Func<RecordedHubFixture, Task<HttpResponseMessage>>> Situations = new(StringComparer.Ordinal)
    {
        ["GET /hub 200"] = static hub => hub.SubscribeAsync("?topic=https://example.com/books/%7Bid%7D"),
        ["GET /hub 400"] = static hub => hub.SubscribeAsync("?topics=a"),
        ["GET /hub 401"] = static hub => hub.SubscribeAsync("?topic=a", ("Authorization", "Bearer a.b.c")),
        ["GET /hub 503"] = static async hub =>
        {
            hub.Hub.SubscribeAnswer = StreamEnd.Refused;
            var response = await hub.SubscribeAsync("?topic=a");
            hub.Hub.SubscribeAnswer = null;
            return response;
        },
        ["HEAD /hub 200"] = static hub => HeadAsync(hub, "?topic=a"),
        ["HEAD /hub 400"] = static hub => HeadAsync(hub, ""),
        ["HEAD /hub 401"] = static hub => HeadAsync(hub, "?topic=a", "a.b.c"),
        ["POST /hub 200"] = static hub => hub.PublishAsync(Any, Update),
        ["POST /hub 400"] = static hub => hub.PublishAsync(Any, ("data", "sold out")),
        ["POST /hub 401"] = static hub => hub.PublishAsync(token: null, Update),
        ["POST /hub 403"] = static hub => hub.PublishAsync(TestTokens.Publisher("ada"), [.. Update, ("target", "bob")]),
        // Otherwise the client may still be sending when the hub has answered and closed
        ["POST /hub 413"] = static hub => hub.PostAsync(
            Any,
            new FormUrlEncodedContent([new("topic", "a"), new("data", new string('x', hub.Settings.Publish.MaxRequestSize))]),
            ("Expect", "100-continue")),
        ["POST /hub 415"] = static hub => hub.PostAsync(Any, new StringContent("{}", Encoding.UTF8, "application/json")),
        ["POST /hub 503"] = static async hub =>
        {
            hub.Hub.PublishAnswer = new PublishResult.Unavailable("the journal is away");
            var response = await hub.PublishAsync(Any, Update);
            hub.Hub.PublishAnswer = null;
            return response;
        },
        ["GET /healthz 200"] = static async hub =>
        {
            await hub.MustPublishAsync(Update);
            hub.Hub.HealthAnswer = HubHealth.Healthy;
            return await HealthAsync(hub);
        },
        ["GET /healthz 503"] = static hub =>
        {
            hub.Hub.HealthAnswer = new HubHealth("The log is not open.");
            return HealthAsync(hub);
        },
    };

    [Fact]
    public async Task Should_be_valid()
    {
        var (document, diagnostic) = await ReadAsync();

        Assert.Equal([], diagnostic.Errors.Concat(diagnostic.Warnings).Select(static problem => $"{problem.Pointer}: {problem.Message}"));
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, diagnostic.SpecificationVersion);
        var operations = Operations(document).ToList();
        Assert.All(operations, static operation =>
        {
            Assert.NotNull(operation.Summary);
            Assert.NotEmpty(operation.Tags!);
            Assert.All(operation.Tags!, static tag => Assert.NotNull(tag.Description));
        });
        Assert.Equal(operations.Count, operations.Select(static operation => operation.OperationId).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Should_list_every_answer_of_what_is_served()
    {
        var (document, _) = await ReadAsync();

        var listed = from path in document.Paths
                     where Served.Contains(path.Key, StringComparer.Ordinal)
                     from operation in path.Value.Operations!
                     from response in operation.Value.Responses!
                     select $"{operation.Key.Method.ToUpperInvariant()} {path.Key} {response.Key}";

        Assert.Equal(Situations.Keys.Concat(ProvenElsewhere).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    public static TheoryData<string> All => [.. Situations.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Should_be_answered_as_described(string situation)
    {
        var parts = situation.Split(' ');
        var (document, _) = await ReadAsync();
        var described = document.Paths[parts[1]].Operations![HttpMethod.Parse(parts[0])].Responses![parts[2]];

        using var response = await Situations[situation](hub);

        Assert.Equal(parts[2], ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture));
        if (parts[0] != "HEAD")
            Assert.Contains(response.Content.Headers.ContentType!.MediaType!, described.Content!.Keys);
        Assert.Equal([], described.Headers?.Keys.Where(name => !response.Headers.Contains(name)) ?? []);
    }

    private static Task<HttpResponseMessage> HeadAsync(RecordedHubFixture hub, string query, string? token = null) => hub.Client.SendAsync(
        new HttpRequestMessage(HttpMethod.Head, new Uri(hub.Url, $"/hub{query}"))
        {
            Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
        });

    /// <summary>A result that was found before serves for a second.</summary>
    private static async Task<HttpResponseMessage> HealthAsync(RecordedHubFixture hub)
    {
        var expected = hub.Hub.HealthAnswer!.Reason is null ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable;
        HttpResponseMessage? response = null;
        await Processes.Eventually.IsTrueAsync(
            async () =>
            {
                response?.Dispose();
                response = await hub.Client.GetAsync(new Uri(hub.Url, "/healthz"));
                return response.StatusCode == expected;
            },
            TimeSpan.FromSeconds(20),
            () => $"/healthz is {expected}.");
        return response!;
    }

    private static IEnumerable<OpenApiOperation> Operations(OpenApiDocument document) => document.Paths.Values.SelectMany(static path => path.Operations!.Values);

    private static async Task<(OpenApiDocument Document, OpenApiDiagnostic Diagnostic)> ReadAsync()
    {
        var settings = new OpenApiReaderSettings();
        settings.AddYamlReader();
        var (document, diagnostic) = await OpenApiDocument.LoadAsync(Path.Combine(Repository.Root, "docs", "openapi.yaml"), settings);
        return (document!, diagnostic!);
    }
}
