using Akka.Event;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Live;

/// <summary>The live subscribers of a node, by what they asked for. The switchboard owns it.</summary>
/// <param name="log">Where it is logged.</param>
/// <param name="explains">Whether updates' content is logged, and why an update is not sent to a subscriber.</param>
internal sealed class FanOut(ILoggingAdapter log, bool explains)
{
    private readonly SelectorIndex<Attachment> _index = new();
    private readonly List<IReadOnlyList<Attachment>> _found = [];
    private readonly List<Attachment> _touched = [];

    // Only kept while somebody wants to know why an update was not sent: the index finds no one else.
    private readonly HashSet<Attachment> _all = [];

    public void Add(Attachment attachment)
    {
        if (explains)
            _all.Add(attachment);

        foreach (var selector in attachment.Selectors)
            _index.Add(selector, attachment);
    }

    public void Remove(Attachment attachment)
    {
        _all.Remove(attachment);
        foreach (var selector in attachment.Selectors)
            _index.Remove(selector, attachment);
    }

    /// <summary>Sends a committed batch to everyone it concerns: one message each, whatever the batch holds for it.</summary>
    public void Send(LogBatch batch)
    {
        foreach (var update in batch.Updates)
        {
            if (explains)
                Explain(update);

            foreach (var topic in update.Update.Topics)
                _index.Find(topic, _found);

            if (_found.Count == 0)
                continue;

            var alone = Delivery.Of(update);
            foreach (var attachments in _found)
            {
                for (var i = 0; i < attachments.Count; i++)
                {
                    var attachment = attachments[i];
                    var wasTouched = attachment.Run is not null;
                    attachment.Offer(update, alone);
                    if (!wasTouched && attachment.Run is not null)
                        _touched.Add(attachment);
                }
            }

            _found.Clear();
        }

        foreach (var attachment in _touched)
            attachment.Subscriber.Tell(attachment.TakeRun(), Akka.Actor.ActorRefs.NoSender);

        _touched.Clear();
    }

    private void Explain(StoredUpdate update)
    {
        var topics = string.Join(", ", update.Update.Topics);
        log.Debug("Update {0} about {1}: {2}", update.Id, topics, System.Text.Encoding.UTF8.GetString(update.Update.Data.GetValueOrDefault().Span));
        foreach (var attachment in _all)
        {
            if (attachment.WhyNot(update) is { } reason)
                log.Debug("Update {0} is not sent to the subscriber of {1}: {2}", update.Id, string.Join(", ", attachment.Selectors), reason);
        }
    }
}
