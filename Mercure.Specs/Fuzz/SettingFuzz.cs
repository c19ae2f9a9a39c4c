using System.Text;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>Values of settings: in their range, or refused.</summary>
internal static class SettingFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (GoDuration.TryParse(text, out var duration))
            Assert.InRange(duration, TimeSpan.Zero, GoDuration.Max);
        if (ByteSize.TryParse(text, out var bytes))
            Assert.InRange(bytes, 0, int.MaxValue);
        if (ListenAddress.TryParse(text, out var address))
            Assert.InRange(address.Port, 0, 65535);
        try
        {
            TokenKey.Parse(text);
        }
        catch (FormatException)
        {
            // The refusal that start-up turns into a line
        }
    }
}
