using System.Data.Common;
using System.Text.RegularExpressions;

namespace Mercure.Journal;

/// <summary>
/// The tables of one database, from the script in <c>docs/sql</c> that administrators read too. What exists is left
/// alone and needs no right but to be read; what is missing is created.
/// </summary>
internal sealed partial class Schema
{
    private readonly string _script;
    private readonly string? _countUniqueKeys;
    private readonly string? _cure;
    private readonly (string Name, string Create)[] _tables;

    /// <param name="script">Name of the file in <c>docs/sql</c>.</param>
    /// <param name="countUniqueKeys">Query for the number of unique keys of the journal that fence writers; null where there is no journal.</param>
    /// <param name="cure">What helps when a table can't be created; null when the database says it itself.</param>
    /// <param name="tables">Those of the script that belong here; none: all.</param>
    public Schema(string script, string? countUniqueKeys, string? cure, params string[] tables)
    {
        _script = script;
        _countUniqueKeys = countUniqueKeys;
        _cure = cure;
        _tables = [.. TablesOf(script).Where(table => tables.Length == 0 || tables.Contains(table.Name))];
    }

    /// <exception cref="JournalException">A table is missing and can't be created, or the journal's can't be trusted.</exception>
    public void Ensure(DbConnection connection)
    {
        foreach (var (name, create) in _tables)
        {
            if (ProblemOf(connection, name) is { } problem)
                Create(connection, name, create, problem);
        }

        if (_countUniqueKeys is not null && Convert.ToInt64(Commands.Scalar(connection, _countUniqueKeys), provider: null) == 0)
        {
            throw new JournalException(
                $"The table journal has no unique key on (persistence_id, sequence_number), without which two writers could spoil the log: create it as docs/sql/{_script} says.");
        }
    }

    private void Create(DbConnection connection, string name, string create, DbException problem)
    {
        try
        {
            Commands.Execute(connection, create);
        }
        catch (DbException refusal) when (ProblemOf(connection, name) is not null)
        {
            throw new JournalException($"The table {name} can't be used ({OneLine(problem)}) nor created ({OneLine(refusal)}){_cure}.", refusal);
        }
        catch (DbException)
        {
            // Another hub that started at the same time has created it.
        }
    }

    /// <summary>Why this table can't be read; null when it can.</summary>
    private static DbException? ProblemOf(DbConnection connection, string name)
    {
        try
        {
            Commands.Scalar(connection, $"SELECT 1 FROM {name} WHERE 1 = 0");
            return null;
        }
        catch (DbException problem) when (!problem.IsTransient)
        {
            return problem;
        }
    }

    private static IEnumerable<(string Name, string Create)> TablesOf(string script)
    {
        using var stream = typeof(Schema).Assembly.GetManifestResourceStream($"sql/{script}")
            ?? throw new InvalidOperationException($"There is no resource sql/{script}.");
        using var reader = new StreamReader(stream);
        return CreateTable().Matches(reader.ReadToEnd()).Select(match => (match.Groups["name"].Value, match.Value.TrimEnd(';')));
    }

    private static string OneLine(DbException e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');

    [GeneratedRegex(@"^CREATE TABLE (?<name>\w+) \(.*?;\r?$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CreateTable();
}
