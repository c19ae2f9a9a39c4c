using Akka.Actor;
using Google.Protobuf;

namespace Mercure.Actors.Serialization;

/// <summary>How one message crosses to another node.</summary>
/// <param name="Manifest">Names it on the wire: it never changes.</param>
/// <param name="Type">The message.</param>
/// <param name="Encode">Its form in <c>wire.proto</c>.</param>
/// <param name="Decode">The message again.</param>
internal sealed record MessageFormat(string Manifest, Type Type, Func<object, IMessage> Encode, Func<byte[], object> Decode)
{
    public static MessageFormat Of<TMessage, TWire>(string manifest, Func<TMessage, TWire> encode, Func<TWire, TMessage> decode)
        where TMessage : notnull
        where TWire : IMessage<TWire>, new()
    {
        var parser = new MessageParser<TWire>(() => new TWire());
        return new MessageFormat(manifest, typeof(TMessage), message => encode((TMessage)message), bytes => decode(parser.ParseFrom(bytes)));
    }

    /// <summary>To Protocol Buffers every part of a message is optional.</summary>
    /// <exception cref="InvalidDataException">It is not there.</exception>
    public static TPart Required<TPart>(TPart? part)
        where TPart : class, IMessage =>
        part ?? throw new InvalidDataException($"A message came without its {typeof(TPart).Name.ToLowerInvariant()}.");

    /// <summary>The actor with this path, there or not.</summary>
    /// <exception cref="InvalidDataException">It is no path.</exception>
    public static IActorRef Actor(ExtendedActorSystem system, string path)
    {
        try
        {
            return system.Provider.ResolveActorRef(path);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            // What follows a # must be a number.
            throw new InvalidDataException("A message came with something else than an actor's path.", e);
        }
    }
}
