namespace Mercure.Specs.Settings;

/// <summary>Files of the repository that specs hold the program to.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string directory) => File.Exists(Path.Combine(directory, "Mercure.sln"))
        ? directory
        : Find(Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Mercure.sln is above no directory"));
}
