using System.Net;
using Akka.Actor;
using Mercure.Actors;
using Mercure.Actors.Hosting;
using Mercure.Specs.Core;
using Mercure.Specs.Processes;
using Mercure.Specs.Protocol;
using Xunit;

namespace Mercure.Specs.Conformance;

/// <summary><c>/healthz</c> of the whole hub: whether a publish would succeed.</summary>
public sealed class HealthSpecs
{
    [Fact]
    public async Task Should_be_healthy_once_the_log_is_open_and_take_publishes_then()
    {
        await using var hub = await new HubFixture().StartedAsync();
        await Eventually.IsTrueAsync(async () => (await AskAsync(hub)).Status == HttpStatusCode.OK, Eventually.Patience, () => "healthy");

        Assert.Equal((HttpStatusCode.OK, "{\"status\":\"ok\"}\n"), await AskAsync(hub));
        await hub.MustPublishAsync(("topic", "t"), ("data", "x"));
    }

    [Fact]
    public async Task Should_say_why_a_publish_would_fail()
    {
        await using var hub = await new HubFixture { IsRecorded = true }.StartedAsync();
        hub.Hub.HealthAnswer = new HubHealth("The journal can't be written.");
        using var response = await hub.Client.GetAsync(new Uri(hub.Url, "/healthz"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains("The journal can", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>Strangers may ask: where the database is, and who the hub is there, stays in the log.</summary>
    [Fact]
    public async Task Should_tell_the_cause_to_the_log_alone()
    {
        await using var hub = await new HubFixture { IsRecorded = true }.StartedAsync();
        hub.Hub.HealthAnswer = new HubHealth("The journal can't be written.", new InvalidOperationException("10.9.8.7:5432 refuses mercure_user"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"unavailable","reason":"The journal can\u0027t be written."}""" + "\n"), await AskAsync(hub));
        Assert.Contains(hub.Logs.Lines, entry => entry.Contains("10.9.8.7:5432 refuses mercure_user", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_tell_a_hub_that_can_not_publish_from_one_that_is_dead()
    {
        await using var hub = await new HubFixture { IsRecorded = true }.StartedAsync();
        hub.Hub.HealthAnswer = new HubHealth("The journal can't be written.");
        using var ready = await hub.Client.GetAsync(new Uri(hub.Url, "/healthz/ready"));
        using var live = await hub.Client.GetAsync(new Uri(hub.Url, "/healthz/live"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("The journal can", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal("{\"status\":\"ok\"}\n", await live.Content.ReadAsStringAsync());
    }

    /// <summary>A node whose updates come late is not ready, though a publish would succeed.</summary>
    [Fact]
    public async Task Should_not_be_healthy_while_the_switchboard_does_not_answer()
    {
        using var directory = new TempDirectory();
        await using var hub = await CoreHub.StartAsync(directory.Sqlite, new HubOptions());
        Assert.Null((await hub.Hub.CheckHealthAsync()).Reason);

        var switchboard = await hub.ActorSystem.ActorSelection("/user/switchboard").ResolveOne(TimeSpan.FromSeconds(10));
        await switchboard.GracefulStop(TimeSpan.FromSeconds(10));

        Assert.Contains("delivered late", (await hub.Hub.CheckHealthAsync()).Reason, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HubFixture hub)
    {
        using var response = await hub.Client.GetAsync(new Uri(hub.Url, "/healthz"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
