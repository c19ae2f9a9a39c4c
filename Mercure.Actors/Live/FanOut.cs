using Akka.Actor;
using Akka.Event;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Live;

/// <summary>
/// The live subscribers of a node, by what they asked for, and what it costs to find them. The switchboard owns it.
/// </summary>
/// <param name="log">Where it is logged.</param>
/// <param name="explains">Whether updates' content is logged, and why an update is not sent to a subscriber.</param>
internal sealed class FanOut(ILoggingAdapter log, bool explains)
{
    /// <summary>Selectors removed at once, some milliseconds at most: a thousand subscribers may have a million.</summary>
    private const int SelectorsRemoved = 2_000;

    // Those who may read public updates alone are not looked at for others: an anonymous client's selectors cost a private update nothing.
    private readonly SelectorIndex<Attachment> _public = new();
    private readonly SelectorIndex<Attachment> _granted = new();
    private readonly MatchingCosts _costs = new();
    private readonly List<IReadOnlyList<Attachment>> _found = [];
    private readonly List<Attachment> _touched = [];
    private readonly Queue<Attachment> _leaving = new();

    // Only kept while somebody wants to know why an update was not sent: the index finds no one else.
    private readonly HashSet<Attachment> _all = [];

    /// <summary>Steps of matching so far.</summary>
    public long Steps => _costs.Total;

    public void Add(Attachment attachment)
    {
        if (explains)
            _all.Add(attachment);

        foreach (var selector in attachment.Selectors)
            IndexOf(attachment).Add(selector, attachment);
    }

    public void Remove(Attachment attachment)
    {
        _all.Remove(attachment);
        foreach (var selector in attachment.Selectors)
            IndexOf(attachment).Remove(selector, attachment);
    }

    /// <summary>A new interval begins, with all its steps.</summary>
    public void BeginInterval() => _costs.Begin();

    /// <summary>Sends a committed batch to everyone it concerns: one message each, whatever the batch holds for it.</summary>
    public void Send(LogBatch batch)
    {
        foreach (var update in batch.Updates)
        {
            Find(update);
            if (_found.Count > 0)
                Offer(update);
            if (explains)
                Explain(update);
        }

        foreach (var attachment in _touched)
            attachment.Subscriber.Tell(attachment.TakeRun(), ActorRefs.NoSender);

        _touched.Clear();
    }

    /// <summary>
    /// Those whose selectors were found too dear since the last time. They get nothing more from here; their selectors leave the index
    /// bit by bit, by <see cref="RemoveSome"/>.
    /// </summary>
    public IReadOnlyList<Attachment> TakeApart()
    {
        if (_costs.Named.Count == 0)
            return [];

        var apart = _costs.Named.ToArray();
        _costs.Named.Clear();
        foreach (var attachment in apart)
            _leaving.Enqueue(attachment);

        return apart;
    }

    /// <summary>Removes some of those who were found too dear; true when there are more.</summary>
    public bool RemoveSome()
    {
        for (var removed = 0; removed < SelectorsRemoved && _leaving.TryDequeue(out var attachment); removed += attachment.Selectors.Count)
            Remove(attachment);

        return _leaving.Count > 0;
    }

    private SelectorIndex<Attachment> IndexOf(Attachment attachment) => attachment.ReadsPublicOnly ? _public : _granted;

    private void Find(StoredUpdate update)
    {
        var isPublic = update.Update.Audience.IsPublic;
        foreach (var topic in update.Update.Topics)
        {
            _granted.Find(topic, _found, _costs);
            if (isPublic)
                _public.Find(topic, _found, _costs);
        }
    }

    private void Offer(StoredUpdate update)
    {
        var alone = Delivery.Of(update);
        foreach (var attachments in _found)
        {
            for (var i = 0; i < attachments.Count; i++)
            {
                var attachment = attachments[i];
                var wasTouched = attachment.Run is not null;
                attachment.Offer(update, alone, _costs);
                if (!wasTouched && attachment.Run is not null)
                    _touched.Add(attachment);
            }
        }

        _found.Clear();
    }

    private void Explain(StoredUpdate update)
    {
        var topics = string.Join(", ", update.Update.Topics);
        log.Debug("Update {0} about {1}: {2}", update.Id, topics, System.Text.Encoding.UTF8.GetString(update.Update.Data.GetValueOrDefault().Span));
        foreach (var attachment in _all)
        {
            if (attachment.WhyNot(update, _costs.BeginGrant()) is { } reason)
                log.Debug("Update {0} is not sent to the subscriber of {1}: {2}", update.Id, string.Join(", ", attachment.Selectors), reason);
        }
    }
}
