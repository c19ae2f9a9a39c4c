using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Mercure.Http.Protocol;

/// <summary>Every answer that is not a stream, and the only place that knows their statuses.</summary>
internal static class HttpReplies
{
    /// <summary>Seconds after which an overloaded or recovering hub is worth another try.</summary>
    private const int RetryAfter = 2;

    private const string Methods = "GET, HEAD, POST, OPTIONS";

    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Spec draft 04, Publication: success, and the id is the body.</summary>
    public static Task PublishedAsync(HttpResponse response, string id) => WriteAsync(response, StatusCodes.Status200OK, id);

    /// <summary>RFC 9110, 9.3.7: what the hub's URL can do. CORS preflights are answered before.</summary>
    public static Task OptionsAsync(HttpResponse response)
    {
        response.Headers.Allow = Methods;
        response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public static Task RejectAsync(HttpResponse response, Rejection rejection)
    {
        var headers = response.Headers;
        // A stream that was refused had already chosen its coding
        headers.Remove(HeaderNames.ContentEncoding);
        headers.CacheControl = "no-store";
        if (Challenge(rejection) is { } challenge)
            headers.WWWAuthenticate = challenge;
        if (rejection.Kind == RejectionKind.Unavailable)
            headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
        if (rejection.Kind == RejectionKind.MethodNotAllowed)
            headers.Allow = Methods;
        // RFC 9110, 12.5.3: says that the coding was the reason, and that none is accepted
        if (rejection.Kind == RejectionKind.UnsupportedCoding)
            headers.AcceptEncoding = "identity";

        return WriteAsync(response, StatusOf(rejection.Kind), rejection.Reason + "\n");
    }

    public static int StatusOf(RejectionKind kind) => kind switch
    {
        RejectionKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        // RFC 6750 suggests 400 here, but the draft knows only 401 for whoever has no valid token
        RejectionKind.InvalidCredentials => StatusCodes.Status401Unauthorized,
        RejectionKind.InvalidToken => StatusCodes.Status401Unauthorized,
        RejectionKind.Forbidden => StatusCodes.Status403Forbidden,
        RejectionKind.BadRequest => StatusCodes.Status400BadRequest,
        RejectionKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RejectionKind.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        RejectionKind.UnsupportedCoding => StatusCodes.Status415UnsupportedMediaType,
        RejectionKind.NotFound => StatusCodes.Status404NotFound,
        RejectionKind.MethodNotAllowed => StatusCodes.Status405MethodNotAllowed,
        RejectionKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    /// <summary>RFC 6750, section 3: no error code for who presented nothing.</summary>
    private static string? Challenge(Rejection rejection) => rejection.Kind switch
    {
        RejectionKind.Unauthenticated => "Bearer",
        RejectionKind.InvalidCredentials => $"Bearer error=\"invalid_request\", error_description=\"{rejection.Reason}\"",
        RejectionKind.InvalidToken => $"Bearer error=\"invalid_token\", error_description=\"{rejection.Reason}\"",
        RejectionKind.Forbidden => $"Bearer error=\"insufficient_scope\", error_description=\"{rejection.Reason}\"",
        _ => null,
    };

    private static Task<FlushResult> WriteAsync(HttpResponse response, int status, string body)
    {
        response.StatusCode = status;
        response.ContentType = PlainText;
        response.ContentLength = Encoding.UTF8.GetByteCount(body);
        Encoding.UTF8.GetBytes(body, response.BodyWriter);
        return response.BodyWriter.FlushAsync().AsTask();
    }
}
