using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Mercure.Specs.Processes;

namespace Mercure.Specs.Hardening;

/// <summary>A connection without an HTTP library, which would not send what attackers send. Text is Latin-1: a character is a byte.</summary>
internal sealed partial class RawClient : IDisposable
{
    public static readonly TimeSpan Patience = Eventually.Patience;

    private readonly Socket _socket;
    private Stream _stream;

    private RawClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public Stream Stream => _stream;

    public static async Task<RawClient> ConnectAsync(Uri hub)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(hub.Host, hub.Port);
        return new RawClient(socket);
    }

    /// <summary>With TLS and HTTP/2 agreed upon.</summary>
    public static async Task<RawClient> ConnectHttp2Async(Uri hub)
    {
        var client = await ConnectAsync(hub);
        var tls = new SslStream(client._stream, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = hub.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            // The certificate is the fixture's own, and what is proved here is not TLS
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        });
        client._stream = tls;
        return client;
    }

    /// <summary>Sends all of it, waits until the hub closes the connection: what came back.</summary>
    public static async Task<RawAnswer> ExchangeAsync(Uri hub, string request)
    {
        using var client = await ConnectAsync(hub);
        await client.SendAsync(request);
        return await client.ReadToEndAsync();
    }

    /// <summary>Whether the other side still took it.</summary>
    public Task<bool> SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <inheritdoc cref="SendAsync(string)"/>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes).AsTask().WaitAsync(Patience);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void HalfClose()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The hub was first
        }
    }

    /// <summary>Until the hub closes or resets the connection.</summary>
    public async Task<RawAnswer> ReadToEndAsync()
    {
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            while (await _stream.ReadAsync(buffer, timeout.Token) is > 0 and var length)
                text.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }
        catch (IOException)
        {
            // Reset: what came before counts
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"The hub holds the connection; it sent:\n{text}", late);
        }

        return new RawAnswer(text.ToString());
    }

    /// <summary>Until this has been received.</summary>
    public async Task<RawAnswer> ReadUntilAsync(string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[1];
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            while (!(text.Length >= end.Length && text.ToString(text.Length - end.Length, end.Length) == end))
            {
                if (await _stream.ReadAsync(buffer, timeout.Token) == 0)
                    throw new EndOfStreamException($"The hub closed after:\n{text}");
                text.Append((char)buffer[0]);
            }
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"The hub did not send {end}; it sent:\n{text}", late);
        }

        return new RawAnswer(text.ToString());
    }

    public void Dispose() => _stream.Dispose();

    [GeneratedRegex(@"HTTP/1\.[01] (?<status>\d{3})[ \r]", RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex StatusLine();
}

/// <summary>Everything that a connection answered.</summary>
internal sealed record RawAnswer(string Text)
{
    public int[] Statuses => [.. RawClient.StatusLine().Matches(Text).Select(static line => int.Parse(line.Groups["status"].ValueSpan, provider: null))];

    /// <summary>Of the only response, or the first; 0 for a connection that was closed without a word.</summary>
    public int Status => Statuses is [var first, ..] ? first : 0;
}
