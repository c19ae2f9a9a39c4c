using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>What a key set held when it was loaded.</summary>
/// <param name="Text">Of the set.</param>
/// <param name="Named">The keys that verify tokens.</param>
/// <param name="Ignored">The other ones, and why.</param>
internal sealed record JwkSetContent(
    string Text, IReadOnlyList<(string? KeyId, TokenKey Key)> Named, IReadOnlyList<(string? KeyId, string Reason)> Ignored)
{
    /// <summary>When it was loaded, as a timestamp.</summary>
    public long At { get; init; }

    public KeySet Keys { get; } = new(Named);

    public bool HasShortSecret => Named.Any(static named => named.Key.IsShort);

    /// <exception cref="FormatException">It is no set of keys, or one without a key for tokens.</exception>
    public static JwkSetContent Parse(string text, string? algorithm, bool allowSecrets)
    {
        var named = new List<(string? KeyId, TokenKey Key)>();
        var ignored = new List<(string? KeyId, string Reason)>();
        foreach (var key in ReadSet(text).Keys.Where(static key => key.Use is null or "" or "sig"))
        {
            try
            {
                var parsed = TokenKey.Parse(key, allowSecrets);
                named.Add((NameOf(key), algorithm is null ? parsed : parsed.For(algorithm)));
            }
            catch (FormatException failure)
            {
                ignored.Add((NameOf(key), failure.Message));
            }
        }

        return named.Count > 0
            ? new JwkSetContent(text, named, ignored)
            : throw new FormatException($"it holds no key that tokens can be verified with{string.Concat(ignored.Select(static key => $"; {key.KeyId}: {key.Reason}"))}");
    }

    /// <summary>Without the keys that count in another generation of the protocol.</summary>
    public JwkSetContent With(IReadOnlyList<TokenKey> free) => free.Count == Named.Count ? this : new JwkSetContent(
        Text,
        [.. Named.Where(named => free.Contains(named.Key))],
        [.. Ignored, .. Named.Where(named => !free.Contains(named.Key)).Select(static named => (named.KeyId, SharedKeys.Problem))]);

    public bool HasSameKeys(JwkSetContent other) => Text == other.Text && Ignored.SequenceEqual(other.Ignored);

    private static string? NameOf(JsonWebKey key) => string.IsNullOrEmpty(key.Kid) ? null : key.Kid;

    private static JsonWebKeySet ReadSet(string text)
    {
        try
        {
            return JsonWebKeySet.Create(text);
        }
        catch (ArgumentException failure)
        {
            throw new FormatException("it is no JSON Web Key Set", failure);
        }
    }
}
