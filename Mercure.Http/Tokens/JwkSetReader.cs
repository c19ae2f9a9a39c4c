namespace Mercure.Http.Tokens;

/// <summary>Reads what a key set's URL gives: <c>https:</c>, <c>http:</c> or <c>file:</c>.</summary>
internal static class JwkSetReader
{
    /// <summary>Far above any set of keys; below what would hurt.</summary>
    private const int MaxSize = 1 << 20;

    private static readonly HttpClient Client = new() { MaxResponseContentBufferSize = MaxSize };

    public static async Task<string> ReadAsync(Uri url, CancellationToken cancellation)
    {
        if (!url.IsFile)
            return await Client.GetStringAsync(url, cancellation);
        return new FileInfo(url.LocalPath) is { Exists: true, Length: > MaxSize }
            ? throw new IOException("the file is larger than 1 MiB")
            : await File.ReadAllTextAsync(url.LocalPath, cancellation);
    }
}
