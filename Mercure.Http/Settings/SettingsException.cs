namespace Mercure.Http.Settings;

/// <summary>Why the hub does not start: one line each, for the person who starts it. Shown without a stack trace.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems, Exception? cause = null)
    : Exception(string.Join(Environment.NewLine, problems), cause)
{
    public SettingsException(string problem, Exception? cause = null)
        : this([problem], cause)
    {
    }

    public IReadOnlyList<string> Problems { get; } = [.. problems.Select(OneLine.Whole)];
}
