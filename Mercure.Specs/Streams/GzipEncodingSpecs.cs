using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Mercure.Actors.Updates;
using Mercure.Http.Streams;
using Xunit;

namespace Mercure.Specs.Streams;

/// <summary>A stream of shared frames is one gzip file (RFC 1952) whoever got which of them.</summary>
public sealed class GzipEncodingSpecs
{
    private static readonly IFrameEncoder Gzip = EventEncoders.Gzip;

    [Property(MaxTest = 100)]
    public void Should_decode_to_the_plain_text_whatever_the_frames(int[] seeds)
    {
        var updates = seeds.Select(Random).ToList();

        var (stream, plain) = Compose(updates, concatenate: false);

        Assert.Equal(plain, Decode(stream));
    }

    [Property(MaxTest = 100)]
    public void Should_decode_the_same_when_frames_were_concatenated(int[] seeds)
    {
        var updates = seeds.Select(Random).ToList();

        var (stream, plain) = Compose(updates, concatenate: true);

        Assert.Equal(plain, Decode(stream));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(32 * 1024)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(1024 * 1024)]
    public void Should_decode_text_and_noise_of_every_size(int size)
    {
        var noise = new byte[size];
        new Random(size).NextBytes(noise);
        // Bytes as they are: the encoder does not look at them, and noise in UTF-8 would be compressible
        List<StoredUpdate> updates = [Updates.Stored(noise), Updates.Stored(new string('x', size)), Updates.Stored("end")];

        var (stream, plain) = Compose(updates, concatenate: false);

        Assert.Equal(plain, Decode(stream));
    }

    [Fact]
    public void Should_give_a_reader_every_event_as_soon_as_its_frame_has_arrived()
    {
        // No trailer here: a reader in the middle of a stream
        var update = Updates.Stored(new string('x', 5000), "42");
        byte[] begun = [.. Gzip.Opening.Bytes.Span, .. Gzip.Encode(update).Bytes.Span];
        using var reader = new GZipStream(new MemoryStream(begun), CompressionMode.Decompress);
        var expected = EventEncoders.Plain.Opening.PlainLength + EventEncoders.Plain.Encode(update).PlainLength;

        var read = new byte[expected];
        reader.ReadExactly(read);

        Assert.Equal("42", Assert.Single(SseParser.Parse(read)).LastEventId);
    }

    [Fact]
    public void Should_be_smaller_than_plain_text_when_that_is_compressible() =>
        Assert.InRange(Gzip.Encode(Updates.Stored(new string('x', 2000))).Bytes.Length, 1, 200);

    [Fact]
    public void Should_hardly_be_larger_than_noise()
    {
        var noise = new byte[100_000];
        new Random(1).NextBytes(noise);
        var plain = EventEncoders.Plain.Encode(Updates.Stored(noise));

        Assert.InRange(Gzip.Encode(Updates.Stored(noise)).Bytes.Length, 1, plain.PlainLength + 10);
    }

    [Fact]
    public void Should_wrap_the_length_at_two_to_the_power_of_32()
    {
        var frame = new Frame(default, int.MaxValue);
        var state = Gzip.Advance(Gzip.Advance(Gzip.Advance(0, frame), frame), frame);

        Assert.Equal(unchecked((uint)(3L * int.MaxValue)), (uint)state);
    }

    [Fact]
    public async Task Should_be_decoded_by_zlib_as_python_has_it()
    {
        var updates = Enumerable.Range(0, 200).Select(Random).ToList();
        var (stream, plain) = Compose(updates, concatenate: false);

        var decoded = await PythonAsync("import sys,zlib; d=zlib.decompressobj(31); b=sys.stdin.buffer.read();"
            + "o=b''.join(d.decompress(b[i:i+7]) for i in range(0,len(b),7))+d.flush(); assert d.eof and not d.unused_data;"
            + "sys.stdout.buffer.write(o)", stream);

        // No Python here: nothing to prove
        if (decoded is not null)
            Assert.Equal(plain, decoded);
    }

    private static (byte[] Stream, byte[] Plain) Compose(List<StoredUpdate> updates, bool concatenate)
    {
        List<Frame> frames = [Gzip.Opening, .. updates.SelectMany<StoredUpdate, Frame>(update => [Gzip.Encode(update), Gzip.Heartbeat])];
        byte[] plain =
        [
            .. ":\n\n"u8,
            .. updates.SelectMany<StoredUpdate, byte>(update => [.. EventEncoders.Plain.Encode(update).Bytes.Span, .. ":\n\n"u8]),
        ];
        if (concatenate)
            frames = [frames[0], Gzip.Concatenate(frames[1..]), Gzip.Concatenate([])];

        var state = frames.Aggregate(0UL, Gzip.Advance);
        return ([.. frames.SelectMany(frame => frame.Bytes.ToArray()), .. Gzip.Closing(state).Span], plain);
    }

    private static StoredUpdate Random(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var left = random.Next(0, random.Next(1, 4000)); left > 0; left--)
        {
            text.Append((char)random.Next(random.Next(2) == 0 ? 'a' : 0, 0x2FF));
        }

        return Updates.Stored(text.ToString(), seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static byte[] Decode(byte[] stream)
    {
        using var reader = new GZipStream(new MemoryStream(stream), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        reader.CopyTo(plain);
        return plain.ToArray();
    }

    private static async Task<byte[]?> PythonAsync(string script, byte[] input)
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", ["-c", script])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            await python.StandardInput.BaseStream.WriteAsync(input);
            python.StandardInput.Close();
            using var output = new MemoryStream();
            await python.StandardOutput.BaseStream.CopyToAsync(output);
            await python.WaitForExitAsync();
            Assert.Equal(0, python.ExitCode);
            return output.ToArray();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
