using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Catchup;

/// <summary>
/// A run of rows read from the journal, shared by everyone on the node who catches up there. It knows its topics, so that
/// a cursor passes a page that has nothing for it in time that depends on its selectors alone.
/// </summary>
internal sealed class Page
{
    private readonly StoredUpdate[] _updates;
    private readonly Lazy<TopicIndex> _topics;
    private readonly Lazy<ILookup<string, int>> _publisherIds;

    /// <param name="batches">The rows, without a hole, at least one.</param>
    public Page(IReadOnlyList<LogBatch> batches)
    {
        FirstRow = batches[0].SequenceNumber;
        LastRow = batches[^1].SequenceNumber;
        Bytes = batches.Sum(batch => batch.Bytes);
        Batches = batches;
        _updates = [.. batches.SelectMany(batch => batch.Updates)];
        _topics = new Lazy<TopicIndex>(() => new TopicIndex(_updates));
        _publisherIds = new Lazy<ILookup<string, int>>(() =>
            Enumerable.Range(0, _updates.Length).Where(i => _updates[i].Update.Id is not null).ToLookup(i => _updates[i].Update.Id!, StringComparer.Ordinal));
    }

    public long FirstRow { get; }

    public long LastRow { get; }

    /// <summary>Size of its updates.</summary>
    public long Bytes { get; }

    public IReadOnlyList<LogBatch> Batches { get; }

    public bool Holds(long row) => row >= FirstRow && row <= LastRow;

    /// <summary>The updates after a position that one of the selectors matches, in order; some may be missing when the budget is spent.</summary>
    public IEnumerable<StoredUpdate> Select(IReadOnlyList<TopicSelector> selectors, Position after, StepBudget budget)
    {
        foreach (var index in _topics.Value.Find(selectors, budget))
        {
            if (_updates[index].Position > after)
                yield return _updates[index];
        }
    }

    /// <summary>The update at this position; null when there is none.</summary>
    public StoredUpdate? At(Position position)
    {
        var low = 0;
        var high = _updates.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _updates[middle].Position.CompareTo(position);
            if (order == 0)
                return _updates[middle];

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }

    /// <summary>The earliest update here, after a row, whose publisher gave it this id.</summary>
    public StoredUpdate? WithPublisherId(string id, long afterRow) =>
        _publisherIds.Value[id].Select(index => _updates[index]).FirstOrDefault(update => update.Position.SequenceNumber > afterRow);

    /// <summary>Which updates bear which topic; distinct topics are sorted, so that a prefix is a range.</summary>
    private sealed class TopicIndex
    {
        private readonly Dictionary<string, List<int>> _byTopic = new(StringComparer.Ordinal);
        private readonly string[] _sorted;

        public TopicIndex(StoredUpdate[] updates)
        {
            for (var i = 0; i < updates.Length; i++)
            {
                foreach (var topic in updates[i].Update.Topics)
                {
                    if (!_byTopic.TryGetValue(topic, out var indexes))
                        _byTopic.Add(topic, indexes = []);
                    // An update may name a topic twice.
                    if (indexes.Count == 0 || indexes[^1] != i)
                        indexes.Add(i);
                }
            }

            _sorted = [.. _byTopic.Keys];
            Array.Sort(_sorted, StringComparer.Ordinal);
        }

        public IEnumerable<int> Find(IReadOnlyList<TopicSelector> selectors, StepBudget budget)
        {
            var found = selectors.SelectMany(selector => Find(selector, budget)).ToList();
            // To put them in order costs as much as to find them.
            budget.Spend(found.Count < 2 ? 0 : found.Sum(indexes => (long)indexes.Count));
            if (budget.IsSpent)
                return [];

            return found.Count switch
            {
                0 => [],
                1 => found[0],
                _ => found.SelectMany(indexes => indexes).Order().Distinct(),
            };
        }

        private IEnumerable<List<int>> Find(TopicSelector selector, StepBudget budget)
        {
            budget.Spend(1);
            if (selector.IsExact)
                return _byTopic.TryGetValue(selector.Text, out var indexes) ? [indexes] : [];

            return WithPrefix(selector.LiteralPrefix).TakeWhile(_ => !budget.IsSpent).Where(topic => selector.Matches(topic, budget)).Select(topic => _byTopic[topic]);
        }

        private IEnumerable<string> WithPrefix(string prefix)
        {
            var start = Array.BinarySearch(_sorted, prefix, StringComparer.Ordinal);
            for (var i = start < 0 ? ~start : start; i < _sorted.Length && _sorted[i].StartsWith(prefix, StringComparison.Ordinal); i++)
                yield return _sorted[i];
        }
    }
}
