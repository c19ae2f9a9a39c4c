using System.Net.Security;

namespace Mercure.Http.Hosting.Tls;

/// <summary>
/// The certificate in use. Compares the files' content, at most once a second and only when somebody connects: modification
/// times lie where files are links (Kubernetes swaps a directory behind an unchanged link) or are copied with their times.
/// </summary>
internal sealed class CertificateSource(string certFile, string keyFile, TimeProvider clock, ILogger<CertificateSource> logger)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private (string Cert, string Key) _seen;
    private string? _unreadable;
    private long _checkedAt;
    private SslServerAuthenticationOptions? _current;

    /// <summary>What the next handshake uses.</summary>
    public SslServerAuthenticationOptions Current(Func<SslStreamCertificateContext, SslServerAuthenticationOptions> create)
    {
        lock (_lock)
        {
            if (_current is null || clock.GetElapsedTime(_checkedAt) >= CheckInterval)
            {
                _checkedAt = clock.GetTimestamp();
                Check(create);
            }

            return _current!;
        }
    }

    private void Check(Func<SslStreamCertificateContext, SslServerAuthenticationOptions> create)
    {
        try
        {
            var read = (File.ReadAllText(certFile), File.ReadAllText(keyFile));
            _unreadable = null;
            if (read == _seen)
                return;
            // Remembered first: a broken pair, or one that is half written, is told once and not with every handshake
            _seen = read;
            var next = create(PemCertificate.Create(read.Item1, read.Item2));
            if (_current is not null)
                HostLog.CertificateReloaded(logger, certFile);
            _current = next;
        }
        catch (Exception e) when (PemCertificate.IsBadFile(e) && _current is not null)
        {
            if (e.Message == _unreadable)
                return;
            _unreadable = e.Message;
            HostLog.CertificateRefused(logger, certFile, keyFile, e.Message);
        }
    }
}
