using System.Runtime.Serialization;
using Akka.Actor;
using Google.Protobuf;
using Mercure.Actors.Protocol;
using Mercure.Actors.Serialization;
using Mercure.Specs.Wire;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>
/// A manifest and a message between nodes, a line each: unreadable, or the same after it is written and read again; no more memory
/// than its bytes explain; and a row that was read can be used.
/// </summary>
internal static class WireFuzz
{
    private const long BytesPerByte = 256;

    /// <summary>Looking up the actor that a message names takes some.</summary>
    private const long Fixed = 64 << 10;

    private static readonly WireSerializer Serializer = new((ExtendedActorSystem)ActorSystem.Create("fuzz"));

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        var end = Math.Max(0, input.IndexOf((byte)'\n'));
        var manifest = System.Text.Encoding.Latin1.GetString(input[..end]);
        var bytes = input[Math.Min(input.Length, end + 1)..].ToArray();
        // The first use starts an actor system
        var serializer = Serializer;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var message = (IHubMessage)serializer.FromBinary(bytes, manifest);
            AssertModest(before, bytes);
            Assert.Equal(manifest, serializer.Manifest(message));
            if (message is LinkProtocol.Routed { Row: { } row })
                row.Batch(WireSamples.Ids);

            var written = serializer.ToBinary(message);
            Assert.Equal(written, serializer.ToBinary(serializer.FromBinary(written, manifest)));
        }
        catch (Exception unreadable) when (unreadable is InvalidProtocolBufferException or InvalidDataException or SerializationException)
        {
            AssertModest(before, bytes);
        }
    }

    private static void AssertModest(long before, byte[] bytes) =>
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Fixed + (BytesPerByte * bytes.Length));
}
