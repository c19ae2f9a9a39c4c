using Mercure.Bench;
using Mercure.Bench.Measure;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Bench;

/// <summary>What the load tester is asked, and how it ends.</summary>
public sealed class CliSpecs
{
    [Theory]
    [InlineData("--subscribers", "-1")]
    [InlineData("--subscribers", "abc")]
    [InlineData("--repeat", "0")]
    [InlineData("--rate", "-5")]
    [InlineData("--rate", "NaN")]
    [InlineData("--rate", "Infinity")]
    [InlineData("--ramp", "-1")]
    [InlineData("--missed", "-1")]
    [InlineData("--duration", "5")]
    [InlineData("--duration", "-1s")]
    [InlineData("--duration", "99999999999999999h")]
    [InlineData("--pid", "abc")]
    public void Should_refuse_a_value_and_name_its_option(string option, string value) =>
        Assert.Contains(Cli.Root().Parse([option, value]).Errors, error => error.Message.Contains(option, StringComparison.Ordinal));

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("many")]
    public void Should_refuse_a_number_of_updates_to_fill_with(string count) =>
        Assert.Contains(Cli.Root().Parse(["fill", "--count", count]).Errors, error => error.Message.Contains("--count", StringComparison.Ordinal));

    [Theory]
    [InlineData("--duration", "0s")]
    [InlineData("--url", "ftp://localhost/hub")]
    [InlineData("--pid", "2147483647")]
    [InlineData("--url", "http://127.0.0.1:1/hub")]
    public async Task Should_say_that_a_run_can_not_be_made(string option, string value) =>
        Assert.Equal(1, await Cli.Root().Parse(["--duration", "1s", option, value]).InvokeAsync());

    [Fact]
    public async Task Should_say_that_the_floor_can_not_be_served() =>
        Assert.Equal(1, await Cli.Root().Parse(["serve-floor", "--port", "70000"]).InvokeAsync());

    [Fact]
    public void Should_name_a_process_that_is_not_there() =>
        Assert.Equal("--pid: there is no process 2147483647.", Assert.Throws<IOException>(() => ProcStat.ResidentBytes(int.MaxValue)).Message);

    [Theory]
    [InlineData("", 1)]
    [InlineData(HubSetup.Key, 0)]
    public async Task Should_end_well_only_when_something_was_published(string key, int exitCode)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Memory);
        await using var hub = await HubProcess.StartAsync(setup);
        string[] arguments = ["fill", "--url", setup.Hub.ToString(), "--count", "10"];

        Assert.Equal(exitCode, await Cli.Root().Parse(key.Length == 0 ? arguments : [.. arguments, "--jwt-key", key]).InvokeAsync());
    }
}
