// Publishes an update with .NET 10: dotnet run publish.cs
using System.Net.Http.Headers;

var hub = Environment.GetEnvironmentVariable("HUB_URL") ?? "http://localhost:3000/hub";
var token = Environment.GetEnvironmentVariable("TOKEN")
    ?? "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8";

using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
using var form = new FormUrlEncodedContent(new Dictionary<string, string>
{
    ["topic"] = "https://example.com/books/1",
    ["data"] = """{"availability":"sold out","from":"C#"}""",
});

using var response = await client.PostAsync(new Uri(hub), form);
Console.WriteLine($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
return response.IsSuccessStatusCode ? 0 : 1;
