using System.IO.Compression;
using System.Text;
using Mercure.Specs.Streams;

namespace Mercure.Specs.Protocol;

/// <summary>The reading side of a stream, event by event, compressed or not.</summary>
internal sealed class EventStream(Stream stream) : IDisposable
{
    private static readonly TimeSpan Patience = Processes.Eventually.Patience;

    private readonly SseParser _parser = new();
    private readonly StreamReader _lines = new(stream, Encoding.UTF8);

    public static async Task<EventStream> OfAsync(HttpResponseMessage response)
    {
        Assert200(response);
        var body = await response.Content.ReadAsStreamAsync();
        return new EventStream(response.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(body, CompressionMode.Decompress) : body);
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<SseEvent?> NextAsync()
    {
        while (await LineAsync() is { } line)
        {
            if (_parser.Line(line) is { } parsed)
                return parsed;
        }

        return null;
    }

    public async Task<string?> LineAsync() => await _lines.ReadLineAsync().WaitAsync(Patience);

    public void Dispose() => _lines.Dispose();

    private static void Assert200(HttpResponseMessage response) => Xunit.Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
}
