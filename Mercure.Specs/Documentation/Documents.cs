using Mercure.Specs.Settings;

namespace Mercure.Specs.Documentation;

/// <summary>What is written for people.</summary>
internal static class Documents
{
    /// <summary>By their path from the root of the repository.</summary>
    public static IEnumerable<string> All() =>
        new[] { "README.md", "CONTRIBUTING.md", "CHANGELOG.md" }.Concat(In("docs")).Concat(In("examples")).Concat(In("docker"));

    public static string Read(string document) => File.ReadAllText(Path.Combine(Repository.Root, document));

    private static IEnumerable<string> In(string directory) => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, directory), "*.md", SearchOption.AllDirectories)
        .Select(static path => Path.GetRelativePath(Repository.Root, path));
}
