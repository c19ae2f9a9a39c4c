using System.Reflection;
using System.Text.RegularExpressions;
using Mercure.Specs.Clustering;
using Mercure.Specs.Examples;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Conformance;

/// <summary>The coverage table and the threat model name specs: each must be one that runs.</summary>
public sealed partial class CoverageTableSpecs
{
    private static readonly HashSet<string> Specs = [.. RunningSpecs()];

    [Theory]
    [InlineData("protocol.md")]
    [InlineData("security.md")]
    public void Should_name_only_specs_that_are_there_and_run(string document)
    {
        var named = SpecName().Matches(Read(document)).Select(match => match.Groups["name"].Value).ToList();

        Assert.NotEmpty(named);
        Assert.Equal([], named.Where(name => !Specs.Contains(name)));
    }

    [Fact]
    public void Should_name_only_folders_that_are_there()
    {
        var folders = FolderName().Matches(Read("protocol.md")).Select(match => match.Groups["path"].Value).ToList();

        Assert.NotEmpty(folders);
        Assert.Equal([], folders.Where(folder => !Directory.Exists(Path.Combine(Repository.Root, folder))));
    }

    /// <summary>By class, and by class and method. One that is only skipped where a program or a server is missing counts.</summary>
    private static IEnumerable<string> RunningSpecs() =>
        from method in typeof(CoverageTableSpecs).Assembly.GetTypes().SelectMany(type => type.GetMethods())
        let fact = method.GetCustomAttribute<FactAttribute>()
        where fact is not null && (fact.Skip is null || fact is ExampleFactAttribute or ClusterFactAttribute)
        from name in new[] { method.DeclaringType!.Name, $"{method.DeclaringType.Name}.{method.Name}" }
        select name;

    private static string Read(string document) => File.ReadAllText(Path.Combine(Repository.Root, "docs", document));

    [GeneratedRegex(@"`(?<name>\w+Specs(\.\w+)?)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpecName();

    [GeneratedRegex(@"`(?<path>Mercure\.[\w/.]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FolderName();
}
