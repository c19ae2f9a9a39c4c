using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mercure.Actors.Authorization;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Http.Protocol.V010;

/// <summary>Subscriptions as JSON-LD (Subscription Events, Subscription API): in the events about them, and in the lists.</summary>
internal sealed class SubscriptionDocuments : ISubscriptionEvents
{
    private const string Context = "https://mercure.rocks/";

    // No page embeds these documents: IRIs and names in other scripts stay as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public IReadOnlyList<Update> Render(ActiveSubscription subscription, bool isActive)
    {
        var topic = SubscriptionUrls.Of(subscription);
        return
        [
            new Update
            {
                Generation = Generation.V010,
                Topics = [topic],
                Audience = Audience.OfTopics([topic]),
                Data = Write(json => WriteSubscription(json, subscription, isActive, isRoot: true)),
            },
        ];
    }

    /// <summary>The document of one active subscription.</summary>
    public static ReadOnlyMemory<byte> Single(ActiveSubscription subscription, string lastEventId) =>
        Write(json => WriteSubscription(json, subscription, isActive: true, isRoot: true, lastEventId));

    /// <summary>The document of a list; the id is the URL it was asked by.</summary>
    public static ReadOnlyMemory<byte> Collection(string id, IEnumerable<ActiveSubscription> subscriptions, string lastEventId) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("@context", Context);
        json.WriteString("id", id);
        json.WriteString("type", "Subscriptions");
        json.WriteString("lastEventID", lastEventId);
        json.WriteStartArray("subscriptions");
        foreach (var subscription in subscriptions)
            WriteSubscription(json, subscription, isActive: true, isRoot: false);

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteSubscription(Utf8JsonWriter json, ActiveSubscription subscription, bool isActive, bool isRoot, string? lastEventId = null)
    {
        json.WriteStartObject();
        if (isRoot)
            json.WriteString("@context", Context);

        json.WriteString("id", SubscriptionUrls.Of(subscription));
        json.WriteString("type", "Subscription");
        json.WriteString("subscriber", subscription.Subscriber);
        json.WriteString("topic", subscription.Pattern);
        json.WriteBoolean("active", isActive);
        if (lastEventId is not null)
            json.WriteString("lastEventID", lastEventId);

        if (subscription.Payload is { } payload)
        {
            json.WritePropertyName("payload");
            json.WriteRawValue(payload);
        }

        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            write(json);

        return buffer.WrittenMemory;
    }
}
