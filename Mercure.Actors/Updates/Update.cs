using Mercure.Actors.Authorization;

namespace Mercure.Actors.Updates;

/// <summary>What a publisher sends: everything the hub stores of it, before it has a place in the history.</summary>
public sealed record Update
{
    /// <summary>The generation of the protocol it was published by; decides how its id is spelled for every reader.</summary>
    public required Generation Generation { get; init; }

    /// <summary>At least one; the first is the canonical topic, the others are alternates.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>Who may read it.</summary>
    public Audience Audience { get; init; } = Audience.Public;

    /// <summary>The content in UTF-8, valid, any line endings; null when the publisher sent none.</summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The publisher's own id; null when the hub is to make one.</summary>
    public string? Id { get; init; }

    /// <summary>The <c>event</c> field of the event stream.</summary>
    public string? Type { get; init; }

    /// <summary>The <c>retry</c> field of the event stream, in milliseconds; 0 means none.</summary>
    public ulong Retry { get; init; }
}
