namespace Mercure.Http.Hosting.Logging;

/// <summary>What the formatters share: an entry's fields, without its template.</summary>
internal static class LogFields
{
    /// <summary>Of the time, which is UTC.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private const string Template = "{OriginalFormat}";

    public static IReadOnlyList<KeyValuePair<string, object?>> Of<TState>(TState state) =>
        state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];

    /// <summary>Whether a line shows this field: not the template, and none without a value.</summary>
    public static bool IsShown(KeyValuePair<string, object?> field) => field.Value is not null && !IsTemplate(field.Key);

    /// <summary>The template, in which a field may already be part of the message; the last of the fields by convention.</summary>
    public static string TemplateOf(IReadOnlyList<KeyValuePair<string, object?>> fields) =>
        fields.Count > 0 && IsTemplate(fields[^1].Key) ? fields[^1].Value as string ?? "" : "";

    public static bool IsInMessage(string template, string name)
    {
        for (var at = template.IndexOf(name, StringComparison.Ordinal); at >= 0; at = template.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var end = at + name.Length;
            if (at > 0 && template[at - 1] == '{' && end < template.Length && template[end] is '}' or ':' or ',')
                return true;
        }

        return false;
    }

    public static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => "info",
    };

    private static bool IsTemplate(string name) => name == Template;
}
