using System.Text;
using Mercure.Http.Protocol;

namespace Mercure.Http.Tokens;

/// <summary>
/// The query parameter <c>authorization</c> (spec draft 07, URI Query Parameter). Read off the query as it came, because
/// ASP.NET Core's collection of parameters would live as long as the stream.
/// </summary>
internal static class AuthorizationParameter
{
    /// <summary>Whether it is there; its value, or null when it is there twice, empty, or can't be decoded.</summary>
    public static bool Find(string? query, out string? value)
    {
        value = null;
        if (query is null or { Length: <= 1 })
            return false;

        var found = 0;
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(query, 1, query.Length - 1);
        while (UrlEncoding.TryTakeField(ref rest, out var name, out var encoded))
        {
            if (!IsIt(name))
                continue;
            found++;
            value = UrlEncoding.Decode(encoded, out string decoded) is null && decoded.Length > 0 ? decoded : null;
        }

        if (found > 1)
            value = null;
        return found > 0;
    }

    private static bool IsIt(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("authorization"u8)
        || (name.Contains((byte)'%') && UrlEncoding.Decode(name, out string decoded) is null && decoded == "authorization");
}
