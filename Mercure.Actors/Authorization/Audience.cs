namespace Mercure.Actors.Authorization;

/// <summary>What a name in an audience is.</summary>
public enum AudienceKind : byte
{
    /// <summary>A target of generation 0.7.</summary>
    Target = 1,

    /// <summary>A topic of a private update of generation 0.10 and later.</summary>
    Topic = 2,
}

/// <summary>One name of an audience.</summary>
public readonly record struct AudienceName(AudienceKind Kind, string Value);

/// <summary>Who may read an update: everyone, or whoever holds a matcher for one of its names.</summary>
public sealed class Audience
{
    /// <summary>Everyone.</summary>
    public static readonly Audience Public = new([]);

    private Audience(IReadOnlyList<AudienceName> names) => Names = names;

    /// <summary>Empty for a public update.</summary>
    public IReadOnlyList<AudienceName> Names { get; }

    public bool IsPublic => Names.Count == 0;

    /// <summary>The audience of these targets (generation 0.7); none of them means everyone.</summary>
    public static Audience OfTargets(IEnumerable<string> targets) => Of(targets, AudienceKind.Target);

    /// <summary>The audience of a private update with these topics (generation 0.10 and later).</summary>
    public static Audience OfTopics(IEnumerable<string> topics) => Of(topics, AudienceKind.Topic);

    /// <summary>The audience of these names, as stored.</summary>
    public static Audience Of(IReadOnlyList<AudienceName> names) => names.Count == 0 ? Public : new Audience(names);

    private static Audience Of(IEnumerable<string> values, AudienceKind kind) =>
        Of([.. values.Distinct(StringComparer.Ordinal).Select(value => new AudienceName(kind, value))]);
}
