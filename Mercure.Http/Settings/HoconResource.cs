namespace Mercure.Http.Settings;

/// <summary>The documented defaults of <c>hocon/</c>, embedded in the program.</summary>
internal static class HoconResource
{
    public static string Read(string fileName)
    {
        using var stream = typeof(HoconResource).Assembly.GetManifestResourceStream($"hocon/{fileName}")
            ?? throw new InvalidOperationException($"hocon/{fileName} is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
