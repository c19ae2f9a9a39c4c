using System.Buffers;
using System.Globalization;
using System.Text;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Protocol.V07;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>A publish form: read, or refused, exactly as a reader would that has no eye for speed.</summary>
internal static class FormFuzz
{
    private static readonly PublishFormRules[] Generations = [new V07Rules().Form, new V010Rules(tracksSubscriptions: false).Form];

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        var body = input.ToArray();
        foreach (var rules in Generations)
        {
            var rejection = PublishForm.Parse(new ReadOnlySequence<byte>(body), rules, out var form);
            var fields = Fields(body);
            var expected = fields is not null && IsValid(fields, rules);
            Assert.True(expected == rejection is null, $"The oracle says {expected}, the parser {rejection?.Reason ?? "true"}");
            if (rejection is not null)
                continue;

            Assert.Equal(All(fields!, "topic"), form.Topics);
            if (!rules.AudienceIsFlag)
                Assert.Equal(All(fields!, rules.AudienceField), form.Audience);
            Assert.Equal(All(fields!, "data").FirstOrDefault(), form.Data is null ? null : Encoding.UTF8.GetString(form.Data));
            Assert.Equal(First(fields!, "id"), form.Id);
            Assert.Equal(First(fields!, "type"), form.Type);
            Assert.Equal(First(fields!, "retry"), Number(form.Retry, First(fields!, "retry")));
        }
    }

    /// <summary>Null when anything in it is malformed, or there is too much.</summary>
    private static List<(string Name, string Value)>? Fields(byte[] body)
    {
        var fields = new List<(string, string)>();
        foreach (var field in Encoding.Latin1.GetString(body).Split('&').Where(static field => field.Length > 0))
        {
            var parts = field.Split('=', 2);
            if (Decode(parts[0]) is not { } name || Decode(parts.Length > 1 ? parts[1] : "") is not { } value)
                return null;
            fields.Add((name, value));
        }

        return fields.Count > Limits.Topics + Limits.OtherFields ? null : fields;
    }

    private static string? Decode(string latin1)
    {
        var octets = new List<byte>();
        for (var at = 0; at < latin1.Length; at++)
        {
            if (latin1[at] != '%')
            {
                octets.Add(latin1[at] == '+' ? (byte)' ' : (byte)latin1[at]);
                continue;
            }

            if (at + 2 >= latin1.Length || latin1[at + 2] == '\0' || !byte.TryParse(latin1.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
                return null;
            octets.Add(octet);
            at += 2;
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. octets]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsValid(List<(string Name, string Value)> fields, PublishFormRules rules)
    {
        static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);
        var topics = All(fields, "topic");
        var audience = rules.AudienceIsFlag ? [] : All(fields, rules.AudienceField);
        return topics.Count is > 0 and <= Limits.Topics
            && topics.TrueForAll(static topic => topic.Length > 0 && Bytes(topic) <= Limits.NameLength && !topic.Any(char.IsControl))
            && audience.Count <= Limits.Targets && audience.TrueForAll(static name => name.Length > 0 && Bytes(name) <= Limits.NameLength)
            && (!rules.RequiresData || All(fields, "data") is [{ Length: > 0 }, ..])
            && new[] { "id", "type" }.All(name => First(fields, name) is not { } text || (Bytes(text) <= Limits.FieldLength && !text.Any(char.IsControl)))
            && First(fields, "id") is not ([' ', ..] or [.., ' '])
            && (First(fields, "retry") is not { } retry || (retry.All(char.IsAsciiDigit) && ulong.TryParse(retry, NumberStyles.None, CultureInfo.InvariantCulture, out _)));
    }

    private static List<string> All(List<(string Name, string Value)> fields, string name) =>
        [.. fields.Where(field => field.Name == name).Select(static field => field.Value)];

    private static string? First(List<(string Name, string Value)> fields, string name) => All(fields, name).Find(static value => value.Length > 0);

    /// <summary>With as many zeros before it as were written.</summary>
    private static string? Number(ulong number, string? written) =>
        written is null && number == 0 ? null : number.ToString(CultureInfo.InvariantCulture).PadLeft(written?.Length ?? 0, '0');
}
