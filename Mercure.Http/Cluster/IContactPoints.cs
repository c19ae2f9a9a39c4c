using Akka.Actor;

namespace Mercure.Http.Cluster;

/// <summary>Where members of the cluster may be found.</summary>
internal interface IContactPoints
{
    /// <summary>Addresses of remoting; none when nobody answers yet.</summary>
    Task<IReadOnlyList<Address>> FindAsync(CancellationToken cancellation);
}

/// <summary>A list from the settings.</summary>
internal sealed class SeedContacts(IReadOnlyList<Address> seeds) : IContactPoints
{
    public Task<IReadOnlyList<Address>> FindAsync(CancellationToken cancellation) => Task.FromResult(seeds);
}
