namespace Mercure.Http.Settings;

/// <summary>
/// Whether a file's brackets pair up. Akka's parser never returns from <c>[ }</c> and takes a missing <c>}</c> for
/// none, so this is asked first.
/// </summary>
internal static class HoconBrackets
{
    /// <summary>The line of the first bracket without its partner; null when all have one.</summary>
    public static int? FirstUnpaired(string text)
    {
        var open = new Stack<(char Closing, int Line)>();
        var line = 1;
        for (var i = 0; i < text.Length; i = Next(text, i))
        {
            switch (text[i])
            {
                case '\n':
                    line++;
                    break;
                case '{':
                    open.Push(('}', line));
                    break;
                case '[':
                    open.Push((']', line));
                    break;
                case '}' or ']' when open.Count == 0 || open.Pop().Closing != text[i]:
                    return line;
                case '"':
                    line += text.AsSpan(i, Next(text, i) - i).Count('\n');
                    break;
            }
        }

        return open.Count > 0 ? open.Peek().Line : null;
    }

    /// <summary>After this character, comment or quoted text.</summary>
    private static int Next(string text, int at)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("\"\"\""))
            return After(text, at + 3, "\"\"\"");
        if (rest[0] == '"')
            return AfterQuoted(text, at + 1);
        if (rest[0] != '#' && !rest.StartsWith("//"))
            return at + 1;
        var end = rest.IndexOf('\n');
        return end < 0 ? text.Length : at + end;
    }

    private static int After(string text, int at, string end)
    {
        var found = text.IndexOf(end, at, StringComparison.Ordinal);
        return found < 0 ? text.Length : found + end.Length;
    }

    private static int AfterQuoted(string text, int at)
    {
        while (at < text.Length && text[at] is not ('"' or '\n'))
            at += text[at] == '\\' ? 2 : 1;
        return Math.Min(at + 1, text.Length);
    }
}
