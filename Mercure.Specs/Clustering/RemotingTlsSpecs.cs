using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>Nodes with certificates of one authority hear each other, and nobody else.</summary>
[Collection(ClustersCollection.Name)]
public sealed class RemotingTlsSpecs : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mercure-specs-tls-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [ClusterFact]
    public async Task Should_hear_only_nodes_whose_certificate_the_authority_signed()
    {
        await using var cluster = await ClusterProcesses.CreateAsync(3);
        using var authority = Authority("ours");
        using var stranger = Authority("strangers");
        for (var node = 0; node < 3; node++)
            UseCertificate(cluster.Setups[node], node == 2 ? stranger : authority, $"node-{node}");

        await cluster.LaunchAsync(0);
        await cluster.LaunchAsync(1);
        await cluster.MembersAsync(0, 2);
        await cluster.MembersAsync(1, 2);
        var self = (await cluster.GetJsonAsync(0, "cluster/members")).GetProperty("selfNode").GetString();
        Assert.StartsWith("akka.ssl.tcp://", self, StringComparison.Ordinal);

        await cluster.LaunchAsync(2);
        await Eventually.IsTrueAsync(
            () => cluster[0].Output.Contains("is not heard", StringComparison.Ordinal) || cluster[1].Output.Contains("is not heard", StringComparison.Ordinal)
                || cluster[2].Output.Contains("is not heard", StringComparison.Ordinal),
            ClusterProcesses.Timeout,
            () => $"the stranger is turned away.\n{cluster[2].Output}\n{cluster[0].Output}");
        await cluster.MembersAsync(0, 2);
        Assert.NotEqual(0, await cluster[2].ExitAsync(ClusterProcesses.Timeout));
        Assert.Contains("can't be a member of its cluster", cluster[2].Output, StringComparison.Ordinal);
        await cluster.MembersAsync(1, 2);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private void UseCertificate(HubSetup setup, X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), RandomNumberGenerator.GetBytes(8));
        var path = Path.Combine(_directory, name);
        File.WriteAllText($"{path}.pem", certificate.ExportCertificatePem());
        File.WriteAllText($"{path}.key", key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText($"{path}.ca", authority.ExportCertificatePem());
        setup.Environment["MERCURE_CLUSTER_TLS_CERT_FILE"] = $"{path}.pem";
        setup.Environment["MERCURE_CLUSTER_TLS_KEY_FILE"] = $"{path}.key";
        setup.Environment["MERCURE_CLUSTER_TLS_CA_FILE"] = $"{path}.ca";
    }
}
