using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Mercure.Http.Cluster.Serialization;

/// <summary>
/// Takes the place, and the id on the wire, of a serializer that makes objects of whatever type the sender names (CWE-502), or that no
/// node of a hub needs. It serializes nothing and deserializes nothing. Named by <c>hocon/cluster.conf</c>; made by Akka.
/// </summary>
internal sealed class RefusingSerializer(ExtendedActorSystem system, Config settings) : SerializerWithStringManifest(system)
{
    private const int Beginning = 1024;

    public override int Identifier { get; } = settings.GetInt("identifier");

    public override string Manifest(object o) => "";

    public override byte[] ToBinary(object obj) => throw Refusal.Of(obj.GetType().ToString());

    public override object FromBinary(byte[] bytes, string? manifest) =>
        throw Refusal.Of(string.IsNullOrEmpty(manifest) ? TypeInJson(bytes) : manifest);

    /// <summary>Newtonsoft's JSON has the type inside, in the first few properties; empty for anything else.</summary>
    private static string TypeInJson(byte[] bytes)
    {
        var json = new Utf8JsonReader(bytes.AsSpan(0, Math.Min(bytes.Length, Beginning)), isFinalBlock: false, state: default);
        try
        {
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("$type"u8))
                    return json.Read() && json.TokenType == JsonTokenType.String ? json.GetString() ?? "" : "";
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or not of UTF-8.
        }

        return "";
    }
}
