using BenchmarkDotNet.Running;
using Mercure.Micro;

// Arguments are BenchmarkDotNet's: --filter '*Token*', --job long, --exporters json
BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args);
