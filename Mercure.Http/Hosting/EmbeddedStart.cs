using Akka.Hosting;
using Mercure.Http.Settings;

namespace Mercure.Http.Hosting;

/// <summary>
/// Stops the start of an application that has the hub's endpoints and not its actors, which would refuse every request; before a
/// port is open.
/// </summary>
internal sealed class EmbeddedStart(IServiceProvider services, HubSettings settings, ILogger<EmbeddedStart> log) : IHostedLifecycleService
{
    private const string Cure = "services.AddAkka(name, (akka, provider) => akka.WithMercureHub(provider))";

    /// <summary>Set by <see cref="EmbeddedHub.WithMercureHub"/>.</summary>
    public bool HasActors { get; set; }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Runs what the application gave to AddAkka; the actor system is made of it later
        if (services.GetService<AkkaConfigurationBuilder>() is null)
            throw new InvalidOperationException($"The Mercure hub has no actor system; add one: {Cure}.");
        if (!HasActors)
            throw new InvalidOperationException($"The actor system is without the Mercure hub; add it: {Cure}.");
        if (Cors.IgnoresCookies(settings))
            HostLog.CookiesIgnored(log);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
