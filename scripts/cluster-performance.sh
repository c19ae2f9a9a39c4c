#!/usr/bin/env bash
# Measures a cluster of three nodes on this machine, with PostgreSQL, against a single hub on the same database: publishing through
# the node that has the writer and through another, deliveries across nodes, and what an idle node costs. Prints the figures that
# docs/performance.md gives. Nothing else should run meanwhile.
#
#   scripts/cluster-performance.sh
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/postgresql.sh

configuration=${CONFIGURATION:-Release}
dotnet build Mercure.sln -c "$configuration" -v quiet --nologo
program=$PWD/Mercure.Http/bin/$configuration/net10.0/mercure
bench=$PWD/Mercure.Bench/bin/$configuration/net10.0/mercure-bench

work=$(mktemp -d)
chmod 755 "$work"
pids=()
trap 'stop_all; postgresql_stop; rm -rf "$work"' EXIT
postgresql_start "$work/postgresql" > /dev/null

stop_all() {
  [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2> /dev/null || true
  wait
  pids=()
}

# start <name of the hub> <address> <more environment…>
start() {
  env -u MERCURE_SPECS_POSTGRESQL JWT_KEY='!ChangeMe!' ALLOW_ANONYMOUS=1 MERCURE_NAME="$1" ADDR="$2" MERCURE_JOURNAL=postgresql \
    MERCURE_JOURNAL_CONNECTION_STRING="$MERCURE_SPECS_POSTGRESQL" "${@:3}" "$program" 2> "$work/$2.log" &
  pids+=($!)
}

until_healthy() {
  local deadline=$((SECONDS + 60))
  until curl -sf "http://$1/healthz" > /dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || { cat "$work/$1.log" >&2; return 1; }
    sleep 0.2
  done
}

run() {
  printf '\n== %s\n' "$1"
  "$bench" --jwt-key '!ChangeMe!' --pid "${pids[@]}" "${@:2}" 2> /dev/null | grep -E '^(http|publishes/s|deliveries/s|publish latency p50|delivery latency p50|server CPU)'
}

publishing=(--subscribers 0 --publishers 64 --warmup 6s --duration 5s --repeat 3)
fan_out=(--subscribers 1000 --lockstep --warmup 8s --duration 5s --repeat 3)

start single 127.0.0.1:3111
until_healthy 127.0.0.1:3111
run 'single hub: publishing' --url http://127.0.0.1:3111/hub "${publishing[@]}"
run 'single hub: deliveries' --url http://127.0.0.1:3111/hub "${fan_out[@]}"
stop_all

nodes=(127.0.0.1:3111 127.0.0.1:3112 127.0.0.1:3113)
for i in 0 1 2; do
  start cluster "${nodes[$i]}" MERCURE_CLUSTER_DISCOVERY=database MERCURE_CLUSTER_HOST=127.0.0.1 \
    MERCURE_CLUSTER_PORT=$((25611 + i)) MERCURE_CLUSTER_MANAGEMENT_ADDR=127.0.0.1:$((8611 + i))
done
for node in "${nodes[@]}"; do until_healthy "$node"; done

writer=$(curl -sf http://127.0.0.1:8611/cluster/shards/hub/stats | python3 -c '
import json, sys
print(next(int(address.rsplit(":", 1)[1]) - 25611 for address, region in json.load(sys.stdin)["regions"].items() if region["shards"]))')
other=$(((writer + 1) % 3))
third=$(((writer + 2) % 3))

run 'cluster: publishing through the node with the writer' --url "http://${nodes[$writer]}/hub" "${publishing[@]}"
run 'cluster: publishing through another' --url "http://${nodes[$other]}/hub" "${publishing[@]}"
run 'cluster: deliveries across nodes' --url "http://${nodes[$third]}/hub" --publish-url "http://${nodes[$other]}/hub" "${fan_out[@]}"

printf '\n== idle, CPU of each node in %% of a core\n'
sleep 5
ticks() { for pid in "${pids[@]}"; do awk '{ print $14 + $15 }' "/proc/$pid/stat"; done; }
before=($(ticks))
sleep 20
after=($(ticks))
for i in 0 1 2; do
  printf '%s%s: %s\n' "${nodes[$i]}" "$([ "$i" = "$writer" ] && echo ' (writer)')" "$(python3 -c "print((${after[$i]} - ${before[$i]}) / 20)")"
done
