using Mercure.Specs.Tokens;

namespace Mercure.Specs.Protocol.V010;

/// <summary>The hub with both generations, spoken to in that of 0.10.</summary>
public sealed class V010Fixture : HubFixture
{
    public V010Fixture()
    {
        Settings = Both;
        Path = "/.well-known/mercure";
        PublisherToken = V010Tokens.Publisher("*");
    }
}
