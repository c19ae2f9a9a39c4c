#!/usr/bin/env bash
# Installs what the specs need (Debian), builds with warnings as errors, checks the format, and runs every spec.
#
#   ./test.sh           everything but the long series; 12 minutes at most on two cores
#   ./test.sh --long    the long series too (kill series, a million updates, half an hour of churn: MERCURE_SOAK_MINUTES)
#
# PostgreSQL and MariaDB run as private servers in a temporary directory. MERCURE_SPECS_POSTGRESQL=<connection string> and
# MERCURE_SPECS_MARIADB=<connection string> name servers to use instead.
set -euo pipefail
cd "$(dirname "$0")"

long=0
for argument in "$@"; do
  case "$argument" in
    --long) long=1 ;;
    *) echo "usage: $0 [--long]" >&2; exit 2 ;;
  esac
done

work=$(mktemp -d)
chmod 755 "$work"
source scripts/packages.sh
source scripts/postgresql.sh
source scripts/mariadb.sh
trap 'postgresql_stop; mariadb_stop; rm -rf "$work"' EXIT

step() { printf '\n== %s (%ds)\n' "$1" "$SECONDS"; }

step 'packages'
install_missing_packages
npm ci --prefix Mercure.Specs/Clients --silent

if [ -z "${MERCURE_SPECS_POSTGRESQL:-}" ]; then
  step 'a private PostgreSQL'
  # No spec cuts the power: what the operating system has is kept
  postgresql_start "$work/postgresql" -c fsync=off -c full_page_writes=off
fi

if [ -z "${MERCURE_SPECS_MARIADB:-}" ]; then
  step 'a private MariaDB'
  mariadb_start "$work/mariadb"
fi

step 'restore'
dotnet restore Mercure.sln --locked-mode

step 'build'
dotnet build Mercure.sln -c Release --no-restore -warnaserror

# What fails from here on is remembered: the specs say more than the first complaint.
status=0

step 'scripts'
python3 -B -m unittest discover -s scripts -p '*_test.py' || status=1

step 'format'
# White space and imports; what the analyzers enforce, the build has enforced
dotnet format Mercure.sln --verify-no-changes --no-restore --diagnostics IMPORTS || status=1

# specs <directory of the results> <options of dotnet test…>; a spec that hangs is named
specs() {
  dotnet test Mercure.Specs/bin/Release/net10.0/Mercure.Specs.dll "${@:2}" --logger 'trx;LogFilePrefix=specs' --logger 'console;verbosity=minimal' \
    --results-directory "$1" --blame-hang-timeout "$hang" --blame-hang-dump-type none
}

step 'specs'
filter=(--filter 'Category!=Long')
hang=10m
if [ "$long" = 1 ]; then
  filter=()
  hang=3h
fi
mkdir "$work/results" "$work/again"
specs_status=0
specs "$work/results" "${filter[@]}" || specs_status=$?

# A spec that fails is run once more, alone: one that passes then is named as unstable.
python3 scripts/summary.py again "$work/results" > "$work/methods"
while read -r method; do
  step "again: $method"
  specs "$work/again" --filter "FullyQualifiedName=$method" < /dev/null || true
done < "$work/methods"

step 'done'
[ "$status" = 0 ] || echo 'The scripts or the format are not as they should be: see above.'
python3 scripts/summary.py report "$work/results" "$work/again" "$specs_status" || status=1
exit "$status"
