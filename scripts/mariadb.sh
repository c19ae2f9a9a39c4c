# A private MariaDB server for the specs; sourced by test.sh, after postgresql.sh.

mariadb_pid=''

# mariadb_start <directory>: starts it and exports MERCURE_SPECS_MARIADB.
mariadb_start() {
  local port user=()
  port=$(free_port)
  mkdir -p "$1"
  if [ "$(id -u)" = 0 ]; then
    user=(--user=mysql)
    chown mysql "$1"
  fi
  mariadb-install-db --no-defaults "${user[@]}" --datadir="$1/data" --auth-root-authentication-method=normal \
    --skip-test-db > "$1/install.log" 2>&1
  /usr/sbin/mariadbd --no-defaults "${user[@]}" --datadir="$1/data" --socket="$1/socket" --pid-file="$1/pid" \
    --bind-address=127.0.0.1 --port="$port" --max-connections=200 > "$1/log" 2>&1 &
  mariadb_pid=$!
  until mariadb-admin --no-defaults --socket="$1/socket" --user=root ping > /dev/null 2>&1; do
    kill -0 "$mariadb_pid" 2> /dev/null || { cat "$1/log" >&2; return 1; }
    sleep 0.1
  done
  export MERCURE_SPECS_MARIADB="Server=127.0.0.1;Port=$port;User ID=root"
  echo "$MERCURE_SPECS_MARIADB"
}

mariadb_stop() {
  [ -n "$mariadb_pid" ] || return 0
  kill -KILL "$mariadb_pid" || true
  wait "$mariadb_pid" 2> /dev/null || true
}
