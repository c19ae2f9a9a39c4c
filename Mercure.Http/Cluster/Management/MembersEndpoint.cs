using System.Text.Json;
using Akka.Actor;
using Akka.Cluster;

namespace Mercure.Http.Cluster.Management;

/// <summary><c>/cluster/members</c> and <c>/cluster</c>, in the shape of the JVM's Akka Management.</summary>
internal sealed class MembersEndpoint(ActorSystem system)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(system);

    public Task ListAsync(HttpContext context)
    {
        var state = _cluster.State;
        return Json.AnswerAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("selfNode", _cluster.SelfAddress.ToString());
            json.WriteStartArray("members");
            foreach (var member in state.Members)
                WriteMember(json, member);
            json.WriteEndArray();
            json.WriteStartArray("unreachable");
            foreach (var member in state.Unreachable)
            {
                json.WriteStartObject();
                json.WriteString("node", member.Address.ToString());
                // Akka.NET does not tell who observes it; this node's view does.
                json.WriteStrings("observedBy", [_cluster.SelfAddress.ToString()]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteAddress(json, "leader", state.Leader);
            WriteAddress(json, "oldest", Oldest(state.Members)?.Address);
            json.WriteStartObject("oldestPerRole");
            foreach (var role in state.Members.SelectMany(member => member.Roles).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                WriteAddress(json, role, Oldest(state.Members.Where(member => member.HasRole(role)))?.Address);
            json.WriteEndObject();
        });
    }

    public Task GetAsync(HttpContext context, string address) =>
        Find(address) is { } member
            ? Json.AnswerAsync(context, StatusCodes.Status200OK, json => WriteFields(json, member))
            : NotFoundAsync(context, address);

    public async Task JoinAsync(HttpContext context)
    {
        var form = await FormAsync(context);
        if (form?["address"].ToString() is not { Length: > 0 } text || !TryParseAddress(text, out var address))
        {
            await Json.MessageAsync(context, StatusCodes.Status400BadRequest, "The form field address is missing or is no address such as akka.tcp://mercure@10.0.0.1:25520");
            return;
        }

        _cluster.Join(address);
        await Json.MessageAsync(context, StatusCodes.Status200OK, $"Joining {address}");
    }

    /// <summary>The node itself is requested to leave, so that it drains first; one that does not answer is marked as leaving.</summary>
    public async Task LeaveAsync(HttpContext context, string address)
    {
        if (Find(address) is not { } member)
        {
            await NotFoundAsync(context, address);
            return;
        }

        var departure = system.ActorSelection(new RootActorPath(member.Address) / "user" / Departure.Name);
        try
        {
            await departure.Ask<string>(Departure.Leave, AnswerTimeout, context.RequestAborted);
        }
        catch (AskTimeoutException)
        {
            _cluster.Leave(member.Address);
        }

        await Json.MessageAsync(context, StatusCodes.Status200OK, $"Leaving {member.Address}");
    }

    public async Task ChangeAsync(HttpContext context, string address)
    {
        if (Find(address) is not { } member)
        {
            await NotFoundAsync(context, address);
            return;
        }

        switch ((await FormAsync(context))?["operation"].ToString().ToUpperInvariant())
        {
            case "DOWN":
                _cluster.Down(member.Address);
                await Json.MessageAsync(context, StatusCodes.Status200OK, $"Downing {member.Address}");
                break;
            case "LEAVE":
                await LeaveAsync(context, address);
                break;
            default:
                await Json.MessageAsync(context, StatusCodes.Status400BadRequest, "Operation not supported: accepted are Down and Leave in the form field operation");
                break;
        }
    }

    /// <summary>Akka.NET has no state for it; the JVM's only operation is refused rather than ignored.</summary>
    public static Task ChangeClusterAsync(HttpContext context) =>
        Json.MessageAsync(context, StatusCodes.Status400BadRequest, "Operation not supported: Akka.NET has no preparation for a full shutdown, and nothing has changed; stop every node by SIGTERM, all at once or one after the other");

    public Task SeedNodesAsync(HttpContext context) =>
        Json.AnswerAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("selfNode", _cluster.SelfAddress.ToString());
            json.WriteStartArray("seedNodes");
            foreach (var member in _cluster.State.Members.Where(member => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp).Take(5))
            {
                json.WriteStartObject();
                json.WriteString("node", member.Address.ToString());
                json.WriteNumber("nodeUid", member.UniqueAddress.Uid);
                json.WriteString("status", member.Status.ToString());
                json.WriteStrings("roles", member.Roles);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    private static async Task<IFormCollection?> FormAsync(HttpContext context) =>
        context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : null;

    private static Task NotFoundAsync(HttpContext context, string address) =>
        Json.MessageAsync(context, StatusCodes.Status404NotFound, $"No member [{address}]");

    private static Member? Oldest(IEnumerable<Member> members) =>
        members.Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving).Aggregate(
            (Member?)null, (oldest, member) => oldest is null || member.IsOlderThan(oldest) ? member : oldest);

    private static void WriteAddress(Utf8JsonWriter json, string name, Address? address)
    {
        if (address is not null)
            json.WriteString(name, address.ToString());
    }

    private static void WriteMember(Utf8JsonWriter json, Member member)
    {
        json.WriteStartObject();
        WriteFields(json, member);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, Member member)
    {
        json.WriteString("node", member.Address.ToString());
        json.WriteString("nodeUid", member.UniqueAddress.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("status", member.Status.ToString());
        json.WriteStrings("roles", member.Roles);
    }

    /// <summary>A full address, or <c>system@host:port</c>.</summary>
    private Member? Find(string text) =>
        TryParseAddress(text, out var address) ? _cluster.State.Members.FirstOrDefault(member => member.Address == address) : null;

    private bool TryParseAddress(string text, out Address address)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"{_cluster.SelfAddress.Protocol}://{text}";
        return Address.TryParse(full, out address!) && address is { Host: not null, Port: not null };
    }
}
