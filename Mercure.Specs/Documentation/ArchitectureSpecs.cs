using System.Text.RegularExpressions;
using Akka.Actor;
using Mercure.Actors;
using Mercure.Actors.Hosting;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Settings;
using Mercure.Journal;
using Mercure.Specs.Core;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Documentation;

/// <summary>What the README and <c>docs/architecture.md</c> say of actors, types and folders is so.</summary>
public sealed partial class ArchitectureSpecs
{
    /// <summary>The hub's own, and those of libraries whose types are named too.</summary>
    private static readonly HashSet<string> Types =
    [
        .. new[] { typeof(IHub), typeof(JournalOptions), typeof(HubSettings), typeof(ActorSystem), typeof(System.IO.Pipelines.PipeWriter) }
            .SelectMany(static type => type.Assembly.GetTypes())
            .Select(static type => type.Name.Split('`')[0]),
    ];

    [Theory]
    [InlineData("README.md", 4)]
    [InlineData("docs/architecture.md", 30)]
    public void Should_name_only_types_that_are_there(string document, int atLeast)
    {
        var names = TypeName().Matches(Inside(document)).Select(match => match.Groups["name"].Value).ToList();

        Assert.True(names.Count >= atLeast, $"{document} names {names.Count} types");
        Assert.Equal([], names.Where(static name => !Types.Contains(name)).ToList());
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/architecture.md")]
    public void Should_name_only_folders_and_files_that_are_there(string document)
    {
        var paths = ProjectPath().Matches(Documents.Read(document)).Select(match => match.Groups["path"].Value).ToList();

        Assert.NotEmpty(paths);
        Assert.Equal([], paths.Where(static path => !Path.Exists(Path.Combine(Repository.Root, path))).ToList());
    }

    /// <summary>In the words of the table, <c>`Type`, `Folder`</c>: there, or in a folder below, is the type's file.</summary>
    [Fact]
    public void Should_name_the_folders_in_which_the_types_on_the_path_are()
    {
        var places = Place().Matches(Documents.Read("docs/architecture.md")).Select(match => (Type: match.Groups["type"].Value, Folder: match.Groups["folder"].Value)).ToList();

        Assert.True(places.Count >= 8);
        Assert.Equal([], places.Where(static place => Directory
            .GetFiles(Path.Combine(Repository.Root, place.Folder), $"{place.Type}.cs", SearchOption.AllDirectories).Length == 0).ToList());
    }

    [Fact]
    public async Task Should_draw_the_actors_as_they_run()
    {
        await using var hub = await CoreHub.StartAsync(new JournalOptions { Kind = JournalKind.Memory }, new HubOptions { SubscriptionEvents = new SubscriptionDocuments() });

        var actors = Actors(Documents.Read("README.md")).ToList();

        Assert.Contains("/user/topic-matcher/writer/trimmer", actors);
        foreach (var path in actors)
        {
            // A child may not have been made yet when the hub is ready
            await Processes.Eventually.IsTrueAsync(
                async () => (await hub.ActorSystem.ActorSelection(path).Ask<ActorIdentity>(new Identify(path), TimeSpan.FromSeconds(5))).Subject is not null,
                Eventually.Patience,
                () => $"{path} is an actor.");
        }
    }

    /// <summary>Of the README, what is about the inside.</summary>
    private static string Inside(string document) => document == "README.md" ? Documents.Read(document).Split("## Actors")[1] : Documents.Read(document);

    /// <summary>Paths in a drawing: each level is four columns further right. Without those that come and go ($a).</summary>
    private static IEnumerable<string> Actors(string text)
    {
        var path = new List<string>();
        foreach (var branch in Branch().Matches(text).Select(match => (Depth: match.Groups["indent"].Length / 4, Name: match.Groups["name"].Value)))
        {
            path.RemoveRange(branch.Depth, path.Count - branch.Depth);
            path.Add(branch.Name);
            if (!branch.Name.StartsWith('$'))
                yield return $"/user/{string.Join('/', path)}";
        }
    }

    [GeneratedRegex("`(?<name>[A-Z][a-z]+([A-Z][a-z]+)+|I[A-Z][A-Za-z]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"`(?<path>(Mercure\.\w+|docs|hocon|docker|examples|scripts)(/[\w.-]+)*)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ProjectPath();

    [GeneratedRegex(@"`(?<type>\w+)`, `(?<folder>Mercure\.[\w/]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    [GeneratedRegex(@"^(?<indent>[│ ]*)[├└]── (?<name>\S+?),? ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Branch();
}
