#!/usr/bin/env bash
# Measures what docs/performance.md gives figures of, and prints them as one table with the ratios. Each scenario has a hub of its
# own on a new SQLite file, so that none meets what another left; one after the other, on a machine that does nothing else.
#
#   scripts/performance.sh                    all of them; some fifteen minutes
#   scripts/performance.sh replay reconnect   these
#
# Exit code: that of mercure-bench, not 0 when an update was lost, doubled, out of order or mangled.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/postgresql.sh # free_port

configuration=${CONFIGURATION:-Release}
scenarios=(idle idle-gzip connect presence nobody fan-out publish own-ids replay stalled reconnect)
[ "$#" = 0 ] || scenarios=("$@")

ulimit -n "$(ulimit -Hn)"
dotnet build Mercure.sln -c "$configuration" -v quiet --nologo
program=$PWD/Mercure.Http/bin/$configuration/net10.0/mercure
bench=$PWD/Mercure.Bench/bin/$configuration/net10.0/mercure-bench

work=$(mktemp -d)
mkdir "$work/results"
hub=''
# What serves generation 0.7, or the other one.
serves=(JWT_KEY='!ChangeMe!')
path=/hub
trap 'hub_stop; rm -rf "$work"' EXIT

hub_stop() {
  [ -n "$hub" ] || return 0
  kill "$hub" && wait "$hub" || true
  hub=''
}

hub_start() {
  port=$(free_port)
  mkdir "$work/hub"
  (cd "$work/hub" && exec env "${serves[@]}" ADDR=127.0.0.1:$port ALLOW_ANONYMOUS=1 "$program") 2> "$work/hub.log" &
  hub=$!
  until curl -sf "http://127.0.0.1:$port/healthz" > /dev/null; do
    kill -0 "$hub" || { cat "$work/hub.log" >&2; return 1; }
    sleep 0.1
  done
}

# on_a_hub <result> <options of mercure-bench…>: on one that was just started.
on_a_hub() {
  hub_start
  printf '\n== %s: mercure-bench %s\n' "$1" "${*:2}" >&2
  local command=()
  case "$2" in --*) ;; *) command=("$2") ;; esac
  "$bench" "${command[@]}" --url "http://127.0.0.1:$port$path" --jwt-key '!ChangeMe!' --pid "$hub" --json "${@:2+${#command[@]}}" > "$work/results/$1.json"
  hub_stop
  rm -rf "$work/hub"
}

for scenario in "${scenarios[@]}"; do
  case "$scenario" in
    idle) on_a_hub idle --subscribers 10000 --topics 100 --rate 10 --warmup 0s --duration 1s ;;
    idle-gzip) on_a_hub idle-gzip --subscribers 10000 --topics 100 --rate 10 --warmup 0s --duration 1s --gzip ;;
    connect) on_a_hub connect --subscribers 5000 --topics 100 --rate 10 --warmup 0s --duration 1s ;;
    presence)
      serves=(MERCURE_PUBLISHER_JWT_KEY='!ChangeMe!' MERCURE_SUBSCRIBER_JWT_KEY='!ChangeMe!')
      path=/.well-known/mercure
      on_a_hub presence-off --subscribers 10000 --topics 100 --rate 10 --warmup 0s --duration 1s
      serves+=(MERCURE_V010_SUBSCRIPTIONS=1)
      on_a_hub presence-on --subscribers 10000 --topics 100 --rate 10 --warmup 0s --duration 1s
      serves=(JWT_KEY='!ChangeMe!')
      path=/hub
      ;;
    nobody)
      nobody=(--subscribers 0 --publishers 64 --warmup 8s --duration 6s --repeat 3)
      on_a_hub nobody-10 "${nobody[@]}" --bystanders 10
      on_a_hub nobody-10000 "${nobody[@]}" --bystanders 10000
      on_a_hub nobody-templates "${nobody[@]}" --bystanders 10000 --bystander-topic 'https://bench.invalid/bystander/#/{id}'
      on_a_hub nobody-one-prefix "${nobody[@]}" --bystanders 10000 --bystander-topic 'https://bench.invalid/{id}/#'
      ;;
    fan-out)
      on_a_hub fan-out-1 --subscribers 1000 --lockstep --floor --repeat 5 --warmup 8s --duration 6s
      on_a_hub fan-out-16 --subscribers 1000 --publishers 16 --floor --repeat 3 --warmup 8s --duration 5s
      ;;
    publish)
      on_a_hub publish-64 --subscribers 0 --publishers 64 --repeat 3 --warmup 4s --duration 6s
      on_a_hub publish-1 --subscribers 0 --publishers 1 --repeat 3 --warmup 3s --duration 4s
      ;;
    own-ids)
      on_a_hub own-ids-no --subscribers 0 --publishers 64 --repeat 3 --warmup 4s --duration 6s
      on_a_hub own-ids --subscribers 0 --publishers 64 --repeat 3 --warmup 4s --duration 6s --own-ids
      ;;
    replay) on_a_hub replay replay --count 1000000 ;;
    stalled)
      stalled=(--subscribers 200 --rate 100 --payload 4000 --warmup 8s --duration 15s --repeat 3)
      on_a_hub stalled-no "${stalled[@]}"
      on_a_hub stalled "${stalled[@]}" --stalled 1
      ;;
    reconnect) on_a_hub reconnect --subscribers 2000 --topics 20 --warmup 1s --duration 2s --missed 2000 --repeat 3 ;;
    *) echo "usage: $0 [scenario…], of: idle idle-gzip connect presence nobody fan-out publish own-ids replay stalled reconnect" >&2; exit 2 ;;
  esac
done

python3 scripts/performance.py "$work/results"
