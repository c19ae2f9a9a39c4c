using Akka.Actor;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace Mercure.Http.Cluster.Serialization;

/// <summary>
/// One of Akka.Remote's serializers, cut down to the messages that nodes of a hub send each other. The rest of them deploy actors, stop
/// them, or carry an exception, which would be made of whatever type the sender names (CWE-502). Same bytes, same id.
/// </summary>
internal abstract class AllowedMessages(ExtendedActorSystem system, Serializer inner, params string[] manifests) : SerializerWithStringManifest(system)
{
    public override int Identifier => inner.Identifier;

    public override string Manifest(object o) => Akka.Serialization.Serialization.ManifestFor(inner, o);

    public override byte[] ToBinary(object obj) =>
        manifests.Contains(Manifest(obj), StringComparer.Ordinal) ? inner.ToBinary(obj) : throw Refusal.Of(obj.GetType().ToString());

    public override object FromBinary(byte[] bytes, string? manifest)
    {
        manifest ??= "";
        if (!manifests.Contains(manifest, StringComparer.Ordinal))
            throw Refusal.Of(manifest);

        return inner is SerializerWithStringManifest named
            ? named.FromBinary(bytes, manifest)
            : inner.FromBinary(bytes, manifest.Length > 0 ? Type.GetType(manifest, throwOnError: true) : null);
    }
}

/// <summary>Identify, ActorIdentity, references of actors, and the heartbeats of watched nodes.</summary>
internal sealed class PlainMessages(ExtendedActorSystem system)
    : AllowedMessages(system, new MiscMessageSerializer(system), "ID", "AID", "AR", "RWHB", "RWHR");

/// <summary>Watch, Unwatch, and that a watched actor has ended.</summary>
internal sealed class WatchMessages(ExtendedActorSystem system)
    : AllowedMessages(
        system,
        new SystemMessageSerializer(system),
        "Akka.Dispatch.SysMsg.Watch, Akka",
        "Akka.Dispatch.SysMsg.Unwatch, Akka",
        "Akka.Dispatch.SysMsg.DeathWatchNotification, Akka");

/// <summary>A message to whoever is at a path; what is in it goes through its own serializer.</summary>
internal sealed class SelectionMessages(ExtendedActorSystem system)
    : AllowedMessages(system, new MessageContainerSerializer(system), "");
