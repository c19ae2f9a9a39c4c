using System.IO.Pipelines;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;

namespace Mercure.Http.Protocol;

/// <summary>Reads the form off a publish request, straight from Kestrel's buffers and never beyond the limit.</summary>
internal sealed class PublishBody(PublishFormRules rules, int limit)
{
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>Bytes on the wire that a byte of a body takes at most, alone in its chunk (<c>1␍␊x␍␊</c>), and the end of the chunks.</summary>
    private const long FramedSize = 8;

    private readonly Rejection _tooLarge = Rejections.BodyTooLarge(limit);

    /// <summary>
    /// The server's own limit, which must not come before the setting's: it also counts what separates chunks, the setting only what
    /// the publisher means.
    /// </summary>
    public static long OnTheWire(int limit) => FramedSize * limit;

    public async ValueTask<(PublishForm? Form, Rejection? Rejection)> ReadAsync(HttpRequest request)
    {
        if (IsCoded(request))
            return (null, Rejections.BodyCoded);
        if (!IsForm(request))
            return (null, Rejections.NotAForm);
        if (request.ContentLength > limit)
        {
            // Many clients send all of a body before they read the answer (RFC 9110, 10.1.1). Kestrel takes in what is left of it and
            // forgets it, for 5 s at most; beyond its own limit it closes the connection at once, and the client never learns why.
            LimitServer(request.HttpContext, bytes: null);
            return (null, _tooLarge);
        }

        LimitServer(request.HttpContext, OnTheWire(limit));
        try
        {
            return await ReadAsync(request.BodyReader);
        }
        catch (BadHttpRequestException failure) when (failure.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, _tooLarge);
        }
    }

    private async ValueTask<(PublishForm? Form, Rejection? Rejection)> ReadAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync();
            var body = read.Buffer;
            if (body.Length > limit)
            {
                reader.AdvanceTo(body.End);
                return (null, _tooLarge);
            }

            if (read.IsCompleted)
            {
                var rejection = PublishForm.Parse(body, rules, out var form);
                reader.AdvanceTo(body.End);
                return rejection is null ? (form, null) : (null, rejection);
            }

            // All of it examined, so that Kestrel goes on receiving; none consumed
            reader.AdvanceTo(body.Start, body.End);
        }
    }

    private static void LimitServer(HttpContext context, long? bytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = bytes;
    }

    private static bool IsCoded(HttpRequest request) =>
        request.Headers.ContentEncoding.Count > 0
        && !string.Equals(request.Headers.ContentEncoding, "identity", StringComparison.OrdinalIgnoreCase);

    /// <summary>Two of its labels (WHATWG Encoding, 4.2): the name, and the one that people write.</summary>
    private static bool IsUtf8(string label) =>
        string.Equals(label, "utf-8", StringComparison.OrdinalIgnoreCase) || string.Equals(label, "utf8", StringComparison.OrdinalIgnoreCase);

    private static bool IsForm(HttpRequest request)
    {
        if (string.Equals(request.ContentType, FormType, StringComparison.OrdinalIgnoreCase))
            return true;

        // RFC 9110, 5.6.6: a semicolon with no parameter behind it means nothing, but the framework does not take it
        return MediaTypeHeaderValue.TryParse(request.ContentType?.TrimEnd(' ', '\t', ';'), out var type)
            && string.Equals(type.MediaType, FormType, StringComparison.OrdinalIgnoreCase)
            && (type.CharSet is null || IsUtf8(type.CharSet.Trim('"')));
    }
}
