namespace Mercure.Actors.Presence;

/// <summary>How the pattern of a subscription is read. The numbers are stored: they never change.</summary>
public enum MatcherKind : byte
{
    /// <summary>A topic selector of generation 0.10 to 0.24: a string, a URI template or <c>*</c>.</summary>
    Selector = 1,
}
