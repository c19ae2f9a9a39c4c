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
    await hub.RunAsync();
    // Not 0 when the node was put out of its cluster: its supervisor starts it again.
    return Environment.ExitCode;
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
