using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace Mercure.Actors.Serialization;

/// <summary>
/// Akka's door to the formats of what crosses nodes: every <see cref="Protocol.IHubMessage"/>. The identifier and the manifests
/// are on the wire between versions: they never change. A message that only a later version knows is dropped with a
/// warning by Akka.Remote, which keeps the connection.
/// </summary>
public sealed class WireSerializer : SerializerWithStringManifest
{
    private readonly Dictionary<Type, MessageFormat> _byType;
    private readonly Dictionary<string, MessageFormat> _byManifest;

    public WireSerializer(ExtendedActorSystem system)
        : base(system)
    {
        MessageFormat[] formats = [.. PublishCodec.Formats, .. LinkCodec.Formats(system), .. PresenceCodec.Formats(system)];
        _byType = formats.ToDictionary(format => format.Type);
        _byManifest = formats.ToDictionary(format => format.Manifest, StringComparer.Ordinal);
    }

    /// <summary>The messages that cross.</summary>
    internal IEnumerable<Type> Types => _byType.Keys;

    public override int Identifier => 7101;

    public override string Manifest(object o) => FormatOf(o).Manifest;

    public override byte[] ToBinary(object obj) => FormatOf(obj).Encode(obj).ToByteArray();

    public override object FromBinary(byte[] bytes, string manifest) => _byManifest.TryGetValue(manifest, out var format)
        ? format.Decode(bytes)
        : throw new SerializationException($"No message of this version is called {manifest}; one of a later version is not for this node.");

    private MessageFormat FormatOf(object message) => _byType.TryGetValue(message.GetType(), out var format)
        ? format
        : throw new ArgumentException($"{message.GetType()} does not cross nodes.", nameof(message));
}
