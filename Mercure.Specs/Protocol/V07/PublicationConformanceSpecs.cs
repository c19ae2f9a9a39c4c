using System.Net;
using System.Net.Sockets;
using System.Text;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Specs.Processes;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Protocol.V07;

/// <summary>Spec draft 04, Publication and Publishers, over the wire.</summary>
public sealed class PublicationConformanceSpecs(RecordedHubFixture hub) : IClassFixture<RecordedHubFixture>
{
    private static readonly string Any = TestTokens.Publisher("*");

    // Publication: "a success HTTP status code MUST be returned", "the body MUST be the id"
    [Fact]
    public async Task Should_answer_with_the_id_the_publisher_gave()
    {
        using var response = await hub.PublishAsync(Any, ("topic", "https://example.com/1"), ("data", "x"), ("id", "urn:é"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("urn:é", await response.Content.ReadAsStringAsync());
    }

    // Publication: "If omitted, the hub MUST generate a valid globally unique id"
    [Fact]
    public async Task Should_answer_with_a_new_id_when_the_publisher_gave_none()
    {
        var first = await hub.MustPublishAsync(("topic", "t"), ("data", "x"));
        var second = await hub.MustPublishAsync(("topic", "t"), ("data", "x"));

        Assert.True(Guid.TryParse(first, out _));
        Assert.NotEqual(first, second);
    }

    // Publication: topic, data, target, id, type, retry
    [Fact]
    public async Task Should_hand_every_field_to_the_hub()
    {
        var topic = $"https://example.com/{Guid.NewGuid()}";
        await hub.MustPublishAsync(
            ("topic", topic), ("topic", "alternate"), ("data", "a\nb"), ("target", "x"), ("target", "y"), ("id", "i"), ("type", "k"), ("retry", "9"));

        var update = hub.Hub.Published.Single(published => published.Topics[0] == topic);
        Assert.Equal([topic, "alternate"], update.Topics);
        Assert.Equal("a\nb"u8.ToArray(), update.Data!.Value.ToArray());
        Assert.Equal(["x", "y"], update.Audience.Names.Select(name => name.Value));
        Assert.Equal(("i", "k", 9UL), (update.Id, update.Type, update.Retry));
    }

    // Publication: what the form must contain
    [Theory]
    [InlineData("data=x", "topic")]
    [InlineData("topic=t", "data")]
    [InlineData("topic=t&data=x&retry=soon", "retry")]
    [InlineData("topic=t&data=%zz", "percent-encoding")]
    [InlineData("topic=t&data=%FF", "UTF-8")]
    [InlineData("topic=t&data=x&id=a%0Ab", "id")]
    [InlineData("topic=t&data=x&type=a%0Db", "type")]
    [InlineData("topic=a%00b&data=x", "topic")]
    // RFC 9110, 5.5: a header loses them, so that nobody could go on from such an id
    [InlineData("topic=t&data=x&id=%20a", "space")]
    [InlineData("topic=t&data=x&id=a+", "space")]
    public async Task Should_answer_400_with_the_reason_and_store_nothing(string form, string reason)
    {
        var before = hub.Hub.Published.Count;
        using var response = await hub.PostAsync(Any, Form(form));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(before, hub.Hub.Published.Count);
    }

    // Publication: "The request MUST be encoded using the application/x-www-form-urlencoded format"
    [Fact]
    public async Task Should_answer_415_to_another_format()
    {
        using var response = await hub.PostAsync(Any, new StringContent("""{"topic":"t","data":"x"}""", Encoding.UTF8, "application/json"));
        using var none = await hub.PostAsync(Any, new ByteArrayContent("topic=t&data=x"u8.ToArray()));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, none.StatusCode);
    }

    // The form is the body; what a query says could come from a link
    [Fact]
    public async Task Should_not_read_the_query()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hub.Url, "?topic=t&data=x")) { Content = Form("data=y") };
        request.Headers.Authorization = new("Bearer", Any);
        using var response = await hub.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_answer_413_to_a_body_beyond_the_limit(bool saysItsLength)
    {
        var body = Encoding.ASCII.GetBytes("topic=t&data=" + new string('x', hub.Settings.Publish.MaxRequestSize));
        using HttpContent content = saysItsLength ? new ByteArrayContent(body) : new StreamContent(new Unseekable(body));
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        using var request = new HttpRequestMessage(HttpMethod.Post, hub.Url) { Content = content };
        request.Headers.Authorization = new("Bearer", Any);
        using var response = await hub.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("1048576 bytes", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    // RFC 9112, 9.6: closed while the body arrives, the connection could be reset before the client has read the answer
    [Fact]
    public async Task Should_answer_413_to_a_client_that_sends_it_all_first()
    {
        const int length = 64 << 20;
        using var client = new TcpClient();
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /hub HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {Any}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"));
        await stream.WriteAsync(new byte[length]);
        using var reader = new StreamReader(stream);

        Assert.StartsWith("HTTP/1.1 413", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_take_a_body_at_the_limit_in_chunks()
    {
        var body = Encoding.ASCII.GetBytes("topic=t&data=" + new string('x', hub.Settings.Publish.MaxRequestSize - 13));
        using var content = new StreamContent(new Unseekable(body));
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        using var response = await hub.PostAsync(Any, content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    // RFC 9112, 7.1: how a body is cut into chunks means nothing
    [Fact]
    public async Task Should_count_the_body_and_not_its_chunks()
    {
        var chunks = "topic=t&data=" + new string('x', 250_000);

        Assert.StartsWith("HTTP/1.1 200", await StatusOfChunksAsync(hub, chunks.Select(letter => $"1\r\n{letter}\r\n")), StringComparison.Ordinal);
    }

    // Attack: chunk extensions (RFC 9112, 7.1.1), which are no part of the body and may never end (CWE-400)
    [Fact]
    public async Task Should_not_take_chunk_extensions_without_end()
    {
        var settings = HubFixture.Default with { Publish = HubFixture.Default.Publish with { MaxRequestSize = 1024 } };
        await using var own = await new HubFixture { Settings = settings }.StartedAsync();
        var chunks = "topic=t&data=x".Select(letter => $"1;{new string('e', 1000)}\r\n{letter}\r\n");

        Assert.StartsWith("HTTP/1.1 413", await StatusOfChunksAsync(own, chunks), StringComparison.Ordinal);
    }

    // Attack: a promised body that never comes must not hold up the refusal
    [Fact]
    public async Task Should_answer_413_before_the_body_arrives()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /hub HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {Any}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());

        Assert.StartsWith("HTTP/1.1 413", await reader.ReadLineAsync().WaitAsync(Eventually.Patience), StringComparison.Ordinal);
    }

    // Publishers: "MUST be authorized to dispatch updates"
    [Fact]
    public async Task Should_answer_401_without_a_token()
    {
        using var response = await hub.PublishAsync(token: null, ("topic", "t"), ("data", "x"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    // Publishers: "is not defined, then the publisher MUST NOT be authorized to dispatch any update"
    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"mercure":{"subscribe":["*"]}}""")]
    [InlineData("""{"mercure":{"publish":"*"}}""")]
    public async Task Should_answer_401_without_a_well_formed_claim(string payload)
    {
        using var response = await hub.PublishAsync(TestTokens.Hmac(payload), ("topic", "t"), ("data", "x"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("mercure.publish", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    // Publishers: empty array, listed targets, "*"
    [Theory]
    [InlineData("", "", HttpStatusCode.OK)]
    [InlineData("", "a", HttpStatusCode.Forbidden)]
    [InlineData("a", "", HttpStatusCode.OK)]
    [InlineData("a", "a", HttpStatusCode.OK)]
    [InlineData("a,b", "a,b", HttpStatusCode.OK)]
    [InlineData("a", "a,b", HttpStatusCode.Forbidden)]
    [InlineData("a", "*", HttpStatusCode.Forbidden)]
    [InlineData("*", "anything", HttpStatusCode.OK)]
    public async Task Should_publish_to_no_target_that_the_token_lacks(string held, string targets, HttpStatusCode status)
    {
        var before = hub.Hub.Published.Count;
        var fields = Split(targets).Select(target => ("target", target)).Prepend(("data", "x")).Prepend(("topic", "t"));
        using var response = await hub.PublishAsync(TestTokens.Publisher(Split(held)), [.. fields]);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(before + (status == HttpStatusCode.OK ? 1 : 0), hub.Hub.Published.Count);
        if (status == HttpStatusCode.OK && targets.Length == 0)
            Assert.Equal(Audience.Public, hub.Hub.Published.Last().Audience);
    }

    // Authorization: who has no token learns nothing of the form's faults
    [Fact]
    public async Task Should_authorize_before_it_reads_the_form()
    {
        using var response = await hub.PostAsync(TestTokens.Hmac("{}", "another"), Form("%"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Should_answer_503_and_when_to_try_again_when_the_hub_can_not_store()
    {
        await using var own = await new HubFixture { IsRecorded = true }.StartedAsync();
        own.Hub.PublishAnswer = new PublishResult.Unavailable("the journal is locked");
        using var response = await own.PublishAsync(Any, ("topic", "t"), ("data", "x"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.DoesNotContain("journal", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(own.Logs.Lines, line => line.Contains("the journal is locked", StringComparison.Ordinal));
    }

    // Spec drafts 07 (Reconnection, Subscription Events) and 08 (Publication): only once that generation is served
    [Theory]
    [InlineData("t", "earliest", "k")]
    [InlineData("t", "i", "mercure")]
    [InlineData("*", "i", "k")]
    [InlineData("https://h/.well-known/mercure/subscriptions", "i", "k")]
    public async Task Should_keep_the_reservations_of_a_later_generation_once_it_is_served(string topic, string id, string type)
    {
        await using var later = await new HubFixture { Settings = HubFixture.Both }.StartedAsync();
        using var refused = await later.PublishAsync(Any, ("topic", topic), ("data", "x"), ("id", id), ("type", type));
        using var taken = await hub.PublishAsync(Any, ("topic", topic), ("data", "x"), ("id", id), ("type", type));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task Should_answer_405_with_what_is_allowed_to_another_method()
    {
        using var response = await hub.Client.PutAsync(hub.Url, Form("topic=t&data=x"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD", "OPTIONS", "POST"], response.Content.Headers.Allow.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/hub/")]
    [InlineData("/Hub")]
    [InlineData("/hubs")]
    [InlineData("/hub/t")]
    public async Task Should_not_claim_another_path(string path)
    {
        using var response = await hub.Client.GetAsync(new Uri(hub.Url, path));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task<string?> StatusOfChunksAsync(HubFixture hub, IEnumerable<string> chunks)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /hub HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {Any}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + $"Transfer-Encoding: chunked\r\n\r\n{string.Concat(chunks)}0\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync().WaitAsync(Eventually.Patience);
    }

    private static ByteArrayContent Form(string body) =>
        new(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new("application/x-www-form-urlencoded") } };

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Makes the client send chunks.</summary>
    private sealed class Unseekable(byte[] body) : MemoryStream(body)
    {
        public override bool CanSeek => false;
    }
}
