using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Mercure.Bench.Http;

/// <summary>Where the hub is: its name is resolved once, so that a storm of connections measures the hub and not the resolver.</summary>
internal sealed record HubAddress(Uri Url, IPEndPoint EndPoint, bool Insecure)
{
    public bool IsTls => Url.Scheme == Uri.UriSchemeHttps;

    public string PathAndQuery => Url.PathAndQuery;

    public string Host => Url.IsDefaultPort ? Url.Host : $"{Url.Host}:{Url.Port}";

    public static async Task<HubAddress> ResolveAsync(Uri url, bool insecure, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(url.DnsSafeHost, cancel);
        var address = addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
        return new HubAddress(url, new IPEndPoint(address, url.Port), insecure);
    }

    public Socket NewSocket() => new(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public async Task<Stream> ConnectAsync(CancellationToken cancel)
    {
        var socket = NewSocket();
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(EndPoint, cancel);
            stream = new NetworkStream(socket, ownsSocket: true);
            return IsTls ? await SecureAsync(stream, cancel) : stream;
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> SecureAsync(Stream stream, CancellationToken cancel)
    {
        var secure = new SslStream(stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = Url.DnsSafeHost,
            RemoteCertificateValidationCallback = (_, _, _, errors) => Insecure || errors == SslPolicyErrors.None,
        };
        await secure.AuthenticateAsClientAsync(options, cancel);
        return secure;
    }
}
