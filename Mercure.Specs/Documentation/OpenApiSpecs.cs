using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mercure.Actors;
using Mercure.Actors.Presence;
using Mercure.Actors.Subscribers;
using Mercure.Specs.Processes;
using Mercure.Specs.Protocol;
using Mercure.Specs.Settings;
using Mercure.Specs.Tokens;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Xunit;

namespace Mercure.Specs.Documentation;

/// <summary>A hub of every generation that is described, whose answers can be made up where a healthy one would not give them.</summary>
public sealed class DescribedHubFixture : HubFixture
{
    public DescribedHubFixture()
    {
        Settings = Both with { V010 = Both.V010! with { Subscriptions = true } };
        IsRecorded = true;
    }
}

/// <summary><c>docs/openapi.yaml</c> is valid, and the hub answers as it says.</summary>
public sealed class OpenApiSpecs(DescribedHubFixture hub) : IClassFixture<DescribedHubFixture>
{
    private const string V07 = "/hub";
    private const string V010 = "/.well-known/mercure";
    private const string SubscriptionsUrl = $"{V010}/subscriptions";

    /// <summary>Would take a slow client: <see cref="Hosting.ServerSpecs"/>.</summary>
    private static readonly string[] ProvenElsewhere = [$"POST {V07} 408", $"POST {V010} 408"];

    private static readonly (string Name, string Value)[] Update = [("topic", "https://example.com/books/1"), ("data", "sold out")];

    /// <summary>How each answer comes about.</summary>
    private static readonly Dictionary<string, Func<HubFixture, Task<HttpResponseMessage>>> Situations =
        Generation(V07, TestTokens.Secret).Concat(Generation(V010, V010Tokens.Secret)).Concat(Lists()).Concat(Health()).ToDictionary(StringComparer.Ordinal);

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
    public async Task Should_list_every_answer()
    {
        var (document, _) = await ReadAsync();

        var listed = from path in document.Paths
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
        if (parts[0] != "HEAD" && described.Content is { Count: > 0 } content)
            Assert.Contains(response.Content.Headers.ContentType!.MediaType!, content.Keys);
        Assert.Equal([], described.Headers?.Keys.Where(name => !response.Headers.Contains(name)) ?? []);
    }

    private static IEnumerable<KeyValuePair<string, Func<HubFixture, Task<HttpResponseMessage>>>> Generation(string path, string secret)
    {
        var any = TestTokens.Hmac("""{"mercure":{"publish":["*"]}}""", secret);
        var narrow = TestTokens.Hmac("""{"mercure":{"publish":["ada"]}}""", secret);
        Task<HttpResponseMessage> Subscribe(HubFixture hub, HttpMethod method, string query, string? token = null) => SendAsync(hub, method, path + query, token);
        Task<HttpResponseMessage> Publish(HubFixture hub, string? token, params (string Name, string Value)[] fields) => SendAsync(
            hub, HttpMethod.Post, path, token, new FormUrlEncodedContent(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))));

        return new Dictionary<string, Func<HubFixture, Task<HttpResponseMessage>>>(StringComparer.Ordinal)
        {
            [$"GET {path} 200"] = hub => Subscribe(hub, HttpMethod.Get, "?topic=https://example.com/books/%7Bid%7D"),
            [$"GET {path} 400"] = hub => Subscribe(hub, HttpMethod.Get, "?topics=a"),
            [$"GET {path} 401"] = hub => Subscribe(hub, HttpMethod.Get, "?topic=a", "a.b.c"),
            [$"GET {path} 503"] = async hub =>
            {
                hub.Hub.SubscribeAnswer = StreamEnd.Refused;
                var response = await Subscribe(hub, HttpMethod.Get, "?topic=a");
                hub.Hub.SubscribeAnswer = null;
                return response;
            },
            [$"HEAD {path} 200"] = hub => Subscribe(hub, HttpMethod.Head, "?topic=a"),
            [$"HEAD {path} 400"] = hub => Subscribe(hub, HttpMethod.Head, ""),
            [$"HEAD {path} 401"] = hub => Subscribe(hub, HttpMethod.Head, "?topic=a", "a.b.c"),
            [$"POST {path} 200"] = hub => Publish(hub, any, Update),
            [$"POST {path} 400"] = hub => Publish(hub, any, ("data", "sold out")),
            [$"POST {path} 401"] = hub => Publish(hub, token: null, Update),
            [$"POST {path} 403"] = hub => Publish(hub, narrow, [.. Update, ("target", "bob")]),
            [$"POST {path} 413"] = hub => Publish(hub, any, [.. Update, ("data", new string('x', hub.Settings.Publish.MaxRequestSize))]),
            [$"POST {path} 415"] = hub => SendAsync(hub, HttpMethod.Post, path, any, new StringContent("{}", Encoding.UTF8, "application/json")),
            [$"POST {path} 503"] = async hub =>
            {
                hub.Hub.PublishAnswer = new PublishResult.Unavailable("the journal is away");
                var response = await Publish(hub, any, Update);
                hub.Hub.PublishAnswer = null;
                return response;
            },
        };
    }

    /// <summary>Each with a stream open, so that there is something to list.</summary>
    private static IEnumerable<KeyValuePair<string, Func<HubFixture, Task<HttpResponseMessage>>>> Lists()
    {
        var any = V010Tokens.Subscriber("*");
        var none = V010Tokens.Subscriber("https://example.com/books/1");
        foreach (var path in new[] { "", "/{topic}", "/{topic}/{subscriber}" })
        {
            Task<HttpResponseMessage> Get(HubFixture hub, string? token) => WithUrlAsync(hub, path, url => SendAsync(hub, HttpMethod.Get, url, token));

            yield return new($"GET {SubscriptionsUrl}{path} 200", hub => Get(hub, any));
            yield return new($"GET {SubscriptionsUrl}{path} 401", hub => Get(hub, token: null));
            yield return new($"GET {SubscriptionsUrl}{path} 403", hub => Get(hub, none));
            yield return new($"GET {SubscriptionsUrl}{path} 304", hub => WithUrlAsync(hub, path, url => UntilAsync(HttpStatusCode.NotModified, async () =>
            {
                using var before = await SendAsync(hub, HttpMethod.Get, url, any);
                return await SendAsync(hub, HttpMethod.Get, url, any, knows: before.Headers.ETag);
            })));
            yield return new($"GET {SubscriptionsUrl}{path} 503", async hub =>
            {
                hub.Hub.SubscriptionsAnswer = new SubscriptionsResult.Unavailable("The log is not open.");
                var response = await SendAsync(hub, HttpMethod.Get, $"{SubscriptionsUrl}/a/b"[..(SubscriptionsUrl.Length + (2 * path.Count('/')))], any);
                hub.Hub.SubscriptionsAnswer = null;
                return response;
            });
        }

        yield return new($"GET {SubscriptionsUrl}/{{topic}}/{{subscriber}} 404", hub => SendAsync(hub, HttpMethod.Get, $"{SubscriptionsUrl}/a/nobody", any));
    }

    /// <summary>Opens a stream, and asks at the URL of its subscription, or at that of a list which it is in.</summary>
    private static async Task<HttpResponseMessage> WithUrlAsync(HubFixture hub, string path, Func<string, Task<HttpResponseMessage>> ask)
    {
        using var stream = await SendAsync(hub, HttpMethod.Get, $"{V010}?topic=https://example.com/books/1", token: null);
        using var all = await SendAsync(hub, HttpMethod.Get, SubscriptionsUrl, V010Tokens.Subscriber("*"));
        using var document = JsonDocument.Parse(await all.Content.ReadAsStringAsync());
        var one = document.RootElement.GetProperty("subscriptions").EnumerateArray().Last().GetProperty("id").GetString()!;
        return await ask(path.Count('/') switch
        {
            0 => SubscriptionsUrl,
            1 => one[..one.LastIndexOf('/')],
            _ => one,
        });
    }

    private static IEnumerable<KeyValuePair<string, Func<HubFixture, Task<HttpResponseMessage>>>> Health() =>
    [
        new("GET /healthz 200", static hub => HealthAsync(hub, HubHealth.Healthy)),
        new("GET /healthz 503", static hub => HealthAsync(hub, new HubHealth("The log is not open."))),
        new("GET /healthz/ready 200", static hub => HealthAsync(hub, HubHealth.Healthy, "/healthz/ready")),
        new("GET /healthz/ready 503", static hub => HealthAsync(hub, new HubHealth("The log is not open."), "/healthz/ready")),
        new("GET /healthz/live 200", static hub => SendAsync(hub, HttpMethod.Get, "/healthz/live", token: null)),
    ];

    private static Task<HttpResponseMessage> HealthAsync(HubFixture hub, HubHealth health, string path = "/healthz")
    {
        hub.Hub.HealthAnswer = health;
        return UntilAsync(
            health.Reason is null ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, () => SendAsync(hub, HttpMethod.Get, path, token: null));
    }

    /// <summary>Health is remembered for a second, and streams of other answers may still be ending.</summary>
    private static async Task<HttpResponseMessage> UntilAsync(HttpStatusCode status, Func<Task<HttpResponseMessage>> ask)
    {
        HttpResponseMessage? response = null;
        await Processes.Eventually.IsTrueAsync(
            async () =>
            {
                response?.Dispose();
                response = await ask();
                return response.StatusCode == status;
            },
            Eventually.Patience,
            () => $"The answer is {status}.");
        return response!;
    }

    private static Task<HttpResponseMessage> SendAsync(HubFixture hub, HttpMethod method, string path, string? token, HttpContent? content = null, EntityTagHeaderValue? knows = null)
    {
        var request = new HttpRequestMessage(method, new Uri(hub.Url, path)) { Content = content };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        // Otherwise the client may still be sending when the hub has refused the body and closed
        request.Headers.ExpectContinue = content is not null;
        if (knows is not null)
            request.Headers.IfNoneMatch.Add(knows);
        return hub.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
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
