using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mercure.Http.Hosting.Tls;

/// <summary>Reads a certificate with its chain and its key, as every TLS tool writes them.</summary>
internal static class PemCertificate
{
    /// <summary>Why these files can't be used; null when they can.</summary>
    public static string? Problem(string certFile, string keyFile)
    {
        try
        {
            Create(File.ReadAllText(certFile), File.ReadAllText(keyFile)).TargetCertificate.Dispose();
            return null;
        }
        catch (Exception e) when (IsBadFile(e))
        {
            return e.Message;
        }
    }

    /// <summary>The intermediates are sent along: <see cref="X509Certificate2"/> alone would leave them out.</summary>
    public static SslStreamCertificateContext Create(string certPem, string keyPem)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certPem);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certPem, keyPem), chain, offline: true);
    }

    public static bool IsBadFile(Exception e) =>
        e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
