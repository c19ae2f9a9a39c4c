using System.Text;
using Mercure.Actors.Authorization;
using Mercure.Actors.Log;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Specs.Journals;

/// <summary>Rows and snapshots as earlier versions wrote them. Bytes are added, never changed: they are in people's databases.</summary>
internal static class JournalSamples
{
    /// <summary>Format 1: a writer's first row.</summary>
    public const string FirstRow = "Ce++rd4AAP8DENLhisOgNDICGgAyFBISChAAAQIDBAUGBwgJCgsMDQ7/";

    /// <summary>Format 1: two requests, updates with and without every optional field.</summary>
    public const string Updates =
        "CQEAAAAAAAAAENLhisOgNBjAhD0ggOSX0BIqFgoQW62PD8vZn0ahZXCGdyiVDhApIAEqGAoQeWaefCV03kCUS+B/wfkK5xABGAEgAjIiCiAIBx"
        + "IVaHR0cHM6Ly9leGFtcGxlLmNvbS8xIgVwbGFpbjKVAQqSAQgHEhZodHRwczovL2V4YW1wbGUuY29tL8OkEh1odHRwczovL2V4YW1wbGUuY29t"
        + "L2FsdGVybmF0ZRoNCAESCXVybjphbGljZRoaCAISFmh0dHBzOi8vZXhhbXBsZS5jb20vw6QiDXR3bwpsaW5lcyDigqwqCXVybjpvd246MTIHY3"
        + "JlYXRlZDj///////////8BMg0KCwgHEgF0IgAqADIAMgcKBQgHEgF0";

    /// <summary>Format 1.</summary>
    public const string Snapshot =
        "CMOEPRDB5pfQEhoQAAECAwQFBgcICQoLDA0O/yARKiUKEHlmnnwldN5AlEvgf8H5CucSEQgBEIGAUBgCIQEAAAAAAAAAKjkKEFutjw/L2Z9GoW"
        + "VwhncolQ4SEggoEICATBjIASHvvq3eAAD/AxIRCCkQgIBQGAEhAQAAAAAAAAA=";

    /// <summary>Format 1: an update, and what began and ended with it.</summary>
    public const string Subscriptions =
        "CQEAAAAAAAAAENLhisOgNBgHILwFKhYKEFutjw/L2Z9GoWVwhncolQ4QKiABMgcKBQgKEgF0MkgiRgoQW62PD8vZn0ahZXCGdyiVDhIK"
        + "dXJuOnV1aWQ6YRgBIhhodHRwczovL2V4YW1wbGUuY29tL3vDvH0qCnsidXNlciI6MX0yJSojChBbrY8Py9mfRqFlcIZ3KJUOEgp1cm46"
        + "dXVpZDpiGAEiASo4KA==";

    /// <summary>Format 1, where active subscriptions are tracked.</summary>
    public const string TrackingSnapshot =
        "CMOEPRDB5pfQEhoQAAECAwQFBgcICQoLDA0O/yARKiUKEHlmnnwldN5AlEvgf8H5CucSEQgBEIGAUBgCIQEAAAAAAAAAKjkKEFutjw/L"
        + "2Z9GoWVwhncolQ4SEggoEICATBjIASHvvq3eAAD/AxIRCCkQgIBQGAEhAQAAAAAAAAAwKjotdXJuOnV1aWQ6NGMwZWU5NGEtOWU1ZS00"
        + "YjBlLWE3YjAtNTFmYjVkMWJkN2U1QkYKEFutjw/L2Z9GoWVwhncolQ4SCnVybjp1dWlkOmEYASIYaHR0cHM6Ly9leGFtcGxlLmNvbS97"
        + "w7x9Kgp7InVzZXIiOjF9";

    private static readonly Guid Gateway = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly Guid OtherGateway = new("7c9e6679-7425-40de-944b-e07fc1f90ae7");
    private static readonly DateTimeOffset Time = new(2026, 11, 23, 12, 30, 15, 250, TimeSpan.Zero);
    private static readonly byte[] Key = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];

    public static readonly BatchWritten FirstRowValue = new()
    {
        EpochNonce = 0x03FF_0000_DEAD_BEEF,
        Time = Time,
        FirstOrdinal = 0,
        FirstByte = 0,
        Entries = [new LogEntry.WriterStarted(), new LogEntry.Header(Key)],
    };

    public static readonly BatchWritten UpdatesValue = new()
    {
        EpochNonce = 1,
        Time = Time,
        FirstOrdinal = 1_000_000,
        FirstByte = 5_000_000_000,
        Requests = [new RequestWritten(new RequestToken(Gateway, 41), 0, 1), new RequestWritten(new RequestToken(OtherGateway, 1), 1, 2)],
        Entries =
        [
            new LogEntry.Published(new Update { Generation = Generation.V07, Topics = ["https://example.com/1"], Data = Utf8("plain") }),
            new LogEntry.Published(new Update
            {
                Generation = Generation.V07,
                Topics = ["https://example.com/ä", "https://example.com/alternate"],
                Audience = Audience.Of([new AudienceName(AudienceKind.Target, "urn:alice"), new AudienceName(AudienceKind.Topic, "https://example.com/ä")]),
                Data = Utf8("two\nlines €"),
                Id = "urn:own:1",
                Type = "created",
                Retry = 18_446_744_073_709_551_615,
            }),
            // Empty is not absent.
            new LogEntry.Published(new Update { Generation = Generation.V07, Topics = ["t"], Data = Utf8(""), Id = "", Type = "" }),
            new LogEntry.Published(new Update { Generation = Generation.V07, Topics = ["t"], Data = null }),
        ],
    };

    public static readonly LogSnapshot SnapshotValue = new()
    {
        NextOrdinal = 1_000_003,
        NextByte = 5_000_000_321,
        IdKey = Key,
        HeaderAt = 17,
        Gateways =
        [
            (OtherGateway, [new RequestAnswer(1, new Position(20, 1), 2, 1)]),
            (Gateway, [new RequestAnswer(40, new Position(19, 0), 200, 0x03FF_0000_DEAD_BEEF), new RequestAnswer(41, new Position(20, 0), 1, 1)]),
        ],
    };

    public static readonly BatchWritten SubscriptionsValue = new()
    {
        EpochNonce = 1,
        Time = Time,
        FirstOrdinal = 7,
        FirstByte = 700,
        FirstFact = 40,
        Requests = [new RequestWritten(new RequestToken(Gateway, 42), 0, 1)],
        Entries =
        [
            new LogEntry.Published(new Update { Generation = Generation.V010, Topics = ["t"] }),
            new LogEntry.SubscriptionStarted(new ActiveSubscription(Gateway, "urn:uuid:a", MatcherKind.Selector, "https://example.com/{ü}", """{"user":1}""")),
            new LogEntry.SubscriptionEnded(new ActiveSubscription(Gateway, "urn:uuid:b", MatcherKind.Selector, "*", Payload: null)),
        ],
    };

    public static readonly LogSnapshot TrackingSnapshotValue = SnapshotValue with
    {
        NextFact = 42,
        LastEventId = "urn:uuid:4c0ee94a-9e5e-4b0e-a7b0-51fb5d1bd7e5",
        Subscriptions = [new ActiveSubscription(Gateway, "urn:uuid:a", MatcherKind.Selector, "https://example.com/{ü}", """{"user":1}""")],
    };

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
