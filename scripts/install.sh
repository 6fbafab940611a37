#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, by Debian's packages:
# MariaDB with Galera, Redis, a C compiler for the race detector, Node for the
# pages, a browser and a Chinese font for the browser tests. What is there is left alone.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v go >/dev/null || die "Go is not installed; see https://go.dev/doc/install"

packages=()
need() { # COMMAND PACKAGE...
    command -v "$1" >/dev/null || packages+=("${@:2}")
}
# Debian puts servers where only root looks.
PATH=$PATH:/usr/sbin
need mariadbd mariadb-server
need redis-server redis-server
compgen -G '/usr/lib*/galera*/libgalera_smm.so' >/dev/null || packages+=(galera-4)
need rsync rsync
need ss iproute2
need gcc gcc libc6-dev
need chromium chromium
need git git
need node nodejs
need npm npm
if ! command -v fc-list >/dev/null || [ -z "$(fc-list :lang=zh-cn family)" ]; then
    packages+=(fontconfig fonts-noto-cjk)
fi
[ ${#packages[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null || die "this is no Debian: install what these packages hold and try again: ${packages[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || die "not root, and sudo asks for a password; first run: sudo apt-get install ${packages[*]}"
    as_root=(sudo)
fi

install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${packages[@]}"
}
step "installing ${packages[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The package lists are refreshed only when they are missing or out of date.
if ! install >"$log" 2>&1; then
    { "${as_root[@]}" apt-get update --quiet && install; } >"$log" 2>&1 || { tail -n 30 "$log" >&2; die "apt-get failed"; }
fi
