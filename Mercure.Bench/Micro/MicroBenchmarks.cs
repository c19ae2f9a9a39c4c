using BenchmarkDotNet.Attributes;

namespace Mercure.Bench.Micro;

/// <summary>Time and allocation of each of the <see cref="Operations"/>.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class MicroBenchmarks
{
    private readonly Operations _operations = new();

    [Benchmark]
    public int FindByTopic() => _operations.FindByTopic();

    [Benchmark]
    public int FindByTemplate() => _operations.FindByTemplate();

    [Benchmark]
    public bool MatchTemplate() => _operations.MatchTemplate();

    [Benchmark]
    public object ParseTemplate() => _operations.ParseTemplate();

    [Benchmark]
    public object FramePlain() => _operations.FramePlain();

    [Benchmark]
    public object FrameGzip() => _operations.FrameGzip();

    [Benchmark]
    public bool PassKnownToken() => _operations.PassKnownToken();

    [Benchmark]
    public bool PassNewToken() => _operations.PassNewToken();

    [Benchmark]
    public bool RefuseForgedToken() => _operations.RefuseForgedToken();

    [Benchmark]
    public bool ParseForm() => _operations.ParseForm();

    [Benchmark]
    public bool ParseQuery() => _operations.ParseQuery();
}
