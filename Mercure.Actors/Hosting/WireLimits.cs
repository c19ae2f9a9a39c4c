using Akka.Configuration;
using Mercure.Actors.Serialization;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Hosting;

/// <summary>
/// What fits between nodes. Akka.Remote drops a message beyond its frame with nothing but a line in the log, and a publish
/// that is sent again and again would never arrive: so it is refused at the door, and such a setting at the start.
/// </summary>
public static class WireLimits
{
    /// <summary>Key of the size of a frame, the same for all nodes.</summary>
    public const string FrameSizeKey = "akka.remote.dot-netty.tcp.maximum-frame-size";

    /// <summary>The least frame in which everything fits but large updates.</summary>
    public const long LeastFrameSize = 1024 * 1024;

    /// <summary>What a publish has in its frame besides the update: addresses, token, the form's names.</summary>
    private const long Overhead = 64 * 1024;

    /// <summary>The greatest request, or update, that a frame of this size carries, in bytes.</summary>
    public static long LargestUpdate(long frameSize) => frameSize - Overhead;

    /// <inheritdoc cref="LargestUpdate(long)"/>
    public static long LargestUpdate(Config config) => LargestUpdate(FrameSize(config));

    /// <summary>Whether it is no larger than this on the wire. Counted exactly only when it may be: text takes up to three bytes a character.</summary>
    internal static bool Fits(Update update, long largest) =>
        update.Size() <= largest / 3 || JournalCodec.Encode(update).CalculateSize() <= largest;

    /// <param name="config">The actor system's.</param>
    /// <param name="largestRequest">The greatest request that is let in, in bytes.</param>
    /// <exception cref="ConfigurationException">The frame is too small for a hub, or for such a request.</exception>
    public static void Check(Config config, long largestRequest)
    {
        var least = Math.Max(LeastFrameSize, largestRequest + Overhead);
        if (FrameSize(config) < least)
        {
            throw new ConfigurationException(
                $"{FrameSizeKey} is {FrameSize(config)} bytes; accepted: {least} or more, which a hub in a cluster needs for requests of {largestRequest} bytes (mercure.max-request-size)");
        }
    }

    private static long FrameSize(Config config) => config.GetByteSize(FrameSizeKey) ?? LeastFrameSize;
}
