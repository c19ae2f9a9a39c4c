using Mercure.Specs.Journals;
using Mercure.Specs.Processes;

namespace Mercure.Specs.Browser;

/// <summary>The program as a person starts it who tries it: with the demo on, everyone allowed to read, at <c>localhost</c>.</summary>
internal sealed class DemoHub : IAsyncDisposable
{
    /// <summary>Publishes to foo, reads foo and bar: the token of the protocol's tutorials, signed with <see cref="HubSetup.Key"/>.</summary>
    public const string Token =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8";

    private readonly HubSetup _setup;
    private HubProcess _process;

    private DemoHub(HubSetup setup, HubProcess process)
    {
        _setup = setup;
        _process = process;
        Client = new HttpClient { BaseAddress = setup.Address, Timeout = Eventually.Patience };
    }

    /// <summary>Where it listens, ending with a slash.</summary>
    public Uri Address => _setup.Address;

    public Uri HubUrl => _setup.Hub;

    public HttpClient Client { get; }

    /// <summary>Completes when a publish would succeed; <paramref name="environment"/> wins.</summary>
    public static async Task<DemoHub> StartAsync(params (string Name, string Value)[] environment)
    {
        var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        setup.Host = "localhost";
        (string Name, string Value)[] defaults =
        [
            ("ADDR", setup.Address.Authority), ("DEMO", "1"), ("CORS_ALLOWED_ORIGINS", "* http://localhost:*"),
            ("PUBLISH_ALLOWED_ORIGINS", setup.Address.GetLeftPart(UriPartial.Authority)),
        ];
        foreach (var (name, value) in defaults.Concat(environment))
            setup.Environment[name] = value;
        return new DemoHub(setup, await HubProcess.StartAsync(setup));
    }

    /// <summary>Stops it, and starts it again on the same port and database.</summary>
    public async Task RestartAsync()
    {
        _process.Send(Signal.Terminate);
        await _process.ExitAsync(Eventually.Patience);
        await _process.DisposeAsync();
        _process = await HubProcess.StartAsync(_setup);
    }

    public async Task<string> PublishAsync(string topic, string data, params string[] targets)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, HubUrl);
        request.Headers.Authorization = new("Bearer", Token);
        request.Content = new FormUrlEncodedContent(
            [new("topic", topic), new("data", data), .. targets.Select(target => KeyValuePair.Create("target", target))]);
        using var response = await Client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? body : throw new InvalidOperationException($"Publishing failed: {response.StatusCode} {body}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
        await _setup.DisposeAsync();
    }

}
