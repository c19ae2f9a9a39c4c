using Mercure.Actors.Updates;

namespace Mercure.Http.Protocol;

/// <summary>Bounds on what one request may ask of the hub, the same in every generation (docs/protocol.md).</summary>
internal static class Limits
{
    /// <summary>Topics of an update, or selectors of a subscription, unless settings say otherwise.</summary>
    public const int Topics = UpdateRules.Topics;

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
    public const int Targets = UpdateRules.Targets;

    /// <summary>Fields of a form or query, known or not, besides as many as it may have topics.</summary>
    public const int OtherFields = 2048;

    /// <summary>Bytes of the request line, where a subscriber may have no more than a few topics.</summary>
    public const int LeastRequestLine = 64 << 10;

    /// <summary>
    /// Bytes of the request line for each topic of a subscriber: one of some 160 characters that all have to be percent-encoded. Not what
    /// the longest topics would take (12 MiB for 1,000): every client, with a token or without, may make the hub hold this much.
    /// </summary>
    public const int RequestLinePerTopic = 512;

    /// <summary>Bytes of a topic, selector or target.</summary>
    public const int NameLength = UpdateRules.NameLength;

    /// <summary>Bytes of an id or type.</summary>
    public const int FieldLength = UpdateRules.FieldLength;

    /// <summary>Distinct last event ids of a subscriber, in the header and in the query: each is looked up.</summary>
    public const int LastEventIds = 8;

    /// <summary>Characters of a token.</summary>
    public const int TokenLength = 8192;

    /// <summary>Bytes of the request line of a subscriber who may have this many topics.</summary>
    public static int RequestLine(int topics) => Math.Max(LeastRequestLine, topics * RequestLinePerTopic);
}
