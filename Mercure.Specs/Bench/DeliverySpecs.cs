using FsCheck.Xunit;
using Mercure.Bench.Verify;
using Xunit;

namespace Mercure.Specs.Bench;

public sealed class DeliverySpecs
{
    private readonly TopicLog _log = new() { Subscribers = 2 };
    private readonly SubscriberLedger _first;
    private readonly SubscriberLedger _second;

    public DeliverySpecs()
    {
        _first = new SubscriberLedger(_log, publishers: 2);
        _second = new SubscriberLedger(_log, publishers: 2);
    }

    [Fact]
    public void Should_find_nothing_when_all_read_the_same()
    {
        Assert.All(Read(_first, (0, 0), (1, 0), (0, 1)), Good);
        Assert.All(Read(_second, (0, 0), (1, 0), (0, 1)), Good);
        Assert.Equal(0, Lost(_first, 0, 2) + Lost(_second, 0, 2) + Lost(_second, 1, 1));
    }

    [Fact]
    public void Should_count_what_is_missing_between_and_at_the_end_as_lost()
    {
        Assert.All(Read(_first, (0, 0), (0, 1), (0, 2), (0, 3)), Good);
        Assert.All(Read(_second, (0, 0), (0, 2)), Good);
        Assert.Equal(2, Lost(_second, 0, 4));
        Assert.Equal(0, Lost(_first, 0, 4));
    }

    [Fact]
    public void Should_blame_the_one_who_lost_it_also_when_it_reads_first()
    {
        Assert.All(Read(_first, (0, 0), (0, 2)), Good);
        Assert.All(Read(_second, (0, 0), (0, 1), (0, 2)), Good);
        Assert.Equal((1, 0), (Lost(_first, 0, 3), Lost(_second, 0, 3)));
    }

    [Fact]
    public void Should_not_count_as_lost_what_was_not_acknowledged()
    {
        var publisher = new PublisherLedger(topics: 1);
        Assert.Equal([0u, 1u, 2u], [publisher.Next(0), publisher.Next(0), publisher.Next(0)]);
        publisher.Unacknowledged(0, 1);
        publisher.Unacknowledged(0, 2);
        Read(_first, (0, 0));

        Assert.Equal(0, _first.Lost(0, publisher.Sent(0), sequence => publisher.IsAcknowledged(0, sequence)));
        Assert.Equal(1u, publisher.SentAndAcknowledged(0));
    }

    [Fact]
    public void Should_tell_a_duplicate_from_a_late_update()
    {
        Assert.Equal([Verdict.Good, Verdict.Good, Verdict.OutOfOrder, Verdict.Duplicate], Read(_first, (0, 0), (0, 2), (0, 1), (0, 1)));
        Assert.Equal(0, Lost(_first, 0, 3));
    }

    [Fact]
    public void Should_see_two_subscribers_disagree_about_the_order_of_two_publishers()
    {
        Assert.All(Read(_first, (0, 0), (1, 0)), Good);
        Assert.Contains(Verdict.OutOfOrder, Read(_second, (1, 0), (0, 0)));
    }

    [Fact]
    public void Should_see_the_disagreement_also_when_it_shows_at_the_first_reader()
    {
        Assert.All(Read(_first, (0, 0)), Good);
        Assert.All(Read(_second, (1, 0)), Good);
        Assert.Equal([Verdict.OutOfOrder], Read(_first, (1, 0)));
    }

    [Fact]
    public void Should_find_an_id_given_twice_and_one_that_differs()
    {
        Assert.Equal(Verdict.Good, _first.Read(0, 0, id: 7));
        Assert.Equal(Verdict.RepeatedId, _first.Read(0, 1, id: 7));
        Assert.Equal(Verdict.OtherId, _second.Read(0, 0, id: 8));
    }

    [Fact]
    public void Should_tell_when_the_last_subscriber_has_it()
    {
        var completed = new List<ulong>();
        _log.Completed = completed.Add;

        Read(_first, (0, 0), (1, 0));
        Assert.Empty(completed);
        Read(_second, (0, 0), (1, 0));

        Assert.Equal([0ul, 1ul << 32], completed);
    }

    [Property]
    public bool Should_find_every_single_swap_of_neighbours(byte length, byte at)
    {
        var count = (length % 30) + 2;
        var order = Enumerable.Range(0, count).Select(i => (Publisher: i % 2, Sequence: (uint)(i / 2))).ToArray();
        var swapped = ((int, uint)[])order.Clone();
        var index = at % (count - 1);
        (swapped[index], swapped[index + 1]) = (swapped[index + 1], swapped[index]);

        var log = new TopicLog { Subscribers = 2 };
        var second = new SubscriberLedger(log, publishers: 2);
        Read(new SubscriberLedger(log, publishers: 2), order);
        return Read(second, swapped).Contains(Verdict.OutOfOrder) && Lost(second, 0, (uint)((count + 1) / 2)) == 0;
    }

    private static Verdict[] Read(SubscriberLedger ledger, params (int Publisher, uint Sequence)[] updates) =>
        [.. updates.Select(u => ledger.Read(u.Publisher, u.Sequence, id: ((ulong)u.Publisher << 32) + u.Sequence + 1))];

    private static long Lost(SubscriberLedger ledger, int publisher, uint sent) => ledger.Lost(publisher, sent, _ => true);

    private static void Good(Verdict verdict) => Assert.Equal(Verdict.Good, verdict);
}
