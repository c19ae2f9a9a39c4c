using System.Text;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>
/// What an attacker knows of a generation of the protocol: where it is and how one asks for something valid. An attack is
/// written once and made on each.
/// </summary>
/// <param name="Name">As people call it.</param>
/// <param name="Path">The hub's URL.</param>
/// <param name="Publisher">A token that may publish anything.</param>
public sealed record AttackedGeneration(string Name, string Path, string Publisher)
{
    private const string Form = "application/x-www-form-urlencoded";

    /// <summary>Every generation that the hub serves.</summary>
    public static IReadOnlyList<AttackedGeneration> Served { get; } =
    [
        new AttackedGeneration("0.7", "/hub", TestTokens.Publisher("*")),
        new AttackedGeneration("0.10", "/.well-known/mercure", V010Tokens.Publisher("*")),
    ];

    public static TheoryData<AttackedGeneration> All => [.. Served];

    /// <summary>A publish request; headers with their line ends.</summary>
    public string Publish(string body, string headers = "") => PublishHead($"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}") + body;

    /// <summary>The head alone, without a length unless the headers have one.</summary>
    public string PublishHead(string headers) =>
        $"POST {Path} HTTP/1.1\r\nHost: hub.example\r\nAuthorization: Bearer {Publisher}\r\nContent-Type: {Form}\r\n{headers}\r\n";

    public string Subscribe(string query, string headers = "") => $"GET {Path}?{query} HTTP/1.1\r\nHost: hub.example\r\n{headers}\r\n";

    public override string ToString() => Name;
}
