using Mercure.Http.Settings;

namespace Mercure.Http.Tokens;

/// <summary>A file with the keys of a setting, in which they may change.</summary>
/// <param name="Path">Of the file.</param>
/// <param name="Algorithm">The only one that tokens may have; null for every one that fits a key.</param>
/// <param name="MayBeEmpty">Whether it may hold no key at all.</param>
internal sealed record KeyFile(string Path, string? Algorithm, bool MayBeEmpty)
{
    /// <exception cref="IOException">It can't be read; the message says why.</exception>
    public string Read() => Read(out _);

    /// <param name="canChange">Whether reading it again makes sense.</param>
    /// <exception cref="IOException">It can't be read; the message says why.</exception>
    public string Read(out bool canChange)
    {
        var bytes = SecretFile.ReadBytes(Path, out canChange);
        return PemKeys.IsDer(bytes) ? Convert.ToBase64String(bytes) : SecretFile.Text(bytes);
    }

    /// <summary>The keys that the file's content is.</summary>
    /// <exception cref="FormatException">It is none; the message says why and does not contain it.</exception>
    public IReadOnlyList<TokenKey> Parse(string content)
    {
        if (MayBeEmpty && string.IsNullOrWhiteSpace(content))
            return [];
        var keys = TokenKey.ParseAll(content);
        return Algorithm is null ? keys : [.. keys.Select(key => key.For(Algorithm))];
    }
}

/// <summary>What a key file held when it was read.</summary>
internal sealed record KeyFileContent(KeyFile File, string Text, IReadOnlyList<TokenKey> Keys);
