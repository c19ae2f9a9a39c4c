using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mercure.Specs.Protocol;

/// <summary>A certificate that nobody but the spec trusts, in files.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mercure-specs-").FullName;

    public TestCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        var request = new CertificateRequest("CN=hub.test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Thumbprint = certificate.Thumbprint;
        File.WriteAllText(CertFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    public string CertFile => Path.Combine(_directory, "cert.pem");

    public string KeyFile => Path.Combine(_directory, "key.pem");

    public string Thumbprint { get; }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
