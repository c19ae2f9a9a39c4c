using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>
/// What is visibly not the key itself: a token, or something that names the key, or should have become it. Each pattern is so
/// narrow that random secrets don't match it, be they base64, hexadecimal or any printable characters.
/// </summary>
internal static partial class Misplaced
{
    /// <summary>No name of a file or variable is longer.</summary>
    private const int MaxLength = 4096;

    private const string File = "this is the path of a file, not the key; name the file in the setting that has FILE at the end of its name instead";
    private const string Url = "this is a URL, not the key; the URL of a key set (JWKS) has a setting of its own";
    private const string Expression = "this is an expression such as $(…), ${…} or {{ … }} that nothing has replaced by the key";
    private const string Placeholder = "this is a placeholder, not the key";

    private static readonly (Regex Pattern, string Problem)[] Patterns =
    [
        (UrlOrReference(), Url),
        (Substitution(), Expression),
        (Variable(), Expression),
        (Template(), Expression),
        (PlaceholderText(), Placeholder),
        (Xml(), "this is XML, not the key; convert the key to PEM"),
        (Putty(), TokenKey.PrivateKeyProblem),
        (RelativePath(), File),
        (AbsolutePath(), File),
        (FileName(), File),
    ];

    /// <summary>Null when it may be a secret.</summary>
    /// <param name="text">Without white space and quotes around it.</param>
    public static string? Problem(string text)
    {
        if (IsToken(text))
            return "this is a token (JWT), not the key that tokens are signed with";
        if (text.Length > MaxLength)
            return null;
        foreach (var (pattern, problem) in Patterns)
        {
            if (pattern.IsMatch(text))
                return problem;
        }

        return text.AsSpan().ContainsAny('/', '\\') && System.IO.File.Exists(text) ? File : null;
    }

    /// <summary>Also one that was cut, and an encrypted one.</summary>
    private static bool IsToken(string text)
    {
        var token = text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? text["Bearer ".Length..].Trim() : text;
        var parts = token.Split('.');
        if (parts.Length is < 2 or > 5)
            return false;

        try
        {
            using var header = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(parts[0]));
            return header.RootElement.ValueKind == JsonValueKind.Object && header.RootElement.TryGetProperty("alg", out _);
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]{1,20}://\S+$|^(file|vault|data|arn):[\w/.]\S*$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex UrlOrReference();

    /// <summary>A command's output: the whole text, or a command with an argument somewhere in it.</summary>
    [GeneratedRegex(@"^\$\(.*\)$|^`[\w./<][\w./<>|:$ -]*`$|\$\((<|[a-z][\w./-]*\s)[^()]*\)|`[a-z][\w./-]* [^`]*`", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Substitution();

    /// <summary>Of a shell in upper case or with underscores (<c>$ecret</c> is a bad secret, but one), PowerShell, cmd, compose, Symfony.</summary>
    [GeneratedRegex(@"^\$+(\{[^{}]+\}|[A-Z_][A-Z0-9_]+|[a-z][a-z0-9]*(_[a-z0-9]+)+|env:\w+)$|^%[A-Za-z_][\w.:()]*%$|\$\{[A-Za-z_]\w{2,}(:?[-?+=][^{}]*)?\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();

    /// <summary>Helm, Jinja, GitHub; ERB; Concourse; Azure and Octopus; what Ansible, SOPS and Jasypt have encrypted.</summary>
    [GeneratedRegex(@"\{\{[^{}]*\}\}|^<%.*%>$|^\(\([\w./: -]+\)\)$|^#\{[^{}]+\}#?$|^\$ANSIBLE_VAULT;|^ENC[\[(][A-Za-z0-9_,:+/=-]+[\])]$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Template();

    [GeneratedRegex(@"^<[A-Za-z][\w .'-]*>$|^\[(your|my|the|insert|replace)\b[\w .'-]*\]$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex PlaceholderText();

    [GeneratedRegex(@"^<(\?xml|RSAKeyValue|ECDSAKeyValue|DSAKeyValue|KeyValue)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Xml();

    [GeneratedRegex("^PuTTY-User-Key-File-", RegexOptions.None, 1000)]
    private static partial Regex Putty();

    /// <summary>Also curl's <c>@file</c>, a home directory, drives and shares.</summary>
    [GeneratedRegex(@"^@?(\.{1,2}[/\\]|~\w*/|[A-Za-z]:[/\\](?![/\\])|\\\\\w)[\w .@+/\\-]*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RelativePath();

    /// <summary>
    /// One base64 secret in 64 begins with a slash. It is a path below a directory that systems have, or in lower case
    /// throughout, or ends as files of keys do.
    /// </summary>
    [GeneratedRegex(@"^@?(/(run|etc|var|home|Users|usr|opt|srv|tmp|mnt|root|data|secrets?|app|config|configs|conf|certs?|keys?|vault|dev|proc|private|workspace|work)(/[\w .@-]+)+|(/[a-z0-9._-]+){2,}|/[a-z0-9_-]{2,}|/[\w .@/-]+\.(pem|pub|crt|cer|cert|der|key|jwk|jwks|json|txt|env|asc|gpg|p12|pfx))/?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AbsolutePath();

    /// <summary>A file of keys in the current directory, or below it.</summary>
    [GeneratedRegex(@"^@?(([\w.@-]+[/\\])*[\w@-][\w .@-]*\.(pem|pub|crt|cer|cert|der|jwk|jwks|p12|pfx|asc|gpg|json)|([\w.@-]+[/\\])+[\w@-]+\.(key|txt|env)|[\w-]+\.key)$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex FileName();
}
