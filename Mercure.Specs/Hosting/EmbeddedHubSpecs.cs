using System.Net;
using Akka.Hosting;
using Mercure.Actors;
using Mercure.Actors.Updates;
using Mercure.Http.Hosting;
using Mercure.Specs.Hardening;
using Mercure.Specs.Protocol;
using Mercure.Specs.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Hosting;

/// <summary>The hub inside an application, beside the application's own server, log and mistakes.</summary>
public sealed class EmbeddedHubSpecs
{
    private const string Hub = "/.well-known/mercure";

    // CWE-532: ASP.NET Core logs each URL twice, whatever its middlewares do; some of those log it, too
    [Fact]
    public async Task Should_keep_tokens_in_urls_out_of_every_log_of_the_application()
    {
        using var logs = new LogCollector();
        await using var app = await StartAsync(logs);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(20) };
        var token = V010Tokens.Of(new { publish = new[] { "*" }, subscribe = new[] { "*" } });

        // The token counts, wherever the hub is mapped and however its name is written
        foreach (var url in new[] { $"{Hub}?authorization={token}", $"/base{Hub}?topic=t&%61uthorization={token}&x" })
            Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(url, new FormUrlEncodedContent([new("topic", "t"), new("data", "x"), new("private", "on")]))).StatusCode);
        using (var response = await http.GetAsync($"{Hub}?topic=t&lastEventID=earliest&authorization={token}", HttpCompletionOption.ResponseHeadersRead))
        using (var stream = await EventStream.OfAsync(response))
            Assert.Equal("x", (await stream.NextAsync())!.Data);

        // Mistakes: nobody reads it there, and it is as secret
        foreach (var url in new[] { $"{Hub}/?authorization={token}", $"{Hub}?Authorization={token}", $"/hub?authorization={token}", $"{Hub}?topic=t&authorization={token}&authorization={token}", $"{Hub}/subscriptions?authorization={token}" })
            (await http.GetAsync(url)).Dispose();
        await RawClient.ExchangeAsync(http.BaseAddress!, $"GET {http.BaseAddress}.well-known/mercure?authorization={token} HTTP/1.1\r\nHost: {http.BaseAddress!.Authority}\r\nConnection: close\r\n\r\n");
        await RawClient.ExchangeAsync(http.BaseAddress!, $"GET {Hub}?authorization={token}\u00ff\u0001 HTTP/1.1\r\nHost: x\r\n\r\n");
        await app.StopAsync();

        Assert.Contains(logs.Lines, static line => line.StartsWith("Request starting", StringComparison.Ordinal) && line.Contains("authorization=REDACTED", StringComparison.Ordinal));
        Assert.Contains(logs.Lines, static line => line.StartsWith("Request finished", StringComparison.Ordinal) && line.Contains("authorization=REDACTED", StringComparison.Ordinal));
        var signature = token[(token.LastIndexOf('.') + 1)..];
        Assert.Equal([], logs.Lines.Where(line => line.Contains(signature, StringComparison.Ordinal)).ToList());
    }

    [Fact]
    public async Task Should_leave_the_queries_of_the_application_alone()
    {
        using var logs = new LogCollector();
        await using var app = await StartAsync(logs);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        Assert.Equal("?authorization=own", await http.GetStringAsync("/query?authorization=own"));
        Assert.Equal("?topic=a%20b", await http.GetStringAsync("/query?topic=a%20b"));
    }

    // An id of whatever characters opens the next stream: without its header, every reconnection would be refused
    [Fact]
    public async Task Should_open_streams_behind_an_id_that_is_not_ascii()
    {
        using var logs = new LogCollector();
        await using var app = await StartAsync(logs);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(20) };
        var hub = app.Services.GetRequiredService<IHub>();
        await hub.PublishAsync(new Update { Generation = Generation.V010, Topics = ["t"], Data = "first"u8.ToArray(), Id = "urn:é😀" });
        await hub.PublishAsync(new Update { Generation = Generation.V010, Topics = ["t"], Data = "second"u8.ToArray() });

        foreach (var path in new[] { $"{Hub}?topic=t&lastEventID=", "/hub?topic=t&Last-Event-ID=" })
        {
            using var response = await http.GetAsync($"{path}{Uri.EscapeDataString("urn:é😀")}", HttpCompletionOption.ResponseHeadersRead);
            using var stream = await EventStream.OfAsync(response);
            Assert.Equal("second", (await stream.NextAsync())!.Data);
        }
    }

    // A request is answered from the first on, or the start fails in one line
    [Theory]
    [InlineData(false, "The Mercure hub has no actor system; add one: ")]
    [InlineData(true, "The actor system is without the Mercure hub; add it: ")]
    public async Task Should_not_start_without_its_actors(bool hasAkka, string reason)
    {
        using var logs = new LogCollector();
        var builder = Builder(logs);
        builder.Services.AddMercureHub(HubFixture.Both);
        if (hasAkka)
            builder.Services.AddAkka("shop", static _ => { });
        await using var app = builder.Build();
        app.UseMercureHub();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());

        Assert.StartsWith(reason, failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("services.AddAkka(name, (akka, provider) => akka.WithMercureHub(provider)).", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.DoesNotContain(logs.Lines, static line => line.StartsWith("Now listening on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_not_be_mapped_without_its_services_or_where_another_would_log_its_tokens()
    {
        using var logs = new LogCollector();
        await using var bare = Builder(logs).Build();
        var builder = Builder(logs);
        builder.Services.AddMercureHub(HubFixture.Both).AddSingleton<IHttpContextFactory, DefaultHttpContextFactory>();
        await using var unguarded = builder.Build();

        Assert.Contains("services.AddMercureHub(settings)", Assert.Throws<InvalidOperationException>(() => bare.UseMercureHub()).Message, StringComparison.Ordinal);
        Assert.Contains("add it before", Assert.Throws<InvalidOperationException>(() => unguarded.UseMercureHub()).Message, StringComparison.Ordinal);
    }

    private static WebApplicationBuilder Builder(LogCollector logs)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        return builder;
    }

    private static async Task<WebApplication> StartAsync(LogCollector logs)
    {
        var builder = Builder(logs);
        builder.Services
            .AddHttpLogging(static http => http.LoggingFields = HttpLoggingFields.All)
            .AddMercureHub(HubFixture.Both)
            .AddAkka("shop", static (akka, provider) => akka.WithMercureHub(provider));
        var app = builder.Build();
        app.UseHttpLogging();
        app.Map("/base", static below => below.UseMercureHub());
        app.UseMercureHub();
        app.UseRouting();
        app.MapGet("/query", static (HttpContext context) => context.Request.QueryString.Value);
        await app.StartAsync();
        return app;
    }
}
