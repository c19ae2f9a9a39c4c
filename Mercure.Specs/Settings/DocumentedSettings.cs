using System.Text;
using System.Text.RegularExpressions;
using Mercure.Http.Settings;

namespace Mercure.Specs.Settings;

/// <summary>A setting as <c>hocon/mercure.conf</c> documents it.</summary>
internal sealed record DocumentedSetting(string Key, string Default, string Comment, IReadOnlyList<string> Variables)
{
    /// <summary>The row of <c>docs/configuration.md</c>.</summary>
    public string Row =>
        $"| `{Variables[0]}` | {(Variables.Count > 1 ? $"`{Variables[1]}`" : "")} | `{Key}` | {(Default is "\"\"" or "[]" ? "" : $"`{Default}`")} | {Comment} |";
}

internal static partial class DocumentedSettings
{
    private const string Marker = "Environment: ";

    /// <summary>Reads the file line by line, as a person does, and so independently of the HOCON parser.</summary>
    public static IReadOnlyList<DocumentedSetting> Read()
    {
        var settings = new List<DocumentedSetting>();
        var path = new Stack<string>();
        var comment = new List<string>();
        foreach (var line in HoconFile.DefaultsText().Split('\n').Select(static line => line.Trim()))
        {
            if (line.StartsWith('#'))
                comment.Add(line[1..].Trim());
            else if (line.EndsWith('{'))
                path.Push(line[..^1].Trim());
            else if (line == "}")
                path.Pop();
            else if (Assignment().Match(line) is { Success: true } match)
                settings.Add(Create(string.Join('.', path.Reverse().Append(match.Groups["key"].Value)), match.Groups["value"].Value, comment));

            if (!line.StartsWith('#'))
                comment.Clear();
        }

        return settings;
    }

    public static string Table()
    {
        var table = new StringBuilder("| variable | also | key | default | meaning |\n|---|---|---|---|---|\n");
        foreach (var setting in Read())
            table.Append(setting.Row).Append('\n');
        return table.ToString();
    }

    private static DocumentedSetting Create(string key, string value, List<string> comment)
    {
        var variables = comment.Find(static line => line.StartsWith(Marker, StringComparison.Ordinal))?[Marker.Length..].Split(", ") ?? [];
        var meaning = string.Join(' ', comment.Where(static line => !line.StartsWith(Marker, StringComparison.Ordinal)));
        return new DocumentedSetting(key, value, meaning, variables);
    }

    [GeneratedRegex("^(?<key>[a-z0-9-]+) = (?<value>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();
}
