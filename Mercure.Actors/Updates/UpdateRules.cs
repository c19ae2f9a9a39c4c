using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Mercure.Actors.Authorization;

namespace Mercure.Actors.Updates;

/// <summary>
/// What every update keeps to, however it is published: by a request, whose reader applies the rules field by field, or by
/// <see cref="IHub.PublishAsync"/>, which applies all of them.
/// </summary>
public static class UpdateRules
{
    /// <summary>Topics of an update, unless a setting says otherwise.</summary>
    public const int Topics = 1_000;

    /// <summary>Targets of an update.</summary>
    public const int Targets = 1024;

    /// <summary>
    /// Bytes of a topic or target. Many a proxy takes no request line over 8 KiB, so that a longer topic could hardly be asked for.
    /// </summary>
    public const int NameLength = 4096;

    /// <summary>Bytes of an id or type. An id comes back in a request header; all of those together have 64 KiB.</summary>
    public const int FieldLength = 1024;

    public static readonly UpdateRule TopicMissing = new(nameof(TopicMissing), "Missing topic: an update needs at least one.");

    public static readonly UpdateRule TopicEmpty = new(nameof(TopicEmpty), "A topic is empty.");

    public static readonly UpdateRule TopicTooLong = new(nameof(TopicTooLong), $"A topic is longer than {NameLength} bytes.");

    public static readonly UpdateRule TopicControl = new(nameof(TopicControl), "A topic has a control character.");

    public static readonly UpdateRule TopicReserved = new(
        nameof(TopicReserved), "A topic is reserved: it must not be *, nor a path of the hub, as it is written or as it resolves.");

    public static readonly UpdateRule TooManyTargets = new(nameof(TooManyTargets), $"More than {Targets} targets.");

    public static readonly UpdateRule TargetEmpty = new(nameof(TargetEmpty), "A target is empty.");

    public static readonly UpdateRule TargetTooLong = new(nameof(TargetTooLong), $"A target is longer than {NameLength} bytes.");

    public static readonly UpdateRule DataMissing = new(nameof(DataMissing), "Missing data: an update of generation 0.7 needs it, and not empty.");

    public static readonly UpdateRule IdTooLong = new(nameof(IdTooLong), $"The id is longer than {FieldLength} bytes.");

    public static readonly UpdateRule IdControl = new(nameof(IdControl), "The id has a control character.");

    public static readonly UpdateRule IdSpaced = new(nameof(IdSpaced), "The id begins or ends with a space, which no header could bring back.");

    public static readonly UpdateRule IdReserved = new(nameof(IdReserved), "The id is reserved: it must not be earliest, nor begin with #.");

    public static readonly UpdateRule TypeTooLong = new(nameof(TypeTooLong), $"The type is longer than {FieldLength} bytes.");

    public static readonly UpdateRule TypeControl = new(nameof(TypeControl), "The type has a control character.");

    public static readonly UpdateRule TypeReserved = new(nameof(TypeReserved), "The type mercure is reserved for the hub.");

    public static readonly UpdateRule NotUtf8 = new(nameof(NotUtf8), "The text is not valid UTF-8.");

    public static readonly UpdateRule TooLarge = new(nameof(TooLarge), "The update is larger than the hub accepts.");

    /// <summary>Of an update that has more topics than this.</summary>
    public static UpdateRule TooManyTopics(int limit) =>
        new(nameof(TooManyTopics), string.Create(CultureInfo.InvariantCulture, $"More than {limit} topics."));

    /// <summary>The rule that this update breaks, if any.</summary>
    /// <param name="update">As it is published.</param>
    /// <param name="reserved">Names that publishers leave to the hub.</param>
    /// <param name="maxTopics">Topics that it may have.</param>
    /// <param name="largest">Bytes of its text; 0 for no limit.</param>
    public static UpdateRule? Check(Update update, Reservations reserved, int maxTopics = Topics, long largest = 0) =>
        CheckTopics(update.Topics, maxTopics)
        ?? CheckTargets(update.Audience)
        ?? CheckData(update)
        ?? (update.Id is { } id ? CheckId(id) : null)
        ?? (update.Type is { } type ? CheckType(type) : null)
        ?? reserved.Check(update.Topics, update.Id, update.Type)
        ?? (largest > 0 && IsLarger(update, largest) ? TooLarge : null);

    public static UpdateRule? CheckTopic(string topic) =>
        string.IsNullOrEmpty(topic) ? TopicEmpty
        : IsLonger(topic, NameLength) ? TopicTooLong
        : HasControl(topic) ? TopicControl
        : IsText(topic) ? null : NotUtf8;

    public static UpdateRule? CheckTarget(string target) =>
        // Neither reading is safe: public would leak what was meant to be private, private would reach nobody
        string.IsNullOrEmpty(target) ? TargetEmpty
        : IsLonger(target, NameLength) ? TargetTooLong
        : IsText(target) ? null : NotUtf8;

    /// <summary>An empty id is as good as none.</summary>
    public static UpdateRule? CheckId(string id) =>
        IsLonger(id, FieldLength) ? IdTooLong
        : HasControl(id) ? IdControl
        // RFC 9110, 5.5: the Last-Event-ID of who comes back would be without it, and unknown
        : id is [' ', ..] or [.., ' '] ? IdSpaced
        : IsText(id) ? null : NotUtf8;

    public static UpdateRule? CheckType(string type) =>
        IsLonger(type, FieldLength) ? TypeTooLong
        : HasControl(type) ? TypeControl
        : IsText(type) ? null : NotUtf8;

    private static UpdateRule? CheckTopics(IReadOnlyList<string> topics, int limit)
    {
        if (topics.Count == 0)
            return TopicMissing;
        if (topics.Count > limit)
            return TooManyTopics(limit);

        for (var index = 0; index < topics.Count; index++)
        {
            if (CheckTopic(topics[index]) is { } broken)
                return broken;
        }

        return null;
    }

    private static UpdateRule? CheckTargets(Audience audience)
    {
        if (audience.Names.Count > Targets)
            return TooManyTargets;

        for (var index = 0; index < audience.Names.Count; index++)
        {
            if (CheckTarget(audience.Names[index].Value) is { } broken)
                return broken;
        }

        return null;
    }

    private static UpdateRule? CheckData(Update update)
    {
        if (update.Data is not { IsEmpty: false } data)
            return update.Generation == Generation.V07 ? DataMissing : null;
        return Utf8.IsValid(data.Span) ? null : NotUtf8;
    }

    /// <summary>Counts as a form would: a private update of generation 0.10 names its topics once.</summary>
    private static bool IsLarger(Update update, long largest)
    {
        if (update.Size() <= largest / 3)
            return false;

        long size = update.Data?.Length ?? 0;
        size += Encoding.UTF8.GetByteCount(update.Id ?? "") + Encoding.UTF8.GetByteCount(update.Type ?? "");
        size += update.Topics.Sum(static topic => (long)Encoding.UTF8.GetByteCount(topic));
        size += update.Audience.Names
            .Where(static name => name.Kind == AudienceKind.Target)
            .Sum(static name => (long)Encoding.UTF8.GetByteCount(name.Value));
        return size > largest;
    }

    /// <summary>Counted exactly only when it may be longer: a character takes up to three bytes.</summary>
    private static bool IsLonger(string text, int bytes) => text.Length > bytes / 3 && Encoding.UTF8.GetByteCount(text) > bytes;

    /// <summary>
    /// CR, LF and NUL would let a publisher write fields of its own into the stream of others (CWE-93); the other control
    /// characters have no place in a name, nor in the header in which an id comes back.
    /// </summary>
    private static bool HasControl(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('\0', '\u001f') || text.ContainsAnyInRange('\u007f', '\u009f');

    /// <summary>Half of a surrogate pair is no text: it could be neither stored nor sent.</summary>
    private static bool IsText(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAnyInRange('\ud800', '\udfff'); at >= 0; at = text.IndexOfAnyInRange('\ud800', '\udfff'))
        {
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                return false;
            text = text[(at + 2)..];
        }

        return true;
    }
}
