namespace Mercure.Bench;

internal static class Program
{
    private static Task<int> Main(string[] args) => Cli.Root().Parse(args).InvokeAsync();
}
