using System.Globalization;

namespace Mercure.Http.Settings;

/// <summary>Turns what was written into values, and gathers one line for each that is not accepted.</summary>
internal sealed class SettingsReader(SettingsLayers layers)
{
    private const string AcceptedOrigins = "origins such as https://example.com, https://*.example.com or http://localhost:3000, without a path";

    private readonly List<string> _problems = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public delegate bool TryParse<T>(string text, out T value);

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Every key that was asked for, for the spec that no key goes unread.</summary>
    public IReadOnlySet<string> Read => _read;

    /// <summary>What the reference's <c>SERVER_NAME</c> asks for, if the address is its.</summary>
    public ServerName? Site => layers.Site;

    /// <summary>Once, even if several settings depend on it.</summary>
    public void Reject(string problem)
    {
        if (!_problems.Contains(problem))
            _problems.Add(problem);
    }

    public FoundSetting Find(string key)
    {
        _read.Add(key);
        return layers.Find(key);
    }

    /// <summary>Null when empty. Takes anything, so there is nothing to complain about.</summary>
    public string? Text(string key)
    {
        var found = Find(key);
        return found.Texts.Count == 0 ? null : string.Join(',', found.Texts);
    }

    public T Parse<T>(string key, TryParse<T> tryParse, string accepted)
    {
        // A line end of Windows stays in an environment file's value
        var text = Text(key)?.Trim() ?? "";
        if (tryParse(text, out var value))
            return value;
        RejectValue(key, text, accepted);
        return default!;
    }

    public bool Flag(string key) => Parse(key, (string text, out bool value) =>
    {
        value = text == "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return value || text == "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase);
    }, "1, 0, true or false");

    public TimeSpan Duration(string key, TimeSpan min = default, TimeSpan? max = null, string accepted = "15s, 2m or 1h30m, 0s for none, at most 576h") =>
        Parse(key, (string text, out TimeSpan value) => GoDuration.TryParse(text, out value) && value >= min && value <= (max ?? GoDuration.Max), $"a duration such as {accepted}");

    public long Count(string key) => Parse(
        key,
        (string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value),
        "a whole number from 0");

    public double Fraction(string key) => Parse(
        key,
        (string text, out double value) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1,
        "a number from 0 to 1 such as 0.3");

    public T Choice<T>(string key)
        where T : struct, Enum =>
        Parse(
            key,
            (string text, out T value) => Enum.TryParse(text, ignoreCase: true, out value) && text.All(char.IsAsciiLetter),
            string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant());

    public IReadOnlyList<string> List(string key) =>
        [.. Find(key).Texts.SelectMany(text => text.Split([',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))];

    public IReadOnlyList<T> List<T>(string key, TryParse<T> tryParse, string accepted)
    {
        var values = new List<T>();
        foreach (var text in List(key))
        {
            if (tryParse(text, out var value))
                values.Add(value);
            else
                RejectValue(key, text, accepted);
        }

        return values;
    }

    public IReadOnlyList<string> Origins(string key, bool any)
    {
        var origins = new List<string>();
        foreach (var text in List(key))
        {
            var problem = WebOrigin.Problem(text, any, out var origin);
            if (problem is null)
                origins.Add(origin);
            else
                RejectValue(key, text, AcceptedOrigins + (any ? ", or * for all" : "") + (problem.Length > 0 ? $"; {problem}" : ""));
        }

        return origins;
    }

    public void RejectValue(string key, string text, string accepted) =>
        _problems.Add($"{Find(key).Name} is \"{OneLine.Of(text)}\"; accepted: {accepted}");
}
