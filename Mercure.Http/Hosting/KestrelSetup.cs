using System.Net.Security;
using System.Text;
using Mercure.Http.Hosting.Tls;
using Mercure.Http.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Mercure.Http.Hosting;

/// <summary>The HTTP server's limits and endpoints.</summary>
internal static class KestrelSetup
{
    // A subscriber names its topics in the URL, and a token in a header may list many targets
    private const int MaxHeadSize = 64 << 10;

    /// <summary>Bytes on the wire that a byte of a body takes at most, alone in its chunk (<c>1␍␊x␍␊</c>), and the end of the chunks.</summary>
    private const long FramedSize = 8;

    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(30);

    public static void AddKestrel(this WebApplicationBuilder builder, HubSettings settings, ListenSockets sockets)
    {
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
            // An id is whatever its publisher chose; browsers send it in UTF-8, too (WHATWG HTML, 9.2.4)
            kestrel.ResponseHeaderEncodingSelector = static name => name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null;
            SetLimits(kestrel.Limits, settings);
            kestrel.RequestHeaderEncodingSelector = RequestHeaderEncoding;
            foreach (var endPoint in sockets.EndPoints)
                kestrel.Listen(endPoint, listen => Listen(listen, settings.Listen));
        });
    }

    /// <summary>
    /// Kestrel refuses a header that is not UTF-8. These two may be no fault of the client: with the token comes whatever cookie another
    /// site of the domain has set, and some clients write an id in Latin-1, which is then one that nobody knows.
    /// </summary>
    private static Encoding? RequestHeaderEncoding(string name) =>
        name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? Encoding.Latin1
        : name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8
        : null;

    private static void SetLimits(KestrelServerLimits limits, HubSettings settings)
    {
        limits.MaxConcurrentConnections = OpenFiles.Connections();
        limits.MaxRequestLineSize = MaxHeadSize;
        limits.MaxRequestHeadersTotalSize = MaxHeadSize;
        limits.Http2.MaxRequestHeaderFieldSize = MaxHeadSize;
        // The setting counts what the publisher means (PublishBody), this also what separates chunks
        limits.MaxRequestBodySize = FramedSize * settings.Publish.MaxRequestSize;
        var readTimeout = settings.Listen.ReadTimeout;
        limits.RequestHeadersTimeout = readTimeout > TimeSpan.Zero && readTimeout < HeadTimeout ? readTimeout : HeadTimeout;
        // A slow subscriber is served from the history at its own pace, unless the operator wants it cut: then each write counts
        // for itself, and the rate only has to be so high that a write's length adds nothing to its time
        limits.MinResponseDataRate = settings.Streams.DispatchTimeout > TimeSpan.Zero ? new MinDataRate(1e12, settings.Streams.DispatchTimeout) : null;
    }

    private static void Listen(ListenOptions listen, ListenSettings settings)
    {
        // Without TLS nothing is negotiated, and Kestrel takes an endpoint for both protocols for HTTP/1.1 alone
        listen.Protocols = settings.UsesTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        if (!settings.UsesTls)
            return;

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
