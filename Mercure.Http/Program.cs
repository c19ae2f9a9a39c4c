using Mercure.Http.Cluster;
using Mercure.Http.Hosting;
using Mercure.Http.Settings;
using Mercure.Journal;

if (Arguments.Answer(args) is { } answer)
{
    Console.WriteLine(answer);
    return 0;
}

try
{
    var settings = SettingsLoader.Load(args);
    await using var hub = HubApplication.Build(settings, services => services.AddMercureProgram(settings));
    var end = hub.Services.GetRequiredService<OrderlyEnd>();
    await hub.RunAsync();
    return end.ExitCode;
}
catch (OperationCanceledException)
{
    // Told to stop before it had started: nobody was answered, and nothing is left to finish
    return 0;
}
catch (SettingsException refusal)
{
    foreach (var problem in refusal.Problems)
        await Console.Error.WriteLineAsync($"mercure: {problem}");
    return 1;
}
catch (JournalException refusal)
{
    await Console.Error.WriteLineAsync($"mercure: {refusal.Message}");
    return 1;
}
