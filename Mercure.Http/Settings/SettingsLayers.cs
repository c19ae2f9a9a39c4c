using Akka.Configuration.Hocon;

namespace Mercure.Http.Settings;

/// <summary>
/// Where settings come from, in order: environment, chosen file, defaults. Akka's HOCON parser knows nothing of
/// environment variables, hence the layer of its own.
/// </summary>
internal sealed class SettingsLayers
{
    private readonly Dictionary<string, string> _environment;
    private readonly HoconFile? _file;
    private readonly ReferenceVariables _reference;

    public SettingsLayers(IReadOnlyDictionary<string, string> environment, HoconFile? file)
    {
        // Empty is how `docker run -e NAME=` and compose files say "not set"
        _environment = environment.Where(static variable => !string.IsNullOrWhiteSpace(variable.Value)).ToDictionary(StringComparer.Ordinal);
        _file = file;
        _reference = new ReferenceVariables(_environment, hasAddress: Names("mercure.addr").Any(_environment.ContainsKey) || IsInFile("mercure.addr"));
    }

    /// <summary>What the reference's <c>SERVER_NAME</c> asks for, if the address is its.</summary>
    public ServerName? Site => _reference.Site;

    /// <summary>The value of a key and where it was found.</summary>
    public FoundSetting Find(string key)
    {
        if (!HoconFile.Defaults.Settings.TryGetValue(key, out var byDefault) && !SettingNames.Known.Contains(key, StringComparer.Ordinal))
            throw new InvalidOperationException($"{key} is read, but hocon/mercure.conf does not hold it");
        foreach (var name in Names(key))
        {
            if (_environment.TryGetValue(name, out var value))
                return new FoundSetting(key, name, [value], IsDefault: false, IsVariable: true);
        }

        if (_reference.Settings.TryGetValue(key, out var reference))
            return reference;
        return IsInFile(key)
            ? new FoundSetting(key, $"{key} in {_file!.Path}", Texts(_file.Settings[key])!, IsDefault: false)
            : new FoundSetting(key, SettingNames.BestKnown(key), byDefault is null ? [] : Texts(byDefault) ?? [], IsDefault: true);
    }

    /// <summary>One line for each name that is no setting's, and for each setting that is given twice.</summary>
    public IEnumerable<string> Problems() => _reference.Problems.Concat(Mistyped()).Concat(GivenTwice());

    /// <summary>Variables that look like settings and are not: applications that share the environment have some of their own.</summary>
    public IReadOnlyList<string> Strangers() =>
    [
        .. Unknown().Where(name => Meant(name) is null).Order(StringComparer.Ordinal),
        .. _reference.IgnoresSite ? [ServerName.Variable] : Array.Empty<string>(),
    ];

    private IEnumerable<string> Mistyped()
    {
        foreach (var name in Unknown())
        {
            if (Meant(name) is { } setting)
                yield return $"{name} is not a setting; did you mean {setting}?";
        }

        string[] keys = [.. SettingNames.Known];
        foreach (var key in _file?.Settings.Keys.Except(keys, StringComparer.Ordinal) ?? [])
        {
            yield return NearestName.Of(key, keys) is { } near
                ? $"{key} in {_file!.Path} is not a setting; did you mean {near}?"
                : $"{key} in {_file!.Path} is not a setting; docs/configuration.md lists them";
        }
    }

    private IEnumerable<string> GivenTwice()
    {
        foreach (var key in SettingNames.Known)
        {
            var found = Names(key).Where(_environment.ContainsKey).Select(name => (Name: name, Value: _environment[name])).ToList();
            if (_reference.Settings.TryGetValue(key, out var reference))
                found.Add((reference.Name, reference.Texts[0]));
            if (found.DistinctBy(static one => one.Value).ToList() is [var first, var other, ..])
                yield return $"{first.Name} and {other.Name} are two names of one setting and have different values; set one of them";
        }
    }

    private IEnumerable<string> Unknown()
    {
        var settings = Variables().ToHashSet(StringComparer.Ordinal);
        return _environment
            .Where(variable => SettingNames.LooksLikeSetting(variable.Key, variable.Value) && !settings.Contains(variable.Key) && !ReferenceVariables.Knows(variable.Key))
            .Select(static variable => variable.Key);
    }

    /// <summary>What a name was meant to be: not what is set anyway.</summary>
    private string? Meant(string name) =>
        NearestName.Of(name, Variables().OrderByDescending(_environment.ContainsKey)) is { } near && !_environment.ContainsKey(near) ? near : null;

    private static IEnumerable<string> Variables() => SettingNames.Known.SelectMany(Names).Where(SettingNames.HasPrefix);

    private static IEnumerable<string> Names(string key)
    {
        yield return SettingNames.EnvironmentName(key);
        if (SettingNames.Alias(key) is { } alias)
            yield return alias;
    }

    private bool IsInFile(string key) => _file is not null && _file.Settings.TryGetValue(key, out var value) && Texts(value) is not null;

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
