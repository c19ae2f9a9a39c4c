using System.Collections.Concurrent;
using System.Text.Json;

namespace Mercure.Http.Hosting.Logging;

/// <summary>Names of fields as the reference's logs spell them: <c>RemoteAddr</c> is <c>remote_addr</c>.</summary>
internal static class SnakeCase
{
    // Templates are constants, so their fields are few; a name made up at run time is not kept beyond this
    private const int Limit = 1000;

    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);

    public static string Of(string name)
    {
        if (Names.TryGetValue(name, out var known))
            return known;
        var converted = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
        if (Names.Count < Limit)
            Names.TryAdd(name, converted);
        return converted;
    }
}
