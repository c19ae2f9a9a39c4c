using System.Text.Json;

namespace Mercure.Http.Cluster.Management;

/// <summary>Answers of the management listener.</summary>
internal static class Json
{
    public static async Task AnswerAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    }

    public static Task MessageAsync(HttpContext context, int status, string message) =>
        AnswerAsync(context, status, json => json.WriteString("message", message));

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
