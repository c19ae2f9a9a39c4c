using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary>Publishes over one keep-alive connection.</summary>
public sealed class Publisher : IDisposable
{
    private readonly HttpClient _client;
    private readonly Uri _hub;

    /// <param name="hub">URL of the hub.</param>
    /// <param name="token">By default one of generation 0.7, for everyone.</param>
    public Publisher(Uri hub, string? token = null)
    {
        _hub = hub;
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { Timeout = Eventually.Patience };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token ?? HubSetup.PublisherToken);
    }

    /// <summary>What became of a publish: its id when it was acknowledged.</summary>
    /// <param name="Status">Null when the connection broke.</param>
    public sealed record Answer(HttpStatusCode? Status, string Body, TimeSpan? RetryAfter)
    {
        public string? Id => Status == HttpStatusCode.OK ? Body : null;
    }

    /// <summary>Publishes and expects the acknowledgement.</summary>
    /// <returns>The id.</returns>
    public async Task<string> PublishAsync(string topic, string data, string? id = null)
    {
        var answer = await TryPublishAsync(topic, data, id);
        Assert.True(answer.Id is not null, $"The publish was answered {answer}.");
        return answer.Id!;
    }

    public async Task<Answer> TryPublishAsync(string topic, string data, string? id = null)
    {
        var form = new List<KeyValuePair<string, string>> { new("topic", topic), new("data", data) };
        if (id is not null)
            form.Add(new("id", id));

        try
        {
            using var content = new FormUrlEncodedContent(form);
            using var response = await _client.PostAsync(_hub, content);
            return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException)
        {
            return new Answer(Status: null, "", RetryAfter: null);
        }
    }

    /// <summary>Publishes a form as it is.</summary>
    public async Task PublishRawAsync(string form)
    {
        using var content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await _client.PostAsync(_hub, content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public void Dispose() => _client.Dispose();
}
