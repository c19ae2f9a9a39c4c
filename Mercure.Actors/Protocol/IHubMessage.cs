namespace Mercure.Actors.Protocol;

/// <summary>A message to or from the writer of one hub. The name is the entity's: several hubs may share a cluster.</summary>
internal interface IHubMessage
{
    string Hub { get; }
}
