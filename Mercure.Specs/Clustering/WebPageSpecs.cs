using Mercure.Http.Cluster.Management;
using Mercure.Http.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>The management listener answers programs, by its own names, and no web page.</summary>
public sealed class WebPageSpecs
{
    [Theory]
    [InlineData("127.0.0.1:8558")]
    [InlineData("10.42.0.17:8558")]
    [InlineData("[::1]:8558")]
    [InlineData("[fd00::17]")]
    [InlineData("localhost:8558")]
    [InlineData("LOCALHOST.")]
    [InlineData("hub-1.internal.example:8558")]
    [InlineData("mercure:8558")]
    [InlineData("mercure.default.svc.cluster.local")]
    [InlineData("hub-0.mercure.default.svc.cluster.local:8558")]
    [InlineData("")]
    public void Should_answer_to_addresses_and_to_its_names(string host) => Assert.Null(Refusal(host));

    [Theory]
    [InlineData("attacker.example")]
    [InlineData("attacker.example:8558")]
    [InlineData("127.0.0.1.attacker.example")]
    [InlineData("localhost.attacker.example")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("hub")]
    [InlineData("xhub-1.internal.example")]
    [InlineData("a.b.mercure.default.svc.cluster.local")]
    [InlineData(".mercure.default.svc.cluster.local")]
    public void Should_refuse_any_other_name(string host) =>
        Assert.Contains("MERCURE_CLUSTER_MANAGEMENT_NAMES", Refusal(host), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://attacker.example")]
    [InlineData("http://localhost:3000")]
    [InlineData("https://localhost:8558")]
    [InlineData("null")]
    [InlineData("")]
    public void Should_refuse_a_page_of_another_origin(string origin) =>
        Assert.Contains("Origin", Refusal("localhost:8558", ("Origin", origin)), StringComparison.Ordinal);

    [Theory]
    [InlineData("cross-site", false)]
    [InlineData("same-site", false)]
    [InlineData("something-new", false)]
    [InlineData("same-origin", true)]
    [InlineData("none", true)]
    public void Should_refuse_a_page_of_another_site(string site, bool isAnswered) =>
        Assert.Equal(isAnswered, Refusal("localhost:8558", ("Sec-Fetch-Site", site), ("Origin", "http://localhost:8558")) is null);

    private static string? Refusal(string host, params (string Name, string Value)[] headers)
    {
        var settings = SettingsLoader.Load([], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["JWT_KEY"] = "!ChangeMe!",
            ["MERCURE_JOURNAL"] = "postgresql",
            ["MERCURE_JOURNAL_CONNECTION_STRING"] = "Host=db",
            ["MERCURE_CLUSTER_DISCOVERY"] = "database",
            ["MERCURE_CLUSTER_HOST"] = "hub-1.internal.example",
            ["MERCURE_CLUSTER_MANAGEMENT_NAMES"] = "mercure, mercure.default.svc.cluster.local, *.mercure.default.svc.cluster.local",
        });
        var request = new DefaultHttpContext().Request;
        request.Scheme = "http";
        request.Host = new HostString(host);
        foreach (var (name, value) in headers)
            request.Headers[name] = value;
        return new WebPages(settings.Cluster!, NullLogger.Instance).Refusal(request);
    }
}
