using Mercure.Http.Hosting;
using Mercure.Http.Settings;

try
{
    var settings = SettingsLoader.Load(args);
    await using var hub = HubApplication.Build(settings, services => services.AddMercureHub(settings));
    await hub.RunAsync();
    return 0;
}
catch (SettingsException refusal)
{
    foreach (var problem in refusal.Problems)
        await Console.Error.WriteLineAsync($"mercure: {problem}");
    return 1;
}
