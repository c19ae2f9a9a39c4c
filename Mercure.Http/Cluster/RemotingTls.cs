using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport.DotNetty;
using Mercure.Http.Settings;

namespace Mercure.Http.Cluster;

/// <summary>Nodes show each other a certificate of the operator's own authority; no public authority counts, and no host name.</summary>
internal static class RemotingTls
{
    public static DotNettySslSetup Setup(ClusterTls files)
    {
        using var pem = X509Certificate2.CreateFromPemFile(files.CertFile, files.KeyFile);
        // A key that lives in memory only can't be used by every platform's TLS; one that went through PKCS #12 can.
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(files.CaFile);
        return new DotNettySslSetup(
            certificate,
            suppressValidation: false,
            requireMutualAuthentication: true,
            validateCertificateHostname: false,
            customValidator: (peer, _, address, _, log) => IsTrusted(peer, authorities, address, log));
    }

    /// <summary>Without TLS, whoever reaches the port is a node: fine on this machine, and nowhere else.</summary>
    public static void WarnWithout(ActorSystem system, ClusterSettings cluster)
    {
        if (cluster.Tls is null && !Loopback.IsLoopback(cluster.BindHost))
        {
            system.Log.Warning(
                "Nodes talk without TLS on {0}:{1}: whoever reaches this port reads every update and controls the hub. Set MERCURE_CLUSTER_TLS_CERT_FILE, "
                + "MERCURE_CLUSTER_TLS_KEY_FILE and MERCURE_CLUSTER_TLS_CA_FILE on every node, and let nobody but the nodes reach the port",
                cluster.BindHost,
                cluster.BindPort);
        }
    }

    private static bool IsTrusted(X509Certificate2? peer, X509Certificate2Collection authorities, string address, ILoggingAdapter log)
    {
        if (peer is null)
        {
            log.Warning("{0} has shown no certificate and is not heard", address);
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain.Build(peer))
            return true;

        log.Warning("{0} has shown a certificate of {1} that the nodes' authority did not sign, and is not heard", address, peer.Subject);
        return false;
    }
}
