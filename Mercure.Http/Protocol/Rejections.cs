using System.Globalization;

namespace Mercure.Http.Protocol;

/// <summary>Every rule for which a request of any generation can be refused.</summary>
internal static class Rejections
{
    // Tokens (spec draft 04, Authorization; RFC 6750; RFC 7519)

    public static readonly Rejection TokenMissing = new(
        RejectionKind.Unauthenticated,
        "A token is required: send it as Authorization: Bearer, or in the authorization cookie.");

    public static readonly Rejection AuthorizationRepeated = new(
        RejectionKind.InvalidCredentials,
        "The request has more than one Authorization header.");

    public static readonly Rejection AuthorizationMalformed = new(
        RejectionKind.InvalidCredentials,
        "The Authorization header must be the word Bearer, a space and a token.");

    public static readonly Rejection AuthorizationParameterMalformed = new(
        RejectionKind.InvalidCredentials,
        "The query must have one parameter authorization, and it must be a token.");

    public static readonly Rejection TokenTooLong = new(
        RejectionKind.InvalidToken,
        $"The token is longer than {Limits.TokenLength} characters.");

    public static readonly Rejection TokenMalformed = new(
        RejectionKind.InvalidToken,
        "The token is not a signed JSON Web Token in compact serialization.");

    public static readonly Rejection TokenCritical = new(
        RejectionKind.InvalidToken,
        "The token has a critical header parameter (crit) that the hub does not know.");

    public static readonly Rejection TokenSignature = new(
        RejectionKind.InvalidToken,
        "The signature of the token does not fit the key of the hub.");

    public static readonly Rejection TokenKeyUnknown = new(
        RejectionKind.InvalidToken,
        "The token is signed with a key (kid) that the hub does not know.");

    public static readonly Rejection KeysUnavailable = new(
        RejectionKind.Unavailable,
        "The hub could not load the keys that tokens are verified with. Try again.");

    public static readonly Rejection PublishClaimEmpty = new(
        RejectionKind.InvalidToken,
        "The claim mercure.publish of the token is empty: it does not allow to publish.");

    public static readonly Rejection PublishClaimMissing = new(
        RejectionKind.InvalidToken,
        "The token has no claim mercure.publish: it does not allow to publish.");

    public static readonly Rejection PublishClaimMalformed = new(
        RejectionKind.InvalidToken,
        "The claim mercure.publish of the token is not an array of strings.");

    public static readonly Rejection OriginMissing = new(
        RejectionKind.InvalidCredentials,
        "To publish with the cookie, the request needs an Origin or Referer header.");

    public static readonly Rejection TargetForbidden = new(
        RejectionKind.Forbidden,
        "The claim mercure.publish of the token does not hold every target of the update.");

    public static readonly Rejection TopicForbidden = new(
        RejectionKind.Forbidden,
        "The claim mercure.publish of the token does not match every topic of the update.");

    public static readonly Rejection TopicsTooDear = Bad(
        $"Comparing the topics with the topic selectors of the token takes more than {Limits.RequestSteps} steps: send fewer or shorter topics, or a token with fewer variables.");

    // Publishing (spec draft 04, Publication)

    public static readonly Rejection NotAForm = new(
        RejectionKind.UnsupportedMediaType,
        "The body must be application/x-www-form-urlencoded in UTF-8.");

    public static readonly Rejection BodyCoded = new(
        RejectionKind.UnsupportedCoding,
        "The body must come without Content-Encoding.");

    public static readonly Rejection TopicMissing = Bad("Missing topic: the form needs at least one.");

    public static readonly Rejection DataMissing = Bad("Missing data: the form needs it, and not empty.");

    public static readonly Rejection EscapeMalformed = Bad("Malformed percent-encoding: % must be followed by two hexadecimal digits.");

    public static readonly Rejection NotUtf8 = Bad("The text is not valid UTF-8.");

    public static readonly Rejection TooManyFields = Bad($"More than {Limits.Fields} fields.");

    public static readonly Rejection TooManyTopics = Bad($"More than {Limits.Topics} topics.");

    public static readonly Rejection TooManyTargets = Bad($"More than {Limits.Targets} targets.");

    public static readonly Rejection TopicEmpty = Bad("A topic is empty.");

    public static readonly Rejection TopicTooLong = Bad($"A topic is longer than {Limits.NameLength} bytes.");

    public static readonly Rejection TopicControl = Bad("A topic has a control character.");

    public static readonly Rejection TargetEmpty = Bad("A target is empty.");

    public static readonly Rejection TargetTooLong = Bad($"A target is longer than {Limits.NameLength} bytes.");

    public static readonly Rejection IdTooLong = Bad($"The id is longer than {Limits.FieldLength} bytes.");

    public static readonly Rejection IdControl = Bad("The id has a control character.");

    public static readonly Rejection IdSpaced = Bad("The id begins or ends with a space, which no header could bring back.");

    public static readonly Rejection TypeTooLong = Bad($"The type is longer than {Limits.FieldLength} bytes.");

    public static readonly Rejection TypeControl = Bad("The type has a control character.");

    public static readonly Rejection RetryInvalid = Bad("Invalid retry: it must be a whole number of milliseconds, below 2^64.");

    // Subscribing (spec draft 04, Subscriptions)

    public static readonly Rejection SelectorMissing = Bad("Missing topic: the query needs at least one.");

    public static readonly Rejection SelectorTooLong = Bad($"A topic selector is longer than {Limits.NameLength} bytes.");

    public static readonly Rejection TooManySelectors = Bad($"More than {Limits.Topics} topic selectors.");

    public static readonly Rejection SelectorTooComplex = Bad(
        $"A topic selector has more than {Limits.TemplateParts} variables and literals between them: subscribe to several simpler ones.");

    public static readonly Rejection SelectorsTooComplex = Bad(
        $"The topic selectors have more than {Limits.SelectorParts} variables and literals between them.");

    // Active subscriptions (spec draft 07, Subscription API)

    public static readonly Rejection SubscriptionsForbidden = new(
        RejectionKind.Forbidden,
        "The claim mercure.subscribe of the token does not match this URL.");

    public static readonly Rejection SubscriptionUnknown = new(
        RejectionKind.NotFound,
        "There is no such active subscription.");

    public static readonly Rejection SubscriptionsUnavailable = new(
        RejectionKind.Unavailable,
        "The hub can not list the active subscriptions now. Try again.");

    // Reserved as soon as a later generation than 0.7 is served (Reservations)

    public static readonly Rejection IdReserved = Bad("The id is reserved: it must not be earliest, nor begin with #.");

    public static readonly Rejection TypeReserved = Bad("The type mercure is reserved for the hub.");

    public static readonly Rejection TopicReserved = Bad("A topic is reserved: it must not be *, nor resolve under the URL of the hub.");

    // Endpoint

    public static readonly Rejection MethodNotAllowed = new(
        RejectionKind.MethodNotAllowed,
        "Subscribe by GET, publish by POST.");

    public static readonly Rejection StreamRefused = new(
        RejectionKind.Unavailable,
        "The hub takes no subscriber now. Try again.");

    /// <summary>RFC 7518: only the algorithms of the key's own kind, or a public key would become an HMAC secret.</summary>
    public static Rejection TokenAlgorithm(string accepted) => new(
        RejectionKind.InvalidToken,
        $"The algorithm of the token does not fit the key of the hub, which accepts {accepted}.");

    public static Rejection TokenExpired(DateTimeOffset since) => new(
        RejectionKind.InvalidToken,
        $"The token expired at {Text(since)}.");

    public static Rejection TokenNotYetValid(DateTimeOffset from) => new(
        RejectionKind.InvalidToken,
        $"The token is not valid before {Text(from)}.");

    /// <summary>Cross-site request forgery (CWE-352): a page of another origin makes a browser send its cookie.</summary>
    public static Rejection OriginNotAllowed(string? origin) => new(
        RejectionKind.InvalidCredentials,
        "The origin of the request may not publish with the cookie.",
        origin);

    public static Rejection BodyTooLarge(int limit) => new(
        RejectionKind.TooLarge,
        string.Create(CultureInfo.InvariantCulture, $"The body is larger than {limit} bytes."));

    /// <summary>The update may still be stored and delivered: the publisher learns that nobody knows yet.</summary>
    public static Rejection PublishUnavailable(string detail) => new(
        RejectionKind.Unavailable,
        "The hub could not confirm that the update is stored. Try again.",
        detail);

    private static Rejection Bad(string reason) => new(RejectionKind.BadRequest, reason);

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
