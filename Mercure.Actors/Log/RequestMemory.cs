using Mercure.Actors.Updates;

namespace Mercure.Actors.Log;

/// <summary>What a request came to: its updates stand one after the other from <paramref name="First"/>.</summary>
public readonly record struct RequestAnswer(long Number, Position First, int Count, ulong EpochNonce);

/// <summary>
/// The newest answered requests of every gateway, by count and not by clock, so that a request that is sent again (its
/// answer was lost, or the writer died after the commit) gets its first result and is stored once.
/// </summary>
internal sealed class RequestMemory
{
    /// <summary>
    /// While a request is unanswered its gateway sends none whose number is this much greater. So the answer of a request
    /// that may still be asked for is always remembered, and one with a number this far behind is an echo.
    /// </summary>
    internal const int AnswersPerGateway = 128;

    /// <summary>A node that restarts is a new gateway: those heard longest ago are forgotten first.</summary>
    internal const int Gateways = 256;

    private readonly Dictionary<Guid, LinkedListNode<Window>> _windows = [];
    private readonly LinkedList<Window> _byAge = [];

    /// <summary>Oldest first.</summary>
    public IEnumerable<(Guid Gateway, IReadOnlyCollection<RequestAnswer> Answers)> Windows =>
        _byAge.Select(window => (window.Gateway, (IReadOnlyCollection<RequestAnswer>)window.Answers));

    public bool TryGet(RequestToken token, out RequestAnswer answer)
    {
        answer = default;
        if (!_windows.TryGetValue(token.Gateway, out var node))
            return false;

        foreach (var candidate in node.Value.Answers)
        {
            if (candidate.Number == token.Number)
            {
                answer = candidate;
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether this is a late repetition of a request whose answer has reached its gateway.</summary>
    public bool IsEcho(RequestToken token) =>
        _windows.TryGetValue(token.Gateway, out var node) && token.Number <= node.Value.Newest - AnswersPerGateway;

    public void Add(Guid gateway, RequestAnswer answer)
    {
        if (!_windows.TryGetValue(gateway, out var node))
        {
            node = new LinkedListNode<Window>(new Window(gateway));
            _windows.Add(gateway, node);
            if (_windows.Count > Gateways)
                Forget(_byAge.First!);
        }
        else
        {
            _byAge.Remove(node);
        }

        _byAge.AddLast(node);
        node.Value.Add(answer);
    }

    private void Forget(LinkedListNode<Window> node)
    {
        _byAge.Remove(node);
        _windows.Remove(node.Value.Gateway);
    }

    private sealed record Window(Guid Gateway)
    {
        public Queue<RequestAnswer> Answers { get; } = new();

        public long Newest { get; private set; }

        public void Add(RequestAnswer answer)
        {
            Newest = Math.Max(Newest, answer.Number);
            Answers.Enqueue(answer);
            if (Answers.Count > AnswersPerGateway)
                Answers.Dequeue();
        }
    }
}
