using System.Runtime.InteropServices;

namespace Mercure.Actors.Matching;

internal enum PartKind : byte
{
    /// <summary>ASCII: compared as it stands.</summary>
    Literal,

    /// <summary>Characters beyond ASCII, which expand to their percent-encoded form (RFC 6570, section 3.1).</summary>
    IriLiteral,

    /// <summary>One variable of an expression.</summary>
    Variable,
}

internal enum Modifier : byte
{
    None,

    /// <summary><c>:n</c> (RFC 6570, section 2.4.1)</summary>
    Prefix,

    /// <summary><c>*</c> (RFC 6570, section 2.4.2)</summary>
    Explode,
}

/// <summary>A piece of a template, as a range of its text: 16 bytes, so that a template costs little more than its text.</summary>
/// <param name="Start">Where its literal or its variable's name begins in the template's text.</param>
/// <param name="MaxLength">The <c>n</c> of <c>:n</c>.</param>
/// <param name="IsLast">Whether its expression ends with it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TemplatePart(
    int Start,
    int Length,
    PartKind Kind,
    ExpressionOperator Operator = ExpressionOperator.Simple,
    Modifier Modifier = Modifier.None,
    ushort MaxLength = 0,
    bool IsLast = false);
