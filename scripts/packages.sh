# Debian packages that the specs need; sourced by test.sh. A spec that is skipped because a program is missing fails the run there.

# Prints the package of each program that is not installed.
missing_packages() {
  need() {
    local pattern
    for pattern in "${@:2}"; do
      compgen -G "$pattern" > /dev/null || command -v "$pattern" > /dev/null || { echo "$1"; return; }
    done
  }
  need postgresql '/usr/lib/postgresql/*/bin/initdb'
  need mariadb-server /usr/sbin/mariadbd mariadb-install-db
  need faketime '/usr/lib/*/faketime/libfaketimeMT.so.1'
  need chromium /usr/bin/chromium
  need nodejs node
  need npm npm
  need python3 python3
  need php-cli php
  need ruby ruby
  need curl curl
  need nginx-light /usr/sbin/nginx
  need iproute2 /usr/sbin/ip
  need util-linux /usr/bin/prlimit /usr/sbin/runuser /usr/bin/mount
}

install_missing_packages() {
  local missing as_root=()
  missing=$(missing_packages)
  if [ -z "$missing" ]; then
    echo 'nothing is missing'
    return
  fi

  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo > /dev/null; then
      echo "missing, and neither root nor sudo to install it:" $missing >&2
      return 1
    fi
    as_root=(sudo)
  fi

  "${as_root[@]}" apt-get update -q
  # shellcheck disable=SC2086 # a list of names
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing
}
