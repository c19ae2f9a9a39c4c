using Mercure.Http.Settings;
using Xunit;

namespace Mercure.Specs.Settings;

/// <summary>Loads settings as the program does, from an environment that a spec writes down.</summary>
internal static class Loading
{
    public static HubSettings Load(params (string Name, string Value)[] environment) => Load([], environment);

    public static HubSettings Load(string[] arguments, params (string Name, string Value)[] environment)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in environment)
            variables[name] = value;
        variables.TryAdd("JWT_KEY", "secret");
        // Wherever the specs run, an updates.db of that place is none of theirs
        variables.TryAdd("DB_PATH", Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.db"));
        return SettingsLoader.Load(arguments, variables);
    }

    public static string Problem(params (string Name, string Value)[] environment) =>
        Assert.Single(Assert.Throws<SettingsException>(() => Load(environment)).Problems);
}

/// <summary>A file that is gone after the spec.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string text)
        : this(System.Text.Encoding.UTF8.GetBytes(text))
    {
    }

    public TemporaryFile(byte[] content) => File.WriteAllBytes(Path, content);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Guid.NewGuid():N}.conf");

    public void Dispose() => File.Delete(Path);
}
