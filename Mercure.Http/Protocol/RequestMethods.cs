namespace Mercure.Http.Protocol;

/// <summary>
/// The method of a request. Methods are case-sensitive (RFC 9110, 9.1): <c>pOST</c> is no <c>POST</c>. The framework's own comparison
/// ignores case, so that a request would be one thing to the server and another to the hub.
/// </summary>
internal static class RequestMethods
{
    public static bool IsGet(this HttpRequest request) => request.Method is "GET";

    public static bool IsHead(this HttpRequest request) => request.Method is "HEAD";

    public static bool IsPost(this HttpRequest request) => request.Method is "POST";

    public static bool IsOptions(this HttpRequest request) => request.Method is "OPTIONS";

    public static bool IsGetOrHead(this HttpRequest request) => request.Method is "GET" or "HEAD";
}
