using System.Diagnostics;
using System.Net.Security;
using System.Text;
using Mercure.Http.Hosting.Server;
using Mercure.Http.Hosting.Tls;
using Mercure.Http.Protocol;
using Mercure.Http.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Mercure.Http.Hosting;

/// <summary>The HTTP server's limits and endpoints.</summary>
internal static class KestrelSetup
{
    public static void AddKestrel(this WebApplicationBuilder builder, HubSettings settings, ListenSockets sockets)
    {
        var limits = new ServerLimits(settings);
        // Kestrel's alone: the host has its own source, so that no request is followed by anybody
        builder.Services.AddSingleton<DiagnosticSource>(services => new ServerRefusals(
            services.GetRequiredService<HubPipeline>().SetHeaders, services.GetRequiredService<RefusalLog>(), limits));
        if (settings.Listen.UsesTls)
        {
            builder.Services.AddSingleton(services => new CertificateSource(
                settings.Listen.CertFile!,
                settings.Listen.KeyFile!,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<CertificateSource>>()));
        }

        builder.Services.Configure<SocketTransportOptions>(transport =>
        {
            transport.CreateBoundListenSocket = endPoint => sockets.Take(endPoint);
            // Half the cores send, the other half fan out (HubDispatchers): more queues only make threads wait for each other
            transport.IOQueueCount = Math.Max(1, Environment.ProcessorCount / 2);
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            WriteIds(kestrel);
            kestrel.Limits.MaxConcurrentConnections = OpenFiles.Connections();
            limits.Apply(kestrel.Limits);
            kestrel.RequestHeaderEncodingSelector = RequestHeaderEncoding;
            foreach (var endPoint in sockets.EndPoints)
                kestrel.Listen(endPoint, listen => Listen(listen, settings.Listen, limits));
        });
    }

    /// <summary>
    /// An id is whatever its publisher chose; browsers send it in UTF-8, too (WHATWG HTML, 9.2.4). Kestrel refuses to write it unless
    /// it is asked to, and the stream could not be opened.
    /// </summary>
    public static void WriteIds(KestrelServerOptions kestrel)
    {
        var others = kestrel.ResponseHeaderEncodingSelector;
        kestrel.ResponseHeaderEncodingSelector = name => name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : others(name);
    }

    /// <summary>
    /// Kestrel refuses a header that is not in the encoding it expects, UTF-8, which may be no fault of the client: with the token comes
    /// whatever cookie another site of the domain has set. As Latin-1 every header can be read (RFC 9110, 5.5), an id in the encoding in
    /// which browsers send it; with bytes that are none it is an id that nobody knows.
    /// </summary>
    private static Encoding RequestHeaderEncoding(string name) =>
        name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : Encoding.Latin1;

    private static void Listen(ListenOptions listen, ListenSettings settings, ServerLimits limits)
    {
        // Without TLS nothing is negotiated, and Kestrel takes an endpoint for both protocols for HTTP/1.1 alone
        listen.Protocols = settings.UsesTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        if (settings.UsesTls)
            UseTls(listen);
        listen.Use(next => RequestLines.Middleware(next, limits.RequestLine));
    }

    private static void UseTls(ListenOptions listen)
    {
        var certificates = listen.ApplicationServices.GetRequiredService<CertificateSource>();
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(certificates.Current(Authentication)),
        });
    }

    private static SslServerAuthenticationOptions Authentication(SslStreamCertificateContext certificate) => new()
    {
        ServerCertificateContext = certificate,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };
}
