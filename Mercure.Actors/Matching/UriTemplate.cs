using System.Diagnostics.CodeAnalysis;

namespace Mercure.Actors.Matching;

/// <summary>A URI template (RFC 6570, levels 1 to 4), read backwards: which strings can it expand to?</summary>
public sealed class UriTemplate
{
    /// <summary>Every string it matches begins with this.</summary>
    public string LiteralPrefix => throw new NotSupportedException();

    /// <summary>False when the text is no template by the grammar of RFC 6570, section 2.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out UriTemplate? template) => throw new NotSupportedException();

    /// <summary>Whether some assignment of the variables expands the template to exactly this topic.</summary>
    public bool Matches(string topic) => throw new NotSupportedException();
}
