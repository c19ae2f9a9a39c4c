using System.Text.RegularExpressions;
using Akka.Configuration.Hocon;

namespace Mercure.Http.Settings;

/// <summary>A configuration file, flattened: the settings below <c>mercure</c> by key, and the text of <c>akka { … }</c>.</summary>
internal sealed partial class HoconFile
{
    private HoconFile(string? path, IReadOnlyDictionary<string, HoconValue> settings, string akka)
    {
        Path = path;
        Settings = settings;
        Akka = akka;
    }

    /// <summary>Null for the defaults.</summary>
    public string? Path { get; }

    /// <summary>The values by full key, such as <c>mercure.v07.jwt-key</c>.</summary>
    public IReadOnlyDictionary<string, HoconValue> Settings { get; }

    public string Akka { get; }

    public static HoconFile Defaults { get; } = Parse(null, DefaultsText());

    public static string DefaultsText() => HoconResource.Read("mercure.conf");

    public static HoconFile Read(string path, string namedBy)
    {
        try
        {
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{namedBy} names {path}, which can't be read: {e.Message}", e);
        }
    }

    public static HoconFile Parse(string? path, string text)
    {
        if (EnvironmentSubstitution().Match(text) is { Success: true } substitution)
        {
            throw new SettingsException(
                $"{path} holds {substitution.Groups["name"].Value}: variables are not substituted in a file; "
                + "set the setting's own variable instead, it wins over the file");
        }

        if (HoconBrackets.FirstUnpaired(text) is { } line)
            throw new SettingsException($"{path} can't be understood: a bracket in line {line} has no partner");

        HoconObject root;
        try
        {
            var value = Parser.Parse(text, callback => throw new FormatException("include is not supported")).Value;
            root = value.IsObject() ? value.GetObject() : new HoconObject();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The parser has no exception type of its own
            throw new SettingsException($"{path} can't be understood: {OneLine.Of(e.Message)}", e);
        }

        var settings = new Dictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach (var (section, value) in root.Items)
        {
            if (section == SettingNames.Root)
                Flatten(SettingNames.Root, value, settings);
            else if (section != "akka")
                throw new SettingsException($"{path} holds the section {section}; accepted: mercure {{ … }} and akka {{ … }}");
        }

        var akka = root.Items.TryGetValue("akka", out var overrides) ? $"akka {overrides.ToString(1)}" : "";
        return new HoconFile(path, settings, akka);
    }

    private static void Flatten(string key, HoconValue value, Dictionary<string, HoconValue> into)
    {
        if (!value.IsObject())
        {
            into[key] = value;
            return;
        }

        foreach (var (name, child) in value.GetObject().Items)
            Flatten($"{key}.{name}", child, into);
    }

    /// <summary>
    /// The parser turns <c>${?NAME}</c> into an empty string, even over an earlier value: a key meant to come from the
    /// environment would silently be none.
    /// </summary>
    [GeneratedRegex(@"^[^#\n]*?(?<name>\$\{\??[A-Z_][A-Z0-9_]*\})", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EnvironmentSubstitution();
}
