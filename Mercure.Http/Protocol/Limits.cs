namespace Mercure.Http.Protocol;

/// <summary>Bounds on what one request may ask of the hub, the same in every generation (docs/protocol.md).</summary>
internal static class Limits
{
    /// <summary>Topics of an update, or selectors of a subscription.</summary>
    public const int Topics = 256;

    /// <summary>
    /// Parts of one template: its variables, and the literals between them. Each costs a sweep over a topic that comes as far, so that the
    /// dearest template takes a hundred steps a character (CWE-407). A template of a real page has ten at most.
    /// </summary>
    public const int TemplateParts = 100;

    /// <summary>Parts of all templates of a subscription: four for each of a thousand.</summary>
    public const int SelectorParts = 4096;

    /// <summary>
    /// Steps (<see cref="Actors.Matching.StepBudget"/>) that comparing the topics of one request with the selectors of its token may take:
    /// some 50 ms. A thousand topics of a hundred characters and ten templates take less.
    /// </summary>
    public const long RequestSteps = 8 * 1024 * 1024;

    /// <summary>Targets of an update.</summary>
    public const int Targets = 1024;

    /// <summary>Fields of a form or query, known or not.</summary>
    public const int Fields = 2048;

    /// <summary>
    /// Bytes of a topic, selector or target. Many a proxy takes no request line over 8 KiB, so that a longer topic could hardly be
    /// asked for.
    /// </summary>
    public const int NameLength = 4096;

    /// <summary>Bytes of an id or type. An id comes back in a request header; all of those together have 64 KiB.</summary>
    public const int FieldLength = 1024;

    /// <summary>Characters of a token.</summary>
    public const int TokenLength = 8192;
}
