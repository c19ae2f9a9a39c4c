using FsCheck.Xunit;
using Mercure.Http.Tokens;
using Xunit;

namespace Mercure.Specs.Tokens;

public sealed class TokenCacheSpecs
{
    // Attack: a client with a key of its own makes tokens without end to fill the hub's memory
    [Fact]
    public void Should_never_hold_more_than_its_capacity()
    {
        var cache = new TokenCache<object>(100);
        for (var token = 0; token < 10_000; token++)
        {
            cache.Add($"{token}", cache);
            Assert.InRange(cache.Count, 1, 100);
        }
    }

    [Fact]
    public void Should_keep_what_is_in_use()
    {
        var cache = new TokenCache<object>(100);
        cache.Add("mine", cache);
        for (var token = 0; token < 1000; token++)
        {
            cache.Add($"{token}", cache);
            Assert.True(cache.TryGet("mine", out _));
        }
    }

    [Property]
    public bool Should_give_back_only_what_was_put_in(byte[] tokens)
    {
        var cache = new TokenCache<string>(8);
        foreach (var token in tokens)
        {
            cache.Add($"{token}", $"{token}");
        }

        return Enumerable.Range(0, 256).All(token => !cache.TryGet($"{token}", out var value) || (value == $"{token}" && tokens.Contains((byte)token)));
    }
}
