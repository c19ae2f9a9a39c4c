using Embedding;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Specs.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mercure.Specs.Examples;

/// <summary>The example of an event-sourced application with the hub inside.</summary>
public sealed class EmbeddingSpecs : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_publish_the_events_of_the_application_and_go_on_after_a_restart()
    {
        var (shop, address) = await StartAsync();
        await ShipAsync(address, "1", "paid");
        await using (var stream = Subscribe(shop, "1"))
        {
            await stream.Opened;
            await ShipAsync(address, "1", "packed");
            await ShipAsync(address, "2", "packed");
            await ShipAsync(address, "1", "shipped");
            await stream.UntilAsync(events => events.Count > 0 && events[^1].Data == "shipped");
            Assert.Equal(["packed", "shipped"], stream.Data.Where(data => data != "paid"));
            Assert.All(stream.Events, update => Assert.StartsWith("urn:uuid:", update.Id, StringComparison.Ordinal));
        }

        await shop.StopAsync();
        await shop.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();

        (shop, address) = await StartAsync();
        await using (var stream = Subscribe(shop, "1"))
        {
            await stream.Opened;
            await ShipAsync(address, "1", "delivered");
            await stream.UntilAsync(events => events.Count > 0 && events[^1].Data == "delivered");
        }

        await shop.StopAsync();
        await shop.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    [Fact]
    public async Task Should_answer_for_the_hub_beside_the_application()
    {
        var (shop, address) = await StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(address) };

        Assert.Equal(System.Net.HttpStatusCode.OK, (await http.GetAsync("/healthz")).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await http.GetAsync("/hub")).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await http.PostAsync("/hub", content: null)).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync("/elsewhere")).StatusCode);
        await shop.StopAsync();
        await shop.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    private async Task<(WebApplication Shop, string Address)> StartAsync()
    {
        var shop = Shop.Build(["--urls", "http://127.0.0.1:0"], _directory.Path);
        await shop.StartAsync();
        return (shop, shop.Urls.First());
    }

    private static CoreStream Subscribe(WebApplication shop, string order) =>
        new(shop.Services.GetRequiredService<IHub>().SubscribeAsync, lastEventId: null, reads: true, Grant.None, [Shop.TopicOf(order)]);

    private static async Task ShipAsync(string address, string order, string verb)
    {
        using var http = new HttpClient();
        (await http.PostAsync($"{address}/orders/{order}/{verb}", content: null)).EnsureSuccessStatusCode();
    }
}
