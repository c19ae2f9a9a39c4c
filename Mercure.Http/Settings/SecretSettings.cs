namespace Mercure.Http.Settings;

/// <summary>
/// The settings that are secrets, or may hold one. Each can be in a file, which a setting of the same name with <c>-file</c> at its
/// end names; a key of tokens can have an earlier one beside it, which ends in <c>-previous</c>. So <c>JWT_KEY</c> has the companions
/// <c>JWT_KEY_FILE</c>, <c>JWT_KEY_PREVIOUS</c> and <c>JWT_KEY_PREVIOUS_FILE</c>.
/// </summary>
internal static class SecretSettings
{
    public const string File = "-file";
    public const string Previous = "-previous";

    private static readonly string[] TokenKeys =
    [
        "mercure.v07.jwt-key", "mercure.v07.publisher-jwt-key", "mercure.v07.subscriber-jwt-key",
        "mercure.v010.publisher-jwt-key", "mercure.v010.subscriber-jwt-key",
    ];

    /// <summary>Read at the start only.</summary>
    private static readonly string[] Others =
        ["mercure.journal-connection-string", "mercure.v010.publisher-jwks-url", "mercure.v010.subscriber-jwks-url"];

    /// <summary>The settings of all secrets.</summary>
    public static IEnumerable<string> All => [.. TokenKeys, .. Others];

    /// <summary>The settings that <c>hocon/mercure.conf</c> does not list one by one, each with its secret.</summary>
    public static IReadOnlyDictionary<string, string> Companions { get; } = All.Select(static key => (Name: key + File, key))
        .Concat(TokenKeys.SelectMany(static key => new[] { (Name: key + Previous, key), (Name: key + Previous + File, key) }))
        .ToDictionary(static companion => companion.Name, static companion => companion.key, StringComparer.Ordinal);

    /// <summary>The secret as it is, or as its file has it; null when empty.</summary>
    public static string? Secret(this SettingsReader reader, string key)
    {
        var found = reader.FindSecret(key);
        if (found.Key == key)
            return reader.Text(key);

        try
        {
            if (SecretFile.Read(found.Texts[0]) is { Length: > 0 } text)
                return text;
            reader.RejectFile(found, "it is empty");
        }
        catch (IOException failure)
        {
            reader.RejectFile(found, failure.Message);
        }

        return null;
    }

    /// <summary>The setting itself, or the one that names its file: whichever is set. Of those of two layers the environment's counts.</summary>
    public static FoundSetting FindSecret(this SettingsReader reader, string key)
    {
        var text = reader.Find(key);
        var file = reader.Find(key + File);
        if (file.IsDefault || (text.IsVariable && !file.IsVariable))
            return text;
        if (!text.IsDefault && text.IsVariable == file.IsVariable)
            reader.Reject($"{text.Name} and {file.Name} are both set; accepted: one of them");
        return file;
    }

    public static void RejectFile(this SettingsReader reader, FoundSetting file, string problem) =>
        reader.Reject($"{file.Name} is \"{OneLine.Of(file.Texts[0])}\": {problem}; accepted: a file that holds the secret and that the hub's user can read");
}
