using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Mercure.Http.Protocol;
using Mercure.Specs.Streams;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mercure.Specs.Protocol;

/// <summary>Spec draft 04, Publication: application/x-www-form-urlencoded, and what it contains.</summary>
public sealed class PublishFormSpecs
{
    private static readonly PublishFormRules Rules = new("target", RequiresData: true);

    [Fact]
    public void Should_read_every_field()
    {
        var form = Read("topic=a&topic=b&data=x%0Ay&target=t&target=u&id=i&type=k&retry=5");

        Assert.Equal(["a", "b"], form.Topics);
        Assert.Equal(["t", "u"], form.Audience);
        Assert.Equal("x\ny"u8.ToArray(), form.Data);
        Assert.Equal(("i", "k", 5UL), (form.Id, form.Type, form.Retry));
    }

    [Fact]
    public void Should_decode_plus_percent_and_UTF8()
    {
        var form = Read("%74opic=https%3A%2F%2Fexample.com%2f%C3%A9&data=1+%2B+1%3d2&&unknown=%20&=&x");

        Assert.Equal(["https://example.com/é"], form.Topics);
        Assert.Equal("1 + 1=2"u8.ToArray(), form.Data);
    }

    [Fact]
    public void Should_keep_raw_UTF8() => Assert.Equal(["é"], Read("topic=é&data=x").Topics);

    [Fact]
    public void Should_take_the_first_of_a_field_that_has_one_value()
    {
        var form = Read("topic=t&data=one&data=two&id=1&id=2&type=a&type=b&retry=1&retry=2");

        Assert.Equal("one"u8.ToArray(), form.Data);
        Assert.Equal(("1", "a", 1UL), (form.Id, form.Type, form.Retry));
    }

    [Fact]
    public void Should_take_empty_optional_fields_for_absent()
    {
        var form = Read("topic=t&data=x&id=&type=&retry=");

        Assert.Equal((null, null, 0UL), (form.Id, form.Type, form.Retry));
    }

    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("007", 7UL)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    public void Should_read_retry_as_an_unsigned_64_bit_number(string text, ulong retry) =>
        Assert.Equal(retry, Read($"topic=t&data=x&retry={text}").Retry);

    public static TheoryData<string, Rejection> Refused => new()
    {
        { "", Rejections.TopicMissing },
        { "data=x", Rejections.TopicMissing },
        { "Topic=t&data=x", Rejections.TopicMissing },
        { "topic=t", Rejections.DataMissing },
        { "topic=t&data=", Rejections.DataMissing },
        { "topic=&data=x", Rejections.TopicEmpty },
        { "topic=t&data=x&target=", Rejections.TargetEmpty },
        { "topic=t&data=x&retry=-1", Rejections.RetryInvalid },
        { "topic=t&data=x&retry=%2B1", Rejections.RetryInvalid },
        { "topic=t&data=x&retry=1.5", Rejections.RetryInvalid },
        { "topic=t&data=x&retry=+1", Rejections.RetryInvalid },
        { "topic=t&data=x&retry=soon", Rejections.RetryInvalid },
        { "topic=t&data=x&retry=%D9%A1", Rejections.RetryInvalid },
        { "topic=t&data=x&retry=18446744073709551616", Rejections.RetryInvalid },
        { "topic=t&data=x&id=%", Rejections.EscapeMalformed },
        { "topic=t&data=%4", Rejections.EscapeMalformed },
        { "topic=t&data=%zz", Rejections.EscapeMalformed },
        { "topic=t&data=%%%%", Rejections.EscapeMalformed },
        { "topic=t&data=x&data=%4", Rejections.EscapeMalformed },
        { "topic=t&data=x&unknown=%4", Rejections.EscapeMalformed },
        { "topic=t&data=x&un%4known", Rejections.EscapeMalformed },
        { "topic=t&data=%FF", Rejections.NotUtf8 },
        { "topic=%C3&data=x", Rejections.NotUtf8 },
        { "topic=t&data=%ED%A0%80", Rejections.NotUtf8 },
        { "topic=t&data=x&unknown=%C0%80", Rejections.NotUtf8 },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Should_refuse_a_form_with_the_rule_it_breaks(string body, Rejection rejection) => Assert.Equal(rejection, Refuse(body));

    // Attack: line ends in fields that the hub writes on a line of their own (CWE-93)
    [Theory]
    [InlineData("%0A")]
    [InlineData("%0D")]
    [InlineData("%00")]
    [InlineData("%09")]
    [InlineData("%7F")]
    [InlineData("%C2%85")]
    public void Should_refuse_control_characters_in_names(string control)
    {
        Assert.Equal(Rejections.TopicControl, Refuse($"topic=a{control}b&data=x"));
        Assert.Equal(Rejections.IdControl, Refuse($"topic=t&data=x&id=a{control}b"));
        Assert.Equal(Rejections.TypeControl, Refuse($"topic=t&data=x&type=a{control}b"));
    }

    [Fact]
    public void Should_refuse_what_is_beyond_the_limits()
    {
        Assert.Equal(Rejections.TooManyTopics(Limits.Topics), Refuse("data=x" + Repeat("&topic=t", Limits.Topics + 1)));
        Assert.Equal(Rejections.TooManyTargets, Refuse("topic=t&data=x" + Repeat("&target=t", Limits.Targets + 1)));
        Assert.Equal(Rejections.TooManyFields(Rules.MaxFields), Refuse("topic=t&data=x" + Repeat("&f", Rules.MaxFields)));
        Assert.Equal(Rejections.TopicTooLong, Refuse("data=x&topic=" + Repeat("%61", Limits.NameLength + 1)));
        Assert.Equal(Rejections.TargetTooLong, Refuse("topic=t&data=x&target=" + Repeat("a", Limits.NameLength + 1)));
        Assert.Equal(Rejections.IdTooLong, Refuse("topic=t&data=x&id=" + Repeat("a", Limits.FieldLength + 1)));
        Assert.Equal(Rejections.TypeTooLong, Refuse("topic=t&data=x&type=" + Repeat("a", Limits.FieldLength + 1)));
    }

    [Fact]
    public void Should_take_what_is_at_the_limits()
    {
        var name = Repeat("%61", Limits.NameLength);
        var field = Repeat("a", Limits.FieldLength);
        var form = Read($"data=x&id={field}&type={field}" + Repeat($"&topic={name}", 2) + Repeat("&topic=t", Limits.Topics - 2));

        Assert.Equal(Limits.Topics, form.Topics.Count);
        Assert.Equal(Limits.NameLength, form.Topics[0].Length);
    }

    [Property(MaxTest = 300)]
    public void Should_read_back_what_was_encoded(NonEmptyString data, NonEmptyString topic, NonNull<string>[] targets, NonNull<string> id, ulong retry, bool verbose)
    {
        var name = "t" + Updates.Name(topic.Get);
        var content = Updates.Utf8(data.Get);
        var revision = Updates.Name(id.Get).Trim(' ');
        var audience = targets.Select(target => "u" + Updates.Utf8(target.Get)).ToList();
        var body = string.Join('&', [
            .. audience.Select(target => $"target={Encode(target, verbose)}"),
            $"data={Encode(content, verbose)}", $"id={Encode(revision, verbose)}", $"topic={Encode(name, verbose)}", $"retry={retry}",
        ]);

        var form = Read(body);

        Assert.Equal([name], form.Topics);
        Assert.Equal(audience, form.Audience);
        Assert.Equal(content, Encoding.UTF8.GetString(form.Data!));
        Assert.Equal(revision.Length == 0 ? null : revision, form.Id);
        Assert.Equal(retry, form.Retry);
    }

    [Property(MaxTest = 500)]
    public void Should_never_throw_whatever_the_bytes(byte[] body) => Parse(body, out _);

    [Property(MaxTest = 500)]
    public void Should_never_throw_whatever_the_pieces(int[] choices) => Parse(Pieces(choices), out _);

    [Property(MaxTest = 300)]
    public void Should_read_the_same_however_the_body_is_cut(int[] choices, PositiveInt[] cuts)
    {
        var body = Pieces(choices);
        var whole = Parse(body, out var expected);

        var inParts = PublishForm.Parse(Segments(body, cuts), Rules, out var form);

        Assert.Equal(whole, inParts);
        Assert.Equal(expected.Topics, form.Topics);
        Assert.Equal(expected.Audience, form.Audience);
        Assert.Equal(expected.Data, form.Data);
        Assert.Equal((expected.Id, expected.Type, expected.Retry), (form.Id, form.Type, form.Retry));
    }

    [Property(MaxTest = 100)]
    public void Should_read_the_same_however_the_body_arrives(PositiveInt[] cuts)
    {
        var body = Encoding.UTF8.GetBytes("topic=https%3A%2F%2Fexample.com&data=" + Repeat("hello+%E2%82%AC", 100) + "&target=t");

        var (form, rejection) = ArriveAsync(body, cuts, limit: body.Length).GetAwaiter().GetResult();
        var (_, tooLarge) = ArriveAsync(body, cuts, limit: body.Length - 1).GetAwaiter().GetResult();

        Assert.Null(rejection);
        Assert.Equal(Repeat("hello €", 100), Encoding.UTF8.GetString(form!.Data!));
        Assert.Equal(RejectionKind.TooLarge, tooLarge!.Kind);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", null, true)]
    [InlineData("Application/X-WWW-Form-URLEncoded", null, true)]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8", null, true)]
    [InlineData("application/x-www-form-urlencoded;charset=\"utf-8\"", "identity", true)]
    [InlineData("application/x-www-form-urlencoded;charset=UTF8", null, true)]
    [InlineData("application/x-www-form-urlencoded;", null, true)]
    [InlineData("application/x-www-form-urlencoded; charset=utf-8 ; ", null, true)]
    [InlineData(";", null, false)]
    [InlineData("application/x-www-form-urlencoded; charset=iso-8859-1", null, false)]
    [InlineData("application/x-www-form-urlencoded", "gzip", false)]
    [InlineData("application/json", null, false)]
    [InlineData("multipart/form-data; boundary=x", null, false)]
    [InlineData("text/plain", null, false)]
    [InlineData(null, null, false)]
    public async Task Should_read_forms_only(string? type, string? coding, bool isRead)
    {
        var request = RequestOf("topic=t&data=x"u8.ToArray());
        request.ContentType = type;
        if (coding is not null)
            request.Headers.ContentEncoding = coding;

        var (form, rejection) = await new PublishBody(Rules, 100).ReadAsync(request);

        Assert.Equal(isRead, form is not null);
        Assert.Equal(isRead ? null : coding is null ? Rejections.NotAForm : Rejections.BodyCoded, rejection);
    }

    [Fact]
    public async Task Should_refuse_a_length_beyond_the_limit_before_anything_arrives()
    {
        var request = RequestOf([]);
        request.Body = new MemoryStream();
        request.ContentLength = 101;

        Assert.Equal(RejectionKind.TooLarge, (await new PublishBody(Rules, 100).ReadAsync(request)).Rejection!.Kind);
    }

    private static async Task<(PublishForm? Form, Rejection? Rejection)> ArriveAsync(byte[] body, PositiveInt[] cuts, int limit)
    {
        var pipe = new Pipe();
        var request = RequestOf([]);
        request.HttpContext.Features.Set<Microsoft.AspNetCore.Http.Features.IRequestBodyPipeFeature>(new PipeBody(pipe.Reader));
        var reading = new PublishBody(Rules, limit).ReadAsync(request);
        foreach (var segment in Segments(body, cuts))
        {
            await pipe.Writer.WriteAsync(segment);
        }

        await pipe.Writer.CompleteAsync();
        return await reading;
    }

    private static HttpRequest RequestOf(byte[] body)
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = "application/x-www-form-urlencoded";
        request.Body = new MemoryStream(body);
        return request;
    }

    private static PublishForm Read(string body)
    {
        Assert.Null(Parse(Encoding.UTF8.GetBytes(body), out var form));
        return form;
    }

    private static Rejection? Refuse(string body) => Parse(Encoding.UTF8.GetBytes(body), out _);

    private static Rejection? Parse(byte[] body, out PublishForm form) => PublishForm.Parse(new ReadOnlySequence<byte>(body), Rules, out form);

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string Encode(string text, bool verbose) => verbose
        ? string.Concat(Encoding.UTF8.GetBytes(text).Select(octet => $"%{octet:x2}"))
        : Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static byte[] Pieces(int[] choices)
    {
        string[] pieces = ["topic=", "data=", "id=", "type=", "retry=", "target=", "&", "&", "=", "%", "%4", "%41", "+", "a", "é", "1", "%0A", "%C3", "%c3%A9", "%FF"];
        return Encoding.UTF8.GetBytes(string.Concat(choices.Select(choice => pieces[(int)((uint)choice % pieces.Length)])));
    }

    private static ReadOnlySequence<byte> Segments(byte[] body, PositiveInt[] cuts)
    {
        Segment? first = null, last = null;
        var start = 0;
        for (var cut = 0; start < body.Length || first is null; cut++)
        {
            var length = cut < cuts.Length ? Math.Min(cuts[cut].Get, body.Length - start) : body.Length - start;
            last = new Segment(body.AsMemory(start, length), last);
            first ??= last;
            start += length;
        }

        return new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;

            previous.Next = this;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
        }
    }

    private sealed class PipeBody(PipeReader reader) : Microsoft.AspNetCore.Http.Features.IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
