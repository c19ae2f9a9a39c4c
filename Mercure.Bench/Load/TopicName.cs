namespace Mercure.Bench.Load;

/// <summary>Topics are new in each run, so that a hub's history never reaches into the next.</summary>
internal static class TopicName
{
    /// <summary>As a form and a query hold it. All names have the same length.</summary>
    public static string Encoded(uint run, int topic) => $"https%3A%2F%2Fbench.invalid%2F{run:x8}%2F{topic:x6}";
}
