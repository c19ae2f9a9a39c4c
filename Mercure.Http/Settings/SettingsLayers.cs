using Akka.Configuration.Hocon;

namespace Mercure.Http.Settings;

/// <summary>
/// Where settings come from, in order: environment, chosen file, defaults. Akka's HOCON parser knows nothing of
/// environment variables, hence the layer of its own.
/// </summary>
internal sealed class SettingsLayers(IReadOnlyDictionary<string, string> environment, HoconFile? file)
{
    /// <summary>The value of a key and where it was found.</summary>
    public FoundSetting Find(string key)
    {
        if (!HoconFile.Defaults.Settings.TryGetValue(key, out var byDefault) && !SettingNames.Known.Contains(key, StringComparer.Ordinal))
            throw new InvalidOperationException($"{key} is read, but hocon/mercure.conf does not hold it");
        foreach (var name in Names(key))
        {
            if (Variable(name) is { } value)
                return new FoundSetting(key, name, [value], IsDefault: false, IsVariable: true);
        }

        return file is not null && file.Settings.TryGetValue(key, out var chosen) && Texts(chosen) is { } texts
            ? new FoundSetting(key, $"{key} in {file.Path}", texts, IsDefault: false)
            : new FoundSetting(key, SettingNames.BestKnown(key), byDefault is null ? [] : Texts(byDefault) ?? [], IsDefault: true);
    }

    /// <summary>One line for each name that is no setting's, and for each setting that is given twice.</summary>
    public IEnumerable<string> Problems()
    {
        string[] keys = [.. SettingNames.Known];
        var variables = keys.SelectMany(Names).Where(SettingNames.HasPrefix).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in environment)
        {
            if (!SettingNames.LooksLikeSetting(name, value) || variables.Contains(name))
                continue;
            yield return SettingNames.Foreign.TryGetValue(name, out var instead)
                ? $"{name} {instead}"
                : $"{name} is not a setting; did you mean {NearestName.Of(name, variables)}?";
        }

        foreach (var key in file?.Settings.Keys.Where(key => !keys.Contains(key, StringComparer.Ordinal)) ?? [])
            yield return $"{key} in {file!.Path} is not a setting; did you mean {NearestName.Of(key, keys)}?";

        foreach (var key in keys)
        {
            var name = SettingNames.EnvironmentName(key);
            if (SettingNames.Alias(key) is { } alias && Variable(name) is { } value && Variable(alias) is { } other && value != other)
                yield return $"{name} and {alias} are two names of one setting and have different values; set one of them";
        }
    }

    private static IEnumerable<string> Names(string key)
    {
        yield return SettingNames.EnvironmentName(key);
        if (SettingNames.Alias(key) is { } alias)
            yield return alias;
    }

    /// <summary>Null also when empty: that is how <c>docker run -e NAME=</c> and compose files say "not set".</summary>
    private string? Variable(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    private static IReadOnlyList<string>? Texts(HoconValue value)
    {
        if (value.IsArray())
            return [.. value.GetStringList()];
        return value.GetString() is { Length: > 0 } text ? [text] : null;
    }
}

/// <summary>A setting's value as it was written.</summary>
/// <param name="Key">The HOCON key.</param>
/// <param name="Name">The name it was found under, as the user wrote it.</param>
/// <param name="Texts">None when nothing was written, several for a list in a file.</param>
/// <param name="IsDefault">Whether nobody but <c>hocon/mercure.conf</c> set it.</param>
/// <param name="IsVariable">Whether it comes from the environment.</param>
internal sealed record FoundSetting(string Key, string Name, IReadOnlyList<string> Texts, bool IsDefault, bool IsVariable = false);
