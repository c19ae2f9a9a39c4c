using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Mercure.Bench.Http;
using Mercure.Bench.Load;
using Mercure.Bench.Verify;

namespace Mercure.Bench;

/// <summary>The options of <c>run</c>, <c>fill</c> and <c>replay</c>, and how they become settings.</summary>
internal sealed class RunOptions
{
    public const string FloorUrl = "floor";

    private readonly Option<string> _url = new("--url")
    {
        Description = "The hub, or 'floor' for the floor alone; its path says the generation: /hub for 0.7, /.well-known/mercure for 0.10",
        DefaultValueFactory = _ => "http://localhost:3000/hub",
    };

    private readonly Option<string?> _publishUrl = new("--publish-url") { Description = "Where to publish instead: another node of the same hub" };
    private readonly Option<int> _subscribers = Number("--subscribers", "Subscriber connections", 100, 0);
    private readonly Option<int> _stalled = Number("--stalled", "Subscribers more, that read nothing until publishing ends", 0, 0);
    private readonly Option<int> _bystanders = Number("--bystanders", "Subscribers more, of topics that nobody publishes to", 0, 0);
    private readonly Option<string> _bystanderTopic = new("--bystander-topic")
    {
        Description = "Their topic or template; # stands for each one's number",
        DefaultValueFactory = _ => "https://bench.invalid/bystander/#",
    };

    private readonly Option<long> _missed = new("--missed")
    {
        Description = "At the end all subscribers leave, so many updates are published, and all come back at once with their last ids",
        Validators = { result => AtLeast(result, 0) },
    };

    private readonly Option<bool> _ownIds = new("--own-ids") { Description = "Publishers give their updates ids, instead of the hub" };
    private readonly Option<int> _publishers = Number("--publishers", "Keep-alive connections that publish, one publish in flight each (0: 1, or 64 with --rate)", 0, 0);
    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Publishes a second, latencies from the intended time (0: each connection as fast as it is answered)",
        Validators = { result => AtLeast(result, 0) },
    };

    private readonly Option<bool> _lockstep = new("--lockstep") { Description = "A publish stays in flight until all subscribers have it" };
    private readonly Option<int> _topics = Number("--topics", "Distinct topics; subscribers are spread over them", 1, 1);
    private readonly Option<int> _payload = Number("--payload", "Bytes of data in an update", 200, Stamp.Size);
    private readonly Option<TimeSpan> _duration = Span("--duration", "Time that is measured", "10s");
    private readonly Option<TimeSpan> _warmup = Span("--warmup", "Publishing before that", "3s");
    private readonly Option<TimeSpan> _drain = Span("--drain", "Longest wait for deliveries at the end", "10s");
    private readonly Option<TimeSpan> _settle = Span("--settle", "Wait between the last subscriber's response head and the first publish", "500ms");
    private readonly Option<string?> _publisherToken = new("--publisher-token") { Description = "JWT of publishers" };
    private readonly Option<string?> _subscriberToken = new("--subscriber-token") { Description = "JWT of subscribers" };
    private readonly Option<string?> _key = new("--jwt-key") { Description = "HS256 key to make both tokens with" };
    private readonly Option<string?> _target = new("--target") { Description = "Target of the updates (generation 0.7; none: public)" };
    private readonly Option<bool> _private = new("--private") { Description = "Private updates (generation 0.10)" };
    private readonly Option<double> _ramp = new("--ramp")
    {
        Description = "Subscriber connections a second (0: as fast as possible)",
        Validators = { result => AtLeast(result, 0) },
    };

    private readonly Option<bool> _gzip = new("--gzip") { Description = "Subscribers accept gzip" };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Accept any TLS certificate" };
    private readonly Option<int[]> _pids = new("--pid")
    {
        Description = "The server's process, or those of its nodes: their CPU and memory are measured, in sum",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<bool> Floor { get; } = new("--floor") { Description = "Run the same against the floor, alternately, and give the ratio" };

    public Option<bool> Json { get; } = new("--json") { Description = "JSON on standard output" };

    public Option<int> Repeat { get; } = Number("--repeat", "Runs; the table gives each and the medians", 1, 1);

    public Option<long> Count { get; } = new("--count") { Description = "Updates to publish", Required = true, Validators = { result => AtLeast(result, 1) } };

    public void AddToRun(Command command)
    {
        Option[] all =
        [
            _url, _publishUrl, _subscribers, _stalled, _bystanders, _bystanderTopic, _missed, _ownIds, _publishers, _rate, _lockstep, _topics, _payload, _duration, _warmup, _drain, _settle, _publisherToken,
            _subscriberToken, _key, _target, _private, _ramp, _gzip, _insecure, _pids, Floor, Repeat, Json,
        ];
        Array.ForEach(all, command.Add);
    }

    public void AddToFill(Command command)
    {
        Option[] all = [Count, _url, _ownIds, _publishers, _topics, _payload, _publisherToken, _key, _target, _private, _insecure, _pids, Json];
        Array.ForEach(all, command.Add);
    }

    public void AddToReplay(Command command)
    {
        Option[] all = [Count, _url, _ownIds, _publishers, _payload, _drain, _settle, _publisherToken, _subscriberToken, _key, _gzip, _insecure, _pids, Json];
        Array.ForEach(all, command.Add);
    }

    public bool IsFloorOnly(ParseResult parsed) => parsed.GetValue(_url) == FloorUrl;

    public RunSettings Run(ParseResult parsed)
    {
        var rate = parsed.GetValue(_rate);
        var settings = new RunSettings
        {
            Url = Url(parsed),
            Subscribers = parsed.GetValue(_subscribers),
            Stalled = parsed.GetValue(_stalled),
            Bystanders = parsed.GetValue(_bystanders),
            BystanderTopic = parsed.GetValue(_bystanderTopic)!,
            Missed = parsed.GetValue(_missed),
            OwnIds = parsed.GetValue(_ownIds),
            Publishers = parsed.GetValue(_publishers) is > 0 and var publishers ? publishers : rate > 0 ? 64 : 1,
            Rate = rate,
            Lockstep = parsed.GetValue(_lockstep),
            Topics = parsed.GetValue(_topics),
            Payload = parsed.GetValue(_payload),
            Duration = parsed.GetValue(_duration),
            Warmup = parsed.GetValue(_warmup),
            Drain = parsed.GetValue(_drain),
            Settle = parsed.GetValue(_settle),
            PublisherToken = Token(parsed, _publisherToken),
            SubscriberToken = Token(parsed, _subscriberToken),
            Target = parsed.GetValue(_target),
            IsPrivate = parsed.GetValue(_private),
            Ramp = parsed.GetValue(_ramp),
            Gzip = parsed.GetValue(_gzip),
            Insecure = parsed.GetValue(_insecure),
            PublishUrl = parsed.GetValue(_publishUrl) is { } publishUrl ? Parse(publishUrl, "--publish-url") : null,
            Pids = parsed.GetValue(_pids) ?? [],
        };
        if (settings.Duration == TimeSpan.Zero)
            throw new FormatException("--duration must be longer than 0s.");
        if (settings.Lockstep && settings.Subscribers < settings.Topics)
            throw new FormatException("--lockstep needs a subscriber for each topic.");
        if (settings.Missed > 0 && (settings.Lockstep || rate > 0))
            throw new FormatException("--missed goes with neither --lockstep nor --rate.");
        if ((settings.Missed > 0 || settings.OwnIds) && (IsFloorOnly(parsed) || parsed.GetValue(Floor)))
            throw new FormatException("--missed and --own-ids need a hub: the floor has no history, and makes the ids.");
        return Checked(settings);
    }

    public RunSettings Replay(ParseResult parsed)
    {
        var count = parsed.GetValue(Count);
        if (count <= ReplayScenario.Least)
            throw new FormatException($"--count must be more than {ReplayScenario.Least}: the history is also read from {ReplayScenario.Back} updates back.");
        return Fill(parsed) with
        {
            Subscribers = 1,
            Topics = 1,
            SubscriberToken = Token(parsed, _subscriberToken),
            Drain = parsed.GetValue(_drain),
            Settle = parsed.GetValue(_settle),
            Gzip = parsed.GetValue(_gzip),
        };
    }

    public RunSettings Fill(ParseResult parsed) => Checked(new RunSettings
    {
        Url = Url(parsed),
        Count = parsed.GetValue(Count),
        OwnIds = parsed.GetValue(_ownIds),
        Publishers = parsed.GetValue(_publishers) is > 0 and var publishers ? publishers : 64,
        Topics = parsed.GetValue(_topics),
        Payload = parsed.GetValue(_payload),
        Warmup = TimeSpan.Zero,
        PublisherToken = Token(parsed, _publisherToken),
        Target = parsed.GetValue(_target),
        IsPrivate = parsed.GetValue(_private),
        Insecure = parsed.GetValue(_insecure),
        Pids = parsed.GetValue(_pids) ?? [],
    });

    /// <summary>A field of the other generation would be ignored by the hub, and updates measured that are public.</summary>
    private static RunSettings Checked(RunSettings settings)
    {
        var isWellKnown = settings.Url.AbsolutePath == "/.well-known/mercure";
        return (settings.Target is not null && isWellKnown) || (settings.IsPrivate && !isWellKnown)
            ? throw new FormatException("--target is for generation 0.7 (/hub), --private for 0.10 (/.well-known/mercure).")
            : settings;
    }

    /// <summary>The one that is given, or one made with the key.</summary>
    private string? Token(ParseResult parsed, Option<string?> given) =>
        parsed.GetValue(given) ?? (parsed.GetValue(_key) is { } key ? Jwt.Mint(key) : null);

    private Uri Url(ParseResult parsed)
    {
        var url = parsed.GetValue(_url)!;
        return Parse(url == FloorUrl ? "http://floor.invalid/hub" : url, "--url");
    }

    private static Uri Parse(string url, string option) =>
        Uri.TryCreate(url, UriKind.Absolute, out var result) && result.Scheme is "http" or "https"
            ? result
            : throw new FormatException($"{option}: '{url}' is no http or https URL.");

    private static Option<int> Number(string name, string description, int value, int least)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result => AtLeast(result, least));
        return option;
    }

    /// <summary>What is no number at all is told by the parser.</summary>
    private static void AtLeast(OptionResult result, double least)
    {
        if (result.Tokens is [var token, ..] && double.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && !(value >= least && double.IsFinite(value)))
            result.AddError($"{result.Option.Name} must be at least {least}.");
    }

    private static Option<TimeSpan> Span(string name, string description, string value) => new(name)
    {
        Description = $"{description} ({value})",
        DefaultValueFactory = _ => Durations.TryParse(value, out var duration) ? duration : default,
        CustomParser = result => Parse(name, result),
    };

    private static TimeSpan Parse(string name, ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!Durations.TryParse(text, out var duration))
            result.AddError($"{name}: '{text}' is no duration; write 500ms, 15s, 1m30s.");
        return duration;
    }
}
