# Debian packages that the specs need; sourced by test.sh.

missing_packages() {
  local missing=()
  compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null || [ -n "${MERCURE_SPECS_POSTGRESQL:-}" ] || missing+=(postgresql)
  [ -x /usr/sbin/mariadbd ] || [ -n "${MERCURE_SPECS_MARIADB:-}" ] || missing+=(mariadb-server)
  command -v faketime > /dev/null || missing+=(faketime)
  command -v chromium > /dev/null || missing+=(chromium)
  command -v node > /dev/null || missing+=(nodejs)
  command -v npm > /dev/null || missing+=(npm)
  command -v python3 > /dev/null || missing+=(python3)
  command -v curl > /dev/null || missing+=(curl)
  [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
  echo "${missing[*]}"
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
      echo "missing, and neither root nor sudo to install it: $missing" >&2
      return 1
    fi
    as_root=(sudo)
  fi

  "${as_root[@]}" apt-get update -q
  # shellcheck disable=SC2086 # a list of names
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing
}
