using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace Mercure.Specs.Clustering;

/// <summary>Remembers that an object was made of a type that a message named. A real attack would name one that starts a program.</summary>
public static class Gadgets
{
    private static int _made;

    public static bool WereMade => Volatile.Read(ref _made) == 1;

    public static void Forget() => Volatile.Write(ref _made, 0);

    internal static void Made() => Volatile.Write(ref _made, 1);
}

/// <summary>A constructor without arguments, as Newtonsoft.Json and the serializer of Protocol Buffers call it.</summary>
public sealed class Gadget
{
    public Gadget() => Gadgets.Made();
}

/// <summary>Is made by the constructor that an exception has for being deserialized.</summary>
public sealed class GadgetException : Exception
{
    public GadgetException()
    {
    }

#pragma warning disable SYSLIB0051 // What the attack is about
    private GadgetException(SerializationInfo info, StreamingContext context)
        : base(info, context) => Gadgets.Made();
#pragma warning restore SYSLIB0051
}

/// <summary>An actor that is deployed from elsewhere.</summary>
public sealed class GadgetActor : ReceiveActor
{
    public GadgetActor() => Gadgets.Made();
}

/// <summary>What <see cref="ForgingSerializer"/> sends.</summary>
public sealed class Forged
{
}

/// <summary>Sends any type's name under another serializer's id.</summary>
internal sealed class ForgingSerializer(ExtendedActorSystem system, int identifier) : SerializerWithStringManifest(system)
{
    public override int Identifier { get; } = identifier;

    public override string Manifest(object o) => $"{typeof(Gadget).FullName}, {typeof(Gadget).Assembly.GetName().Name}";

    public override byte[] ToBinary(object obj) => [];

    public override object FromBinary(byte[] bytes, string manifest) => throw new NotSupportedException();
}
