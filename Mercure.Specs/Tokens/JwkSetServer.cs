using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mercure.Specs.Tokens;

/// <summary>An identity provider: a real HTTP server with a key set that a spec rotates.</summary>
internal sealed class JwkSetServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private JwkSetServer(WebApplication app) => _app = app;

    /// <summary>What it answers; null for a server that is broken.</summary>
    public string? Content { get; set; }

    /// <summary>Where it sends requests of its URL to; everything else is answered. Null for nowhere.</summary>
    public string? RedirectTo { get; set; }

    public int Requests => _requests;

    public Uri Url => new(_app.Urls.Single() + "/jwks.json");

    public static async Task<JwkSetServer> StartAsync(params SigningKey[] keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new JwkSetServer(app) { Content = SetOf(keys) };
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public static string SetOf(params SigningKey[] keys) => JsonSerializer.Serialize(new { keys = keys.Select(key => key.Jwk) });

    public void Rotate(params SigningKey[] keys) => Content = SetOf(keys);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (RedirectTo is not null && context.Request.Path == Url.AbsolutePath)
        {
            context.Response.Redirect(RedirectTo);
            return Task.CompletedTask;
        }

        context.Response.StatusCode = Content is null ? 500 : 200;
        return context.Response.WriteAsync(Content ?? "");
    }
}

/// <summary>A private key and its public half as a JSON Web Key.</summary>
internal sealed class SigningKey
{
    private readonly Func<byte[], byte[]> _sign;
    private readonly string _algorithm;
    private readonly string? _keyId;

    private SigningKey(string algorithm, string? keyId, Dictionary<string, string> jwk, Func<byte[], byte[]> sign)
    {
        (_algorithm, _keyId, _sign, Jwk) = (algorithm, keyId, sign, jwk);
        if (keyId is not null)
            jwk.Add("kid", keyId);
    }

    public Dictionary<string, string> Jwk { get; }

    public static SigningKey Rsa(string? keyId, int bits = 2048)
    {
        var rsa = RSA.Create(bits);
        var key = rsa.ExportParameters(includePrivateParameters: false);
        var jwk = new Dictionary<string, string> { ["kty"] = "RSA", ["n"] = Text(key.Modulus), ["e"] = Text(key.Exponent), ["use"] = "sig" };
        return new SigningKey("RS256", keyId, jwk, text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static SigningKey Ecdsa(string? keyId)
    {
        var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = ecdsa.ExportParameters(includePrivateParameters: false);
        var jwk = new Dictionary<string, string> { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Text(key.Q.X), ["y"] = Text(key.Q.Y) };
        return new SigningKey("ES256", keyId, jwk, text => ecdsa.SignData(text, HashAlgorithmName.SHA256));
    }

    public static SigningKey Secret(string? keyId, byte[] secret) => new(
        "HS256", keyId, new Dictionary<string, string> { ["kty"] = "oct", ["k"] = Text(secret) }, text => HMACSHA256.HashData(secret, text));

    public SigningKey With(string name, string value)
    {
        Jwk[name] = value;
        return this;
    }

    /// <param name="payload">The claims.</param>
    /// <param name="keyId">Another name of the key than its own; empty for none.</param>
    public string Token(string payload = """{"mercure":{"publish":["*"]}}""", string? keyId = null)
    {
        var named = (keyId ?? _keyId) is { Length: > 0 } name ? $",\"kid\":\"{name}\"" : "";
        return TestTokens.Sign($$"""{"alg":"{{_algorithm}}"{{named}}}""", payload, _sign);
    }

    private static string Text(byte[]? bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
