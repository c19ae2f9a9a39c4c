using Mercure.Http.Cluster;
using Mercure.Http.Hosting;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Settings;

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
catch (Exception failure)
{
    StartFailure.Write(failure, SettingsLoader.LogFormatOf(args), Console.Error);
    return 1;
}
