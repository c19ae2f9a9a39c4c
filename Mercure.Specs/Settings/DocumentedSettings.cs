using System.Text;
using System.Text.RegularExpressions;
using Mercure.Http.Settings;

namespace Mercure.Specs.Settings;

/// <summary>A setting as <c>hocon/mercure.conf</c> documents it.</summary>
internal sealed record DocumentedSetting(string Key, string Default, string Comment, IReadOnlyList<string> Variables)
{
    /// <summary>The row of <c>docs/configuration.md</c>.</summary>
    public string Row =>
        $"| {string.Join("<br>", Variables.Select(static name => $"`{name}`"))} | `{Key}` | {(Default is "\"\"" or "[]" ? "" : $"`{Default}`")} | {Escape(Comment)} |";

    /// <summary>The block of the file that it stands in.</summary>
    public string Block => Key[..Key.LastIndexOf('.')];

    /// <summary>A table's cell: a bar would end it, and what looks like a tag would be taken for one.</summary>
    private static string Escape(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}

/// <summary>A block of <c>hocon/mercure.conf</c>: <c>mercure</c> itself, or one below it with the comment above its brace.</summary>
internal sealed record DocumentedBlock(string Key, string Comment);

internal static partial class DocumentedSettings
{
    private const string Marker = "Environment: ";

    public static IReadOnlyList<DocumentedSetting> Read() => ReadFile().Settings;

    /// <summary>A table for each block, below a heading of the block's key.</summary>
    public static string Tables()
    {
        var (blocks, settings) = ReadFile();
        var text = new StringBuilder();
        foreach (var block in blocks.Where(block => settings.Any(setting => setting.Block == block.Key)))
        {
            text.Append("\n### `").Append(block.Key).Append("`\n\n");
            if (block.Comment.Length > 0)
                text.Append(block.Comment).Append("\n\n");
            text.Append("| variable | key | default | meaning |\n|---|---|---|---|\n");
            foreach (var setting in settings.Where(setting => setting.Block == block.Key))
                text.Append(setting.Row).Append('\n');
        }

        return text.Append('\n').ToString();
    }

    /// <summary>Reads the file line by line, as a person does, and so independently of the HOCON parser.</summary>
    private static (IReadOnlyList<DocumentedBlock> Blocks, IReadOnlyList<DocumentedSetting> Settings) ReadFile()
    {
        var blocks = new List<DocumentedBlock>();
        var settings = new List<DocumentedSetting>();
        var path = new Stack<string>();
        var comment = new List<string>();
        foreach (var line in HoconFile.DefaultsText().Split('\n').Select(static line => line.Trim()))
        {
            if (line.StartsWith('#'))
            {
                comment.Add(line[1..].Trim());
                continue;
            }

            if (line.EndsWith('{'))
            {
                path.Push(line[..^1].Trim());
                blocks.Add(new DocumentedBlock(KeyOf(path), string.Join(' ', comment)));
            }
            else if (line == "}")
            {
                path.Pop();
            }
            else if (Assignment().Match(line) is { Success: true } match)
            {
                settings.Add(Create($"{KeyOf(path)}.{match.Groups["key"].Value}", match.Groups["value"].Value, comment));
            }

            comment.Clear();
        }

        return (blocks, settings);
    }

    private static string KeyOf(Stack<string> path) => string.Join('.', path.Reverse());

    private static DocumentedSetting Create(string key, string value, List<string> comment)
    {
        var variables = comment.Find(static line => line.StartsWith(Marker, StringComparison.Ordinal))?[Marker.Length..].Split(", ") ?? [];
        var meaning = string.Join(' ', comment.Where(static line => !line.StartsWith(Marker, StringComparison.Ordinal)));
        return new DocumentedSetting(key, value, meaning, variables);
    }

    [GeneratedRegex("^(?<key>[a-z0-9-]+) = (?<value>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();
}
