namespace Mercure.Http.Hosting;

/// <summary>Headers of every response.</summary>
internal static class SecurityHeaders
{
    // Neither 'unsafe-inline' nor other hosts: pages keep their scripts and styles in files, and what an update holds can't run.
    // default-src covers neither of the last three
    private const string ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void Set(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        // A URL may hold a token (spec draft 07, URI Query Parameter)
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
    }
}
