using Akka.Actor;
using Akka.Serialization;
using Mercure.Actors.Log;

namespace Mercure.Actors.Serialization;

/// <summary>Akka's door to <see cref="JournalCodec"/>. The identifier and the manifests are stored: they never change.</summary>
public sealed class JournalSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string BatchManifest = "batch";
    private const string SnapshotManifest = "snapshot";

    public override int Identifier => 7100;

    public override string Manifest(object o) => o switch
    {
        BatchWritten => BatchManifest,
        LogSnapshot => SnapshotManifest,
        _ => throw new ArgumentException($"{o.GetType()} is not stored.", nameof(o)),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        BatchWritten written => JournalCodec.Encode(written),
        LogSnapshot snapshot => JournalCodec.Encode(snapshot),
        _ => throw new ArgumentException($"{obj.GetType()} is not stored.", nameof(obj)),
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        BatchManifest => JournalCodec.DecodeBatch(bytes),
        SnapshotManifest => JournalCodec.DecodeSnapshot(bytes),
        _ => throw new ArgumentException($"No stored type is called {manifest}.", nameof(manifest)),
    };
}
