"""Prints the table of scripts/performance.sh from the JSON of its runs: what was measured, beside its aim."""

import json
import pathlib
import sys

results = {path.stem: json.loads(path.read_text()) for path in pathlib.Path(sys.argv[1]).glob("*.json")}


def median(name, key):
    return results[name]["hub"]["median"][key]


def ratio(name, other, key):
    return median(name, key) / median(other, key)


CPU_PUBLISH = "server_cpu_us_per_publish"
CPU_DELIVERY = "server_cpu_us_per_delivery"

# What it is, its unit, its aim, and how it follows from the runs
FIGURES = [
    ("idle subscriber, plain", "KiB", "≤ 20", lambda: median("idle", "server_bytes_per_subscriber") / 1024),
    ("idle subscriber, compressed, more", "KiB", "≤ 2", lambda: (
        median("idle-gzip", "server_bytes_per_subscriber") - median("idle", "server_bytes_per_subscriber")) / 1024),
    ("5,000 connect to a cold hub", "s", "< 3", lambda: median("connect", "connect_total_s")),
    ("10,000 connect to generation 0.10, presence off", "s", "", lambda: median("presence-off", "connect_total_s")),
    ("… presence on", "s", "≤ 30", lambda: median("presence-on", "connect_total_s")),
    ("update for nobody, 10 exact topics", "µs CPU", "", lambda: median("nobody-10", CPU_PUBLISH)),
    ("… 10,000 exact topics", "×", "< 1.5", lambda: ratio("nobody-10000", "nobody-10", CPU_PUBLISH)),
    ("… 10,000 templates, distinct prefixes", "×", "≤ 3", lambda: ratio("nobody-templates", "nobody-10", CPU_PUBLISH)),
    ("… 10,000 templates, one prefix, each", "µs CPU", "", lambda: (
        median("nobody-one-prefix", CPU_PUBLISH) - median("nobody-10", CPU_PUBLISH)) / 10_000),
    ("fan-out to 1,000, one in flight", "µs CPU", "", lambda: median("fan-out-1", CPU_DELIVERY)),
    ("… of the floor's", "×", "≤ 1.3", lambda: results["fan-out-1"]["ratio"]["hub/floor CPU per delivery"]),
    ("fan-out to 1,000, 16 publishers", "µs CPU", "", lambda: median("fan-out-16", CPU_DELIVERY)),
    ("… of the floor's", "×", "", lambda: results["fan-out-16"]["ratio"]["hub/floor CPU per delivery"]),
    ("… deliveries", "/s", "", lambda: median("fan-out-16", "deliveries_per_second")),
    ("durable publishes, 64 connections", "/s", "≥ 30,000", lambda: median("publish-64", "publishes_per_second")),
    ("… p99", "ms", "", lambda: median("publish-64", "publish_p99_ms")),
    ("durable publish, one connection, p50", "ms", "", lambda: median("publish-1", "publish_p50_ms")),
    ("ids of publishers, of the rate of generated ids", "×", "≥ 0.7", lambda: ratio("own-ids", "own-ids-no", "publishes_per_second")),
    ("first of the last 1,000 of a million", "ms", "< 50", lambda: median("replay", "tail_first_event_p50_ms")),
    ("replay of a million to one subscriber", "/s", "≥ 100,000", lambda: median("replay", "replay_updates_per_second")),
    ("unknown id, CPU of a known one's", "×", "≤ 2", lambda: max(
        median("replay", "unknown_id_cpu_us"), median("replay", "unknown_own_id_cpu_us")) / median("replay", "known_id_cpu_us")),
    ("… first byte", "×", "≤ 2", lambda: max(
        median("replay", "unknown_id_first_byte_p50_ms"), median("replay", "unknown_own_id_first_byte_p50_ms"))
        / median("replay", "known_id_first_byte_p50_ms")),
    ("one stops reading: the others' p99", "×", "≤ 1.1", lambda: ratio("stalled", "stalled-no", "delivery_p99_ms")),
    ("… CPU per delivery", "×", "≤ 1.1", lambda: ratio("stalled", "stalled-no", CPU_DELIVERY)),
    ("… it has everything after", "s", "", lambda: median("stalled", "caught_up_s")),
    ("2,000 reconnect at once, all caught up after", "s", "≤ 2", lambda: median("reconnect", "caught_up_s")),
]


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


print(f"\n| {'figure':<48} | {'measured':>16} | {'aim':>9} |")
print(f"|{'-' * 50}|{'-' * 17}:|{'-' * 10}:|")
for label, unit, aim, measure in FIGURES:
    try:
        print(f"| {label:<48} | {number(measure()) + ' ' + unit:>16} | {aim:>9} |")
    except KeyError:
        # Its scenario was not wanted
        continue
