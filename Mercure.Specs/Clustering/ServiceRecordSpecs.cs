using System.Net;
using System.Net.Sockets;
using System.Text;
using Mercure.Http.Cluster;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>Nodes found by SRV records (RFC 2782), asked for over UDP as any name server is (RFC 1035).</summary>
public sealed class ServiceRecordSpecs
{
    private const string Name = "_management._tcp.mercure.example.com";

    [Fact]
    public async Task Should_find_host_and_port_of_each_node()
    {
        using var server = new NameServer(("hub-1.example.com", 8558), ("hub-2.example.com", 18558));

        var found = await LookUps.Services(Name, server.EndPoint)(CancellationToken.None);

        Assert.Equal([("hub-1.example.com", 8558), ("hub-2.example.com", 18558)], found.Order());
        Assert.Equal(Name, server.Asked);
    }

    [Fact]
    public async Task Should_find_nobody_when_there_is_no_such_name()
    {
        using var server = new NameServer();

        Assert.Empty(await LookUps.Services(Name, server.EndPoint)(CancellationToken.None));
    }

    /// <summary>Answers whatever it is asked with these; without any, that there is no such name (NXDOMAIN).</summary>
    private sealed class NameServer : IDisposable
    {
        private const int HeaderBytes = 12;

        private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

        public NameServer(params (string Host, ushort Port)[] records) => _ = AnswerAsync(records);

        public IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

        public string? Asked { get; private set; }

        public void Dispose() => _socket.Dispose();

        private async Task AnswerAsync((string Host, ushort Port)[] records)
        {
            try
            {
                while (true)
                {
                    var request = await _socket.ReceiveAsync();
                    await _socket.SendAsync(Answer(request.Buffer, records), request.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The spec is over
            }
        }

        private byte[] Answer(byte[] request, (string Host, ushort Port)[] records)
        {
            var labels = new List<string>();
            var end = HeaderBytes;
            for (; request[end] > 0; end += request[end] + 1)
                labels.Add(Encoding.ASCII.GetString(request, end + 1, request[end]));
            Asked = string.Join('.', labels);

            var answer = new List<byte>();
            answer.AddRange(request[..2]);
            // A response, recursion wanted and available, with its code; one question, so many answers, nothing else
            answer.AddRange([0x81, (byte)(records.Length > 0 ? 0x80 : 0x83), 0, 1, 0, (byte)records.Length, 0, 0, 0, 0]);
            answer.AddRange(request[HeaderBytes..(end + 5)]);
            foreach (var (host, port) in records)
            {
                byte[] target = [.. host.Split('.').SelectMany(label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0];
                // The question's name, SRV, IN, a minute
                answer.AddRange([0xC0, HeaderBytes, 0, 33, 0, 1, 0, 0, 0, 60, 0, (byte)(target.Length + 6), 0, 10, 0, 5, (byte)(port >> 8), (byte)port]);
                answer.AddRange(target);
            }

            return [.. answer];
        }
    }
}
