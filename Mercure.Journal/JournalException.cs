namespace Mercure.Journal;

/// <summary>The journal can't be used. The message is one line for the operator: what is wrong, and what would help.</summary>
public sealed class JournalException : Exception
{
    public JournalException(string message)
        : base(message)
    {
    }

    public JournalException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
