namespace Mercure.Http.Protocol;

/// <summary>A class of rejections; <see cref="HttpReplies"/> gives each its status.</summary>
public enum RejectionKind
{
    /// <summary>Nothing that proves who the client is.</summary>
    Unauthenticated,

    /// <summary>The credentials are not presented as RFC 6750 says.</summary>
    InvalidCredentials,

    /// <summary>A token that proves nothing, or not what the request needs.</summary>
    InvalidToken,

    /// <summary>A valid token that does not go as far as the request.</summary>
    Forbidden,

    /// <summary>The request can't be understood, or breaks a rule of the protocol.</summary>
    BadRequest,

    /// <summary>The body is over the limit.</summary>
    TooLarge,

    /// <summary>The body is not a form.</summary>
    UnsupportedMediaType,

    /// <summary>The body is compressed.</summary>
    UnsupportedCoding,

    /// <summary>What the URL names isn't there.</summary>
    NotFound,

    /// <summary>Another method than the endpoint serves.</summary>
    MethodNotAllowed,

    /// <summary>The hub can't do it now; later it may.</summary>
    Unavailable,
}

/// <summary>Why a request is refused. Every one is named in <see cref="Rejections"/>.</summary>
/// <param name="Kind">Decides the HTTP status.</param>
/// <param name="Reason">
/// For the client: printable ASCII without quotes, because it also goes into <c>WWW-Authenticate</c>, and free of
/// secrets and of anything the client sent.
/// </param>
/// <param name="Detail">For the log only; never a token.</param>
public sealed record Rejection(RejectionKind Kind, string Reason, string? Detail = null);
