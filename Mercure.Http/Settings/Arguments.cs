using System.Reflection;

namespace Mercure.Http.Settings;

/// <summary>The program's arguments. Settings are none of them but for the file that holds some.</summary>
internal static class Arguments
{
    private const string Accepted = "--config <file>, --help, --version";

    private const string Help = """
        mercure: a hub of the Mercure protocol

        usage: mercure [--config <file>]

          --config <file>   settings in HOCON, as in hocon/mercure.conf; environment variables win over them
          --version         says which version this is
          --help            says this

        Without a file, environment variables are enough. The hub needs a key to verify tokens with:
        JWT_KEY for generation 0.7 of the protocol, at /hub; MERCURE_PUBLISHER_JWT_KEY and
        MERCURE_SUBSCRIBER_JWT_KEY for generation 0.10 to 0.24, at /.well-known/mercure.
        docs/configuration.md has every setting.
        """;

    /// <summary>Of the program, with the commit that it was built from, where that was known.</summary>
    public static string Version { get; } = typeof(Arguments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>What the program says instead of starting a hub, if that was asked for.</summary>
    public static string? Answer(string[] arguments) => arguments switch
    {
        ["--help" or "-h"] => Help,
        ["--version"] => $"mercure {Version}",
        _ => null,
    };

    /// <summary>The file that <c>--config</c> names, if it is there.</summary>
    /// <exception cref="SettingsException">There is another argument.</exception>
    public static string? ConfigFile(string[] arguments) => arguments switch
    {
        [] => null,
        ["--config", var path] => path,
        [var single] when single.StartsWith("--config=", StringComparison.Ordinal) => single["--config=".Length..],
        ["--config", ..] => throw new SettingsException($"--config names one file; accepted: {Accepted}"),
        [var unknown, ..] => throw new SettingsException($"{OneLine.Of(NameOf(unknown))} is no argument{InsteadOf(NameOf(unknown))}; accepted: {Accepted}"),
    };

    /// <summary>Without its value, which may be a secret.</summary>
    private static string NameOf(string argument) => argument.Split('=', 2)[0];

    /// <summary>The reference's standalone hub had an argument for each setting.</summary>
    private static string InsteadOf(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
        && argument[2..].Replace('-', '_').ToUpperInvariant() is var name
        && SettingNames.Aliases.Values.FirstOrDefault(alias => alias == name || alias == $"MERCURE_{name}") is { } variable
            ? $", settings come from the environment: set {variable}"
            : "";
}
