using Mercure.Http.Tokens;

namespace Mercure.Http.Settings;

/// <summary>The setting of a role's keys.</summary>
/// <param name="Name">As the user wrote it.</param>
/// <param name="IsSet">Whether it is set, be it refused.</param>
/// <param name="Keys">Null when it is not set, or refused.</param>
internal sealed record RoleSetting(string Name, bool IsSet, RoleKeys? Keys)
{
    /// <param name="reader">Of the settings.</param>
    /// <param name="key">The setting of the keys.</param>
    /// <param name="algorithms">The settings of their algorithm: the first that is set counts.</param>
    public static RoleSetting Read(SettingsReader reader, string key, params string[] algorithms)
    {
        var problems = reader.Problems.Count;
        var current = reader.FindSecret(key);
        var previous = reader.FindSecret(key + SecretSettings.Previous);
        var algorithm = algorithms.Select(reader.Find).ToList().Find(static setting => !setting.IsDefault);
        if (current.IsDefault && !previous.IsDefault)
            reader.Reject($"{previous.Name} is set, but {current.Name} is not; accepted: the key that takes its place there");

        var keys = new List<TokenKey>();
        var files = new List<KeyFileContent>();
        foreach (var found in new[] { current, previous }.Where(static found => !found.IsDefault))
        {
            if (found.Key.EndsWith(SecretSettings.File, StringComparison.Ordinal))
                ReadFile(reader, found, algorithm, mayBeEmpty: found == previous, keys, files);
            else
                keys.AddRange(found.Texts.SelectMany(text => Parse(reader, found, algorithm, text)));
        }

        return new RoleSetting(
            current.Name, !current.IsDefault || !previous.IsDefault, current.IsDefault || reader.Problems.Count > problems ? null : new RoleKeys(keys, files));
    }

    private static void ReadFile(
        SettingsReader reader, FoundSetting found, FoundSetting? algorithm, bool mayBeEmpty, List<TokenKey> keys, List<KeyFileContent> files)
    {
        var file = new KeyFile(found.Texts[0], algorithm?.Texts[0], mayBeEmpty);
        try
        {
            var text = file.Read(out var canChange);
            if (text.Length == 0 && !mayBeEmpty)
            {
                reader.RejectFile(found, "it is empty");
                return;
            }

            var read = text.Length == 0 ? [] : Parse(reader, found, algorithm, text);
            if (canChange)
                files.Add(new KeyFileContent(file, text, read));
            else
                keys.AddRange(read);
        }
        catch (IOException failure)
        {
            reader.RejectFile(found, failure.Message);
        }
    }

    private static IReadOnlyList<TokenKey> Parse(SettingsReader reader, FoundSetting found, FoundSetting? algorithm, string text)
    {
        try
        {
            var keys = TokenKey.ParseAll(text);
            return algorithm is null ? keys : ForAlgorithm(reader, found, algorithm, keys);
        }
        catch (FormatException failure)
        {
            reader.Reject($"{found.Name} can't be used, its value is not shown: {failure.Message}; accepted: an HMAC secret, or a PEM public key");
            return [];
        }
    }

    private static List<TokenKey> ForAlgorithm(SettingsReader reader, FoundSetting found, FoundSetting algorithm, IReadOnlyList<TokenKey> keys)
    {
        var fitting = new List<TokenKey>();
        foreach (var key in keys)
        {
            try
            {
                fitting.Add(key.For(algorithm.Texts[0]));
            }
            catch (FormatException failure)
            {
                reader.Reject($"{algorithm.Name} is \"{OneLine.Of(algorithm.Texts[0])}\", but {found.Name} is another kind of key: {failure.Message}; accepted: an algorithm that fits, or none");
            }
        }

        return fitting;
    }
}
