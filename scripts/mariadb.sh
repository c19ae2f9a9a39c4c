# A private MariaDB server for the specs; sourced by test.sh, after postgresql.sh.

mariadb_pid=''

# mariadb_start <directory>: starts it and exports MERCURE_SPECS_MARIADB; on another port when one has been taken meanwhile.
mariadb_start() {
  local port attempt user=()
  mkdir -p "$1"
  if [ "$(id -u)" = 0 ]; then
    user=(--user=mysql)
    chown mysql "$1"
  fi
  mariadb-install-db --no-defaults "${user[@]}" --datadir="$1/data" --auth-root-authentication-method=normal \
    --skip-test-db > "$1/install.log" 2>&1
  # No spec cuts the power: what the operating system has is kept
  for attempt in 1 2 3; do
    port=$(free_port)
    /usr/sbin/mariadbd --no-defaults "${user[@]}" --datadir="$1/data" --socket="$1/socket" --pid-file="$1/pid" \
      --bind-address=127.0.0.1 --port="$port" --max-connections=300 --innodb-flush-log-at-trx-commit=2 > "$1/log" 2>&1 &
    mariadb_pid=$!
    ! mariadb_answers "$1" || break
    [ "$attempt" != 3 ] || { cat "$1/log" >&2; return 1; }
  done
  export MERCURE_SPECS_MARIADB="Server=127.0.0.1;Port=$port;User ID=root"
  echo "$MERCURE_SPECS_MARIADB"
}

# False when it has ended.
mariadb_answers() {
  until mariadb-admin --no-defaults --socket="$1/socket" --user=root ping > /dev/null 2>&1; do
    kill -0 "$mariadb_pid" 2> /dev/null || return 1
    sleep 0.1
  done
}

mariadb_stop() {
  [ -n "$mariadb_pid" ] || return 0
  kill -KILL "$mariadb_pid" || true
  wait "$mariadb_pid" 2> /dev/null || true
}
