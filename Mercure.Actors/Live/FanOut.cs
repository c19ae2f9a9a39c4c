using Mercure.Actors.Log;
using Mercure.Actors.Matching;

namespace Mercure.Actors.Live;

/// <summary>The live subscribers of a node, by what they asked for. The switchboard owns it.</summary>
internal sealed class FanOut
{
    private readonly SelectorIndex<Attachment> _index = new();
    private readonly List<IReadOnlyList<Attachment>> _found = [];
    private readonly List<Attachment> _touched = [];

    public void Add(Attachment attachment)
    {
        foreach (var selector in attachment.Selectors)
            _index.Add(selector, attachment);
    }

    public void Remove(Attachment attachment)
    {
        foreach (var selector in attachment.Selectors)
            _index.Remove(selector, attachment);
    }

    /// <summary>Sends a committed batch to everyone it concerns: one message each, whatever the batch holds for it.</summary>
    public void Send(LogBatch batch)
    {
        foreach (var update in batch.Updates)
        {
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
            attachment.Sink.Tell(attachment.TakeRun(), Akka.Actor.ActorRefs.NoSender);

        _touched.Clear();
    }
}
