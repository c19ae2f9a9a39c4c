using System.Globalization;
using Mercure.Actors.Updates;

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

    public static readonly Rejection SubscribeClaimMalformed = new(
        RejectionKind.InvalidToken,
        "The claim mercure.subscribe of the token is not an array of strings.");

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

    // Publishing (spec draft 04, Publication); what is wrong with the update itself is a rule of the core

    public static readonly Rejection NotAForm = new(
        RejectionKind.UnsupportedMediaType,
        "The body must be application/x-www-form-urlencoded in UTF-8.");

    public static readonly Rejection BodyCoded = new(
        RejectionKind.UnsupportedCoding,
        "The body must come without Content-Encoding.");

    public static readonly Rejection TopicMissing = Of(UpdateRules.TopicMissing);

    public static readonly Rejection DataMissing = Of(UpdateRules.DataMissing);

    public static readonly Rejection EscapeMalformed = Bad("Malformed percent-encoding: % must be followed by two hexadecimal digits.");

    public static readonly Rejection NotUtf8 = Of(UpdateRules.NotUtf8);

    public static readonly Rejection TooManyTargets = Of(UpdateRules.TooManyTargets);

    public static readonly Rejection TopicEmpty = Of(UpdateRules.TopicEmpty);

    public static readonly Rejection TopicTooLong = Of(UpdateRules.TopicTooLong);

    public static readonly Rejection TopicControl = Of(UpdateRules.TopicControl);

    public static readonly Rejection TargetEmpty = Of(UpdateRules.TargetEmpty);

    public static readonly Rejection TargetTooLong = Of(UpdateRules.TargetTooLong);

    public static readonly Rejection IdTooLong = Of(UpdateRules.IdTooLong);

    public static readonly Rejection IdControl = Of(UpdateRules.IdControl);

    public static readonly Rejection IdSpaced = Of(UpdateRules.IdSpaced);

    public static readonly Rejection TypeTooLong = Of(UpdateRules.TypeTooLong);

    public static readonly Rejection TypeControl = Of(UpdateRules.TypeControl);

    public static readonly Rejection RetryInvalid = Bad("Invalid retry: it must be a whole number of milliseconds, below 2^64.");

    // Subscribing (spec draft 04, Subscriptions)

    public static readonly Rejection SelectorMissing = Bad("Missing topic: the query needs at least one.");

    public static readonly Rejection SelectorTooLong = Bad($"A topic selector is longer than {Limits.NameLength} bytes.");

    public static readonly Rejection SelectorTooComplex = Bad(
        $"A topic selector has more than {Limits.TemplateParts} variables and literals between them: subscribe to several simpler ones.");

    public static readonly Rejection SelectorsTooComplex = Bad(
        $"The topic selectors have more than {Limits.SelectorParts} variables and literals between them.");

    public static readonly Rejection TooManyLastEventIds = Bad($"More than {Limits.LastEventIds} last event ids.");

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

    public static readonly Rejection IdReserved = Of(UpdateRules.IdReserved);

    public static readonly Rejection TypeReserved = Of(UpdateRules.TypeReserved);

    public static readonly Rejection TopicReserved = Of(UpdateRules.TopicReserved);

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

    /// <summary>RFC 7519, 2: a NumericDate. What is beyond the year 9999 counts milliseconds, or was meant as "never".</summary>
    public static Rejection TokenTimeMalformed(string claim) => new(
        RejectionKind.InvalidToken,
        $"The claim {claim} of the token is not a number of seconds since 1970 that lies in the years 1 to 9999.");

    public static Rejection MercureClaimMalformed(string claim) => new(
        RejectionKind.InvalidToken,
        $"The claim {claim} of the token is not an object.");

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

    public static Rejection TooManyFields(int limit) => Bad(string.Create(CultureInfo.InvariantCulture, $"More than {limit} fields."));

    public static Rejection TooManyTopics(int limit) => Of(UpdateRules.TooManyTopics(limit));

    public static Rejection TooManySelectors(int limit) => Bad(string.Create(CultureInfo.InvariantCulture, $"More than {limit} topic selectors."));

    /// <summary>The update may still be stored and delivered: the publisher learns that nobody knows yet.</summary>
    public static Rejection PublishUnavailable(string detail) => new(
        RejectionKind.Unavailable,
        "The hub could not confirm that the update is stored. Try again.",
        detail);

    /// <summary>The answer to an update that breaks this rule.</summary>
    public static Rejection Of(UpdateRule rule) => new(
        rule == UpdateRules.TooLarge ? RejectionKind.TooLarge : RejectionKind.BadRequest, rule.Reason);

    private static Rejection Bad(string reason) => new(RejectionKind.BadRequest, reason);

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
