using System.Buffers;
using System.Globalization;
using System.Text;
using Mercure.Actors.Updates;

namespace Mercure.Http.Protocol;

/// <summary>What a generation asks of the form beyond what all of them do.</summary>
/// <param name="AudienceField">The repeatable field that says who may read the update.</param>
/// <param name="RequiresData">Whether an update without data is refused.</param>
/// <param name="AudienceIsFlag">Whether that field counts by being there, whatever it holds.</param>
/// <param name="MaxTopics">Topics that an update may have.</param>
internal sealed record PublishFormRules(string AudienceField, bool RequiresData, bool AudienceIsFlag = false, int MaxTopics = Limits.Topics)
{
    public int MaxFields => MaxTopics + Limits.OtherFields;

    public byte[] AudienceFieldName { get; } = Encoding.UTF8.GetBytes(AudienceField);
}

/// <summary>
/// The body of a publish request. Where a field that has one value is repeated, the first counts, as in the reference
/// hub; empty <c>id</c>, <c>type</c> and <c>retry</c> are as good as absent. Fields nobody knows are checked and ignored.
/// </summary>
internal sealed class PublishForm
{
    private bool _hasRetry;

    public List<string> Topics { get; } = [];

    /// <summary>The values of <see cref="PublishFormRules.AudienceField"/>.</summary>
    public List<string> Audience { get; } = [];

    /// <summary>Whether it is there, when it is a flag.</summary>
    public bool IsPrivate { get; private set; }

    public byte[]? Data { get; private set; }

    public string? Id { get; private set; }

    public string? Type { get; private set; }

    public ulong Retry { get; private set; }

    /// <summary>Reads a whole form, or says which rule it breaks.</summary>
    public static Rejection? Parse(in ReadOnlySequence<byte> body, PublishFormRules rules, out PublishForm form)
    {
        form = new PublishForm();
        if (body.IsSingleSegment)
            return form.Parse(body.FirstSpan, rules);

        var length = checked((int)body.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        body.CopyTo(rented);
        var rejection = form.Parse(rented.AsSpan(0, length), rules);
        ArrayPool<byte>.Shared.Return(rented);
        return rejection;
    }

    private Rejection? Parse(ReadOnlySpan<byte> body, PublishFormRules rules)
    {
        var fields = 0;
        while (UrlEncoding.TryTakeField(ref body, out var name, out var value))
        {
            if (++fields > rules.MaxFields)
                return Rejections.TooManyFields(rules.MaxFields);
            if (AddField(name, value, rules) is { } rejection)
                return rejection;
        }

        return Topics.Count == 0 ? Rejections.TopicMissing
            : rules.RequiresData && Data is null or { Length: 0 } ? Rejections.DataMissing
            : null;
    }

    private Rejection? AddField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, PublishFormRules rules)
    {
        if (name.IndexOfAny((byte)'%', (byte)'+') >= 0)
        {
            if (UrlEncoding.Decode(name, out byte[] decoded) is { } rejection)
                return rejection;
            name = decoded;
        }

        return name.SequenceEqual("topic"u8) ? AddTopic(value, rules.MaxTopics)
            : name.SequenceEqual("data"u8) ? SetData(value)
            : name.SequenceEqual("id"u8) ? SetId(value)
            : name.SequenceEqual("type"u8) ? SetType(value)
            : name.SequenceEqual("retry"u8) ? SetRetry(value)
            : name.SequenceEqual(rules.AudienceFieldName) ? rules.AudienceIsFlag ? SetPrivate(value) : AddAudience(value)
            : UrlEncoding.Check(name) ?? UrlEncoding.Check(value);
    }

    private Rejection? AddTopic(ReadOnlySpan<byte> value, int limit)
    {
        if (Topics.Count == limit)
            return Rejections.TooManyTopics(limit);
        if (UrlEncoding.DecodedLength(value) > Limits.NameLength)
            return Rejections.TopicTooLong;
        if (UrlEncoding.Decode(value, out string topic) is { } rejection)
            return rejection;

        Topics.Add(topic);
        return Of(UpdateRules.CheckTopic(topic));
    }

    private Rejection? AddAudience(ReadOnlySpan<byte> value)
    {
        if (Audience.Count == Limits.Targets)
            return Rejections.TooManyTargets;
        if (UrlEncoding.DecodedLength(value) > Limits.NameLength)
            return Rejections.TargetTooLong;
        if (UrlEncoding.Decode(value, out string name) is { } rejection)
            return rejection;

        Audience.Add(name);
        return Of(UpdateRules.CheckTarget(name));
    }

    private Rejection? SetPrivate(ReadOnlySpan<byte> value)
    {
        IsPrivate = true;
        return UrlEncoding.Check(value);
    }

    private Rejection? SetData(ReadOnlySpan<byte> value)
    {
        if (Data is not null)
            return UrlEncoding.Check(value);

        var rejection = UrlEncoding.Decode(value, out byte[] data);
        Data = data;
        return rejection;
    }

    private Rejection? SetId(ReadOnlySpan<byte> value)
    {
        if (Id is not null || value.IsEmpty)
            return UrlEncoding.Check(value);
        if (UrlEncoding.DecodedLength(value) > Limits.FieldLength)
            return Rejections.IdTooLong;
        if (UrlEncoding.Decode(value, out string id) is { } rejection)
            return rejection;

        Id = id;
        return Of(UpdateRules.CheckId(id));
    }

    private Rejection? SetType(ReadOnlySpan<byte> value)
    {
        if (Type is not null || value.IsEmpty)
            return UrlEncoding.Check(value);
        if (UrlEncoding.DecodedLength(value) > Limits.FieldLength)
            return Rejections.TypeTooLong;
        if (UrlEncoding.Decode(value, out string type) is { } rejection)
            return rejection;

        Type = type;
        return Of(UpdateRules.CheckType(type));
    }

    private Rejection? SetRetry(ReadOnlySpan<byte> value)
    {
        if (UrlEncoding.Decode(value, out string text) is { } rejection)
            return rejection;
        if (_hasRetry || text.Length == 0)
            return null;

        // The framework reads "1\0" as 1
        if (text.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return Rejections.RetryInvalid;
        _hasRetry = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var retry);
        Retry = retry;
        return _hasRetry ? null : Rejections.RetryInvalid;
    }

    private static Rejection? Of(UpdateRule? broken) => broken is null ? null : Rejections.Of(broken);
}
