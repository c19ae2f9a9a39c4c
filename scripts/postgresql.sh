# A private PostgreSQL cluster for the specs; sourced by test.sh.

postgresql_data=''

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

# Below what the kernel gives to connections, so that none takes it before its server does.
free_port() {
  python3 - <<'EOF'
import random, socket
while True:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", random.randrange(11000, 31000)))
        except OSError:
            continue
        print(probe.getsockname()[1])
        break
EOF
}

# postgresql_start <directory> [options of the server…]: starts it and exports MERCURE_SPECS_POSTGRESQL; on another port when one
# has been taken meanwhile.
postgresql_start() {
  local bin port attempt
  bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
  mkdir -p "$1"
  [ "$(id -u)" != 0 ] || chown postgres "$1"
  postgresql_data=$1/data
  postgresql_ctl=$bin/pg_ctl
  as_postgres "$bin/initdb" -D "$postgresql_data" -U specs --auth=trust -E UTF8 --no-locale --no-sync > "$1/../initdb.log"
  for attempt in 1 2 3; do
    port=$(free_port)
    ! as_postgres "$postgresql_ctl" -D "$postgresql_data" -w -s -l "$1/log" -o "-p $port -c listen_addresses=127.0.0.1 \
      -c unix_socket_directories='' -c max_connections=300 ${*:2}" start || break
    [ "$attempt" != 3 ] || { cat "$1/log" >&2; return 1; }
  done
  export MERCURE_SPECS_POSTGRESQL="Host=127.0.0.1;Port=$port;Username=specs;Database=postgres"
  echo "$MERCURE_SPECS_POSTGRESQL"
}

postgresql_stop() {
  [ -z "$postgresql_data" ] || as_postgres "$postgresql_ctl" -D "$postgresql_data" -m immediate -w -s stop || true
}
