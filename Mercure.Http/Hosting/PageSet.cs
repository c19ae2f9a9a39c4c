using System.Security.Cryptography;
using System.Text;

namespace Mercure.Http.Hosting;

/// <summary>
/// The files of <c>Pages/</c>, embedded: <c>Pages/welcome/…</c> at the root, or <c>Pages/demo/…</c> when the demo is on.
/// <c>index.html</c> is the directory itself, in which <c>{hub}</c> becomes the hub's path.
/// </summary>
internal sealed class PageSet
{
    private readonly Dictionary<string, Page> _pages;

    private PageSet(Dictionary<string, Page> pages) => _pages = pages;

    /// <summary>The demo's pages where there are any, over those of the welcome.</summary>
    public static PageSet Load(bool demo, string hubPath)
    {
        var pages = new Dictionary<string, Page>(StringComparer.Ordinal);
        Add("pages/welcome/", hubPath, pages);
        if (demo)
            Add("pages/demo/", hubPath, pages);
        return new PageSet(pages);
    }

    public Page? Find(string path) => _pages.GetValueOrDefault(path);

    private static void Add(string prefix, string hubPath, Dictionary<string, Page> pages)
    {
        var assembly = typeof(PageSet).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var path = "/" + name[prefix.Length..];
            if (path == "/index.html")
                content = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("{hub}", hubPath, StringComparison.Ordinal));

            pages[path == "/index.html" ? "/" : path] = new Page(content, ContentType(path), ETag(content));
        }
    }

    private static string ETag(byte[] content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"";

    private static string ContentType(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"Pages/ holds {path}, and {other} has no content type"),
    };
}

/// <summary>A file, ready to be sent.</summary>
internal sealed record Page(ReadOnlyMemory<byte> Content, string ContentType, string ETag)
{
    public Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ETag = ETag;
        if (context.Request.Headers.IfNoneMatch != ETag)
            return PlainText.AnswerAsync(context, StatusCodes.Status200OK, ContentType, Content);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }
}
