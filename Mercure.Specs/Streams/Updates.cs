using System.Text;
using Mercure.Actors.Updates;

namespace Mercure.Specs.Streams;

internal static class Updates
{
    public static StoredUpdate Stored(string data, string id = "1", string? type = null, ulong retry = 0) =>
        Stored(Encoding.UTF8.GetBytes(data), id, type, retry);

    public static StoredUpdate Stored(byte[]? data, string id = "1", string? type = null, ulong retry = 0) =>
        new(Position.Zero, 0, id, new Update
        {
            Generation = Generation.V07,
            Topics = ["https://example.com/books/1"],
            Data = data,
            Type = type,
            Retry = retry,
        });

    /// <summary>Text that UTF-8 can hold, of any text.</summary>
    public static string Utf8(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>As a publisher may send it: valid, without control characters.</summary>
    public static string Name(string text) => string.Concat(Utf8(text).Where(character => !char.IsControl(character)));
}
