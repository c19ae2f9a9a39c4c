using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Presence;
using Mercure.Actors.Protocol;
using Mercure.Actors.Updates;
using Mercure.Specs.Journals;

namespace Mercure.Specs.Wire;

/// <summary>Messages as earlier versions sent them. Bytes are added, never changed: a rolling update has both versions at once.</summary>
internal static class WireSamples
{
    private static readonly Guid Node = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly RequestToken Token = new(Node, 41);
    private static readonly LinkId Link = new(Node, 3);
    private static readonly Epoch Epoch = new(17, 0x03FF_0000_DEAD_BEEF);
    private static readonly LogHead Head = new(20, 1_000_003, 19);
    private static readonly byte[] Key = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];

    public static readonly UpdateIds Ids = new(Key);

    private static readonly LogBatch Batch = LogBatch.Of(20, JournalSamples.UpdatesValue, Ids);

    private static readonly ActiveSubscription Active = new(Node, "urn:uuid:a", MatcherKind.Selector, "https://example.com/{ü}", """{"user":1}""");

    /// <summary>Everything whose bytes depend on nothing but the message, and the bytes of the first version that sent it.</summary>
    public static IEnumerable<(string Manifest, IHubMessage Message, string Bytes)> All =>
    [
        ("store", new PublishProtocol.StoreRequest("default", Token, [.. Batch.Updates.Select(update => update.Update)]),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QKRogCAcSFWh0dHBzOi8vZXhhbXBsZS5jb20vMSIFcGxhaW4akgEIBxIWaHR0"
                + "cHM6Ly9leGFtcGxlLmNvbS/DpBIdaHR0cHM6Ly9leGFtcGxlLmNvbS9hbHRlcm5hdGUaDQgBEgl1cm46YWxpY2UaGggCEhZodHRw"
                + "czovL2V4YW1wbGUuY29tL8OkIg10d28KbGluZXMg4oKsKgl1cm46b3duOjEyB2NyZWF0ZWQ4////////////ARoLCAcSAXQiACoA"
                + "MgAaBQgHEgF0"),
        ("stored", new PublishProtocol.RequestStored("default", Token, ["a", "urn:own:1"]),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QKRoBYRoJdXJuOm93bjox"),
        ("failed", new PublishProtocol.RequestFailed("default", Token, "disk full"),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QKRoJZGlzayBmdWxs"),
        ("get-ready", new PublishProtocol.GetReady("default"),
            "CgdkZWZhdWx0"),
        ("ready", new PublishProtocol.Ready("default"),
            "CgdkZWZhdWx0"),
        ("connected", new LinkProtocol.Connected("default", Link, Epoch, Head, Key),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QAxoLCBER776t3gAA/wMiCAgUEMOEPRgTKhAAAQIDBAUGBwgJCgsMDQ7/"),
        ("disconnected", new LinkProtocol.Disconnected("default", Link),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QAw=="),
        ("routed", new LinkProtocol.Routed("default", Link, Epoch, 18, Row: null, Head),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QAxoLCBER776t3gAA/wMgEjIICBQQw4Q9GBM="),
        ("routed", new LinkProtocol.Routed("default", Link, Epoch, 18, new RoutedRow(Batch), Head),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QAxoLCBER776t3gAA/wMgEirzAQgUEu4BCQEAAAAAAAAAENLhisOgNBjAhD0g"
                + "gOSX0BIyIgogCAcSFWh0dHBzOi8vZXhhbXBsZS5jb20vMSIFcGxhaW4ylQEKkgEIBxIWaHR0cHM6Ly9leGFtcGxlLmNvbS/DpBId"
                + "aHR0cHM6Ly9leGFtcGxlLmNvbS9hbHRlcm5hdGUaDQgBEgl1cm46YWxpY2UaGggCEhZodHRwczovL2V4YW1wbGUuY29tL8OkIg10"
                + "d28KbGluZXMg4oKsKgl1cm46b3duOjEyB2NyZWF0ZWQ4////////////ATINCgsIBxIBdCIAKgAyADIHCgUIBxIBdDIICBQQw4Q9"
                + "GBM="),
        ("routed", new LinkProtocol.Routed("default", Link, Epoch, 18, new RoutedRow(Batch.Only([Batch.Updates[1], Batch.Updates[3]])), Head),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QAxoLCBER776t3gAA/wMgEirIAQgUErsBCQEAAAAAAAAAENLhisOgNBjAhD0g"
                + "gOSX0BIylQEKkgEIBxIWaHR0cHM6Ly9leGFtcGxlLmNvbS/DpBIdaHR0cHM6Ly9leGFtcGxlLmNvbS9hbHRlcm5hdGUaDQgBEgl1"
                + "cm46YWxpY2UaGggCEhZodHRwczovL2V4YW1wbGUuY29tL8OkIg10d28KbGluZXMg4oKsKgl1cm46b3duOjEyB2NyZWF0ZWQ4////"
                + "////////ATIHCgUIBxIBdBoCAQMiAgEDMggIFBDDhD0YEw=="),
        ("declare-interests",
            new LinkProtocol.DeclareInterests(
                "default", Link, 2, [TopicSelector.Parse("https://example.com/{id}"), TopicSelector.Parse("urn:a")], [TopicSelector.Parse("urn:b")], IsComplete: true),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QAxgCIhwKGGh0dHBzOi8vZXhhbXBsZS5jb20ve2lkfRABIgkKBXVybjphEAEq"
                + "CQoFdXJuOmIQATAB"),
        ("interests-taken", new LinkProtocol.InterestsTaken("default", Link, Epoch, 2, Head),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QAxoLCBER776t3gAA/wMgAioICBQQw4Q9GBM="),
        ("received", new LinkProtocol.Received("default", Link, 20),
            "CgdkZWZhdWx0EhQKEFutjw/L2Z9GoWVwhncolQ4QAxgU"),
        ("hello", new PresenceProtocol.Hello("default"),
            "CgdkZWZhdWx0"),
        ("register", new PresenceProtocol.Register("default", Epoch),
            "CgdkZWZhdWx0EgsIERHvvq3eAAD/Aw=="),
        ("record", new PresenceProtocol.Record("default", Epoch, Node, 7, Node, FullSetPart.First | FullSetPart.Last, [Active], [Active with { Payload = null }]),
            "CgdkZWZhdWx0EgsIERHvvq3eAAD/AxoQW62PD8vZn0ahZXCGdyiVDiAHKhBbrY8Py9mfRqFlcIZ3KJUOMAM6RgoQW62PD8vZn0ahZXCG"
            + "dyiVDhIKdXJuOnV1aWQ6YRgBIhhodHRwczovL2V4YW1wbGUuY29tL3vDvH0qCnsidXNlciI6MX1COgoQW62PD8vZn0ahZXCGdyiVDhIK"
            + "dXJuOnV1aWQ6YRgBIhhodHRwczovL2V4YW1wbGUuY29tL3vDvH0="),
        ("record", new PresenceProtocol.Record("default", Epoch, Node, 8, Node, FullSetPart.None, [], []),
            "CgdkZWZhdWx0EgsIERHvvq3eAAD/AxoQW62PD8vZn0ahZXCGdyiVDiAIKhBbrY8Py9mfRqFlcIZ3KJUO"),
        ("recorded", new PresenceProtocol.Recorded("default", Node, 7, 20),
            "CgdkZWZhdWx0EhBbrY8Py9mfRqFlcIZ3KJUOGAcgFA=="),
        ("get-subscriptions", new PresenceProtocol.GetSubscriptions("default", new SubscriptionQuery(MatcherKind.Selector, "a", "b", "urn:own:1")),
            "CgdkZWZhdWx0EAEaAWEiAWIqCXVybjpvd246MQ=="),
        ("get-subscriptions", new PresenceProtocol.GetSubscriptions("default", new SubscriptionQuery(MatcherKind.Selector)),
            "CgdkZWZhdWx0EAE="),
        ("subscriptions", new PresenceProtocol.Subscriptions("default", "urn:own:1", IsUnchanged: false, [Active], Rest: null),
            "CgdkZWZhdWx0Egl1cm46b3duOjEiRgoQW62PD8vZn0ahZXCGdyiVDhIKdXJuOnV1aWQ6YRgBIhhodHRwczovL2V4YW1wbGUuY29tL3vD"
            + "vH0qCnsidXNlciI6MX0="),
        ("subscriptions", new PresenceProtocol.Subscriptions("default", LastEventId: null, IsUnchanged: true, [], Rest: null),
            "CgdkZWZhdWx0GAE="),
        ("get-more", new PresenceProtocol.GetMore("default", 3),
            "CgdkZWZhdWx0EAM="),
        ("list-expired", new PresenceProtocol.ListExpired("default"),
            "CgdkZWZhdWx0"),
    ];
}
