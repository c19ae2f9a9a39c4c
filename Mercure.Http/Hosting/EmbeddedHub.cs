using Akka.Hosting;
using Mercure.Actors;
using Mercure.Actors.Hosting;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Mercure.Journal;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mercure.Http.Hosting;

/// <summary>
/// The hub inside an application: in its actor system, behind its own web server. The program is composed of the same pieces.
/// </summary>
public static class EmbeddedHub
{
    /// <summary>Updates kept by a journal in memory when nothing else bounds it.</summary>
    private const long MemoryHistory = 100_000;

    /// <summary>
    /// The hub's services, <see cref="IHub"/> among them; it runs once the actor system is started that
    /// <see cref="WithMercureHub"/> put it into.
    /// </summary>
    /// <exception cref="JournalException">The journal can't be used.</exception>
    public static IServiceCollection AddMercureHub(this IServiceCollection services, HubSettings settings)
    {
        QueryTokenGuard.AddTo(services);
        return services
            .AddHub(settings)
            .AddSingleton<EmbeddedStart>()
            .AddHostedService(static provider => provider.GetRequiredService<EmbeddedStart>())
            .PostConfigure<KestrelServerOptions>(KestrelSetup.WriteIds);
    }

    /// <summary>The same in the program, which composes the rest by itself.</summary>
    internal static IServiceCollection AddHub(this IServiceCollection services, HubSettings settings)
    {
        var databases = JournalDatabases.Open(new JournalOptions
        {
            Kind = settings.Journal.Kind,
            Path = settings.Journal.Path,
            ConnectionString = settings.Journal.ConnectionString,
            LargestRow = JournalOptions.LargestRowOf(settings.Publish.MaxRequestSize),
        });
        databases.Check();
        if (settings.V07 is not null)
            services.AddSingleton<IProtocolGeneration, V07Generation>();
        if (settings.V010 is not null)
            services.AddSingleton<IProtocolGeneration, V010Generation>();
        return services
            .AddSingleton<Drain>()
            .AddHostedService(static provider => provider.GetRequiredService<Drain>())
            .AddHubEndpoints(settings)
            .AddSingleton(_ => databases)
            .AddSingleton<Hub>()
            .AddSingleton<IHub>(provider => provider.GetRequiredService<Hub>());
    }

    /// <summary>The hub's actors and its journal, in this actor system.</summary>
    /// <param name="akka">The actor system's builder.</param>
    /// <param name="provider">Where <see cref="AddMercureHub"/> registered the hub.</param>
    /// <param name="cluster">Set when the actor system is a node of a cluster, all of whose nodes have this hub.</param>
    public static AkkaConfigurationBuilder WithMercureHub(this AkkaConfigurationBuilder akka, IServiceProvider provider, ClusterOptions? cluster = null)
    {
        if (provider.GetService<EmbeddedStart>() is { } start)
            start.HasActors = true;
        var databases = provider.GetRequiredService<JournalDatabases>();
        var options = OptionsOf(provider.GetRequiredService<HubSettings>()) with { Cluster = cluster };
        return akka
            .WithHubJournal(databases)
            .WithMercureHub(
                options,
                JournalHosting.CreateStore(databases, options.PersistenceId),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<Hub>());
    }

    /// <summary>Answers the requests that are for the hub, and those for its health; the others go on to the application.</summary>
    public static IApplicationBuilder UseMercureHub(this IApplicationBuilder app)
    {
        var pipeline = app.ApplicationServices.GetService<HubPipeline>()
            ?? throw new InvalidOperationException("The Mercure hub has no services; add them: services.AddMercureHub(settings).");
        if (app.ApplicationServices.GetService<IHttpContextFactory>() is not QueryTokenGuard)
            throw new InvalidOperationException("Another IHttpContextFactory was added after AddMercureHub, so that tokens in URLs would be logged; add it before.");
        return app.Use(next => context => pipeline.Claims(context.Request) ? pipeline.InvokeAsync(context) : next(context));
    }

    /// <summary>What answers requests, whoever the hub behind it is.</summary>
    internal static IServiceCollection AddHubEndpoints(this IServiceCollection services, HubSettings settings)
    {
        services.TryAddSingleton(settings);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new SharedKeys(settings.Tokens.AllowSharedKeys));
        services.TryAddSingleton<AccessLog>();
        services.TryAddSingleton(provider => new RefusalLog(
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Mercure.Http"), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<RequestGuard>();
        services.TryAddSingleton<HealthEndpoint>();
        services.TryAddSingleton<HubPipeline>();
        return services;
    }

    private static HubOptions OptionsOf(HubSettings settings) => new()
    {
        Name = settings.Name,
        PublishTimeout = settings.Publish.Timeout,
        LargestRequest = settings.Publish.MaxRequestSize,
        MaxTopics = settings.Publish.MaxTopics,
        Reservations = V010Generation.Reserves(settings),
        LogsUpdates = settings.Debug,
        HeartbeatInterval = settings.Streams.HeartbeatInterval,
        HistorySize = settings.Journal.Kind == JournalKind.Memory && settings.History.Size == 0 ? MemoryHistory : settings.History.Size,
        CleanupFrequency = settings.History.CleanupFrequency,
        SubscriptionEvents = settings.V010?.Subscriptions == true ? new SubscriptionDocuments() : null,
    };
}
