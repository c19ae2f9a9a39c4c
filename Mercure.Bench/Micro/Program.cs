using BenchmarkDotNet.Running;
using Mercure.Bench.Micro;

// Arguments are BenchmarkDotNet's: --filter '*Token*', --job long, --exporters json
BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args);
