namespace Mercure.Http.Tokens;

/// <summary>Reads what a key set's URL gives: <c>https:</c>, <c>http:</c> or <c>file:</c>.</summary>
internal static class JwkSetReader
{
    /// <summary>Far above any set of keys; below what would hurt.</summary>
    private const int MaxSize = 1 << 20;

    private const int MaxRedirects = 3;

    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        MaxResponseContentBufferSize = MaxSize,
    };

    public static async Task<string> ReadAsync(Uri url, CancellationToken cancellation)
    {
        if (!url.IsFile)
            return await FetchAsync(url, cancellation);
        return new FileInfo(url.LocalPath) is { Exists: true, Length: > MaxSize }
            ? throw new IOException("the file is larger than 1 MiB")
            : await File.ReadAllTextAsync(url.LocalPath, cancellation);
    }

    private static async Task<string> FetchAsync(Uri url, CancellationToken cancellation)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            using var response = await Client.GetAsync(url, cancellation);
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadAsStringAsync(cancellation);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                throw new HttpRequestException($"the server answers with status {(int)response.StatusCode}");
            url = Follow(url, new Uri(url, location));
        }

        throw new HttpRequestException($"the server redirects more than {MaxRedirects} times");
    }

    /// <summary>
    /// Within the server that the operator named, or from its HTTP to its HTTPS. Whoever chooses another server chooses the keys
    /// (CWE-601), and could make the hub ask servers of its own network (CWE-918).
    /// </summary>
    private static Uri Follow(Uri from, Uri to)
    {
        var isSameServer = Uri.Compare(from, to, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
        var isUpgrade = from.Scheme == "http" && to.Scheme == "https" && from.Host == to.Host && from.IsDefaultPort && to.IsDefaultPort;
        return isSameServer || isUpgrade
            ? to
            : throw new HttpRequestException($"the server redirects to another one, {to.Scheme}://{to.Authority}, which is not followed; set the URL to which it redirects, if that one is to be trusted");
    }
}
