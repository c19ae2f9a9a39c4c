namespace Mercure.Http.Protocol;

/// <summary>
/// One generation of the protocol on the wire: it claims its requests, turns them into updates and subscriptions of the
/// core, and renders frames and errors. Each is a folder below this one.
/// </summary>
internal interface IProtocolGeneration
{
    /// <summary>The path of the hub in this generation.</summary>
    string Url { get; }

    /// <summary>Whether this request is spoken in this generation.</summary>
    bool Claims(HttpRequest request);

    /// <summary>Answers a request that it claims; for a subscriber, completes when the stream has ended.</summary>
    Task HandleAsync(HttpContext context);
}
