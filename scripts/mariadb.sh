#!/usr/bin/env bash
# A private MariaDB for tests, on 127.0.0.1 only, user root without a password.
#
#   scripts/mariadb.sh start DIR PORT   make DIR if need be, start, wait until it answers
#   scripts/mariadb.sh stop  DIR        shut down in order and wait
#   scripts/mariadb.sh kill  DIR        SIGKILL and wait, as a crash would
#
# What it stores outlives stop and kill: start with the same DIR goes on with
# it. It commits to disk, as a production server does, because tests that kill
# it would prove nothing otherwise.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -ge 2 ] || die "usage: $0 start DIR PORT | stop DIR | kill DIR"
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)

answers() { mariadb-admin --no-defaults --socket="$dir/socket" --user=root ping; }

start() {
    local port=$1
    command -v mariadbd >/dev/null || die "mariadbd is not installed: apt-get install mariadb-server"
    if [ ! -d "$dir/data/mysql" ]; then
        mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/data" \
            --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >"$dir/install.log" 2>&1 ||
            die "cannot make a database: $(tail -n 5 "$dir/install.log")"
    fi
    mkdir -p "$dir/files"
    # With its own session it is not ended by a Ctrl-C before its tests are.
    setsid mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/data" \
        --socket="$dir/socket" --pid-file="$dir/pid" --log-error="$dir/error.log" \
        --bind-address=127.0.0.1 --port="$port" --skip-name-resolve --secure-file-priv="$dir/files" \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci \
        --innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=256M --innodb-log-file-size=256M \
        --max-connections=500 --performance-schema=OFF \
        </dev/null >/dev/null 2>&1 &
    end_with_test $!
    wait_for 60 answers || die "MariaDB does not answer: $(tail -n 5 "$dir/error.log")"
}

case $command in
start) start "${3:?start needs a port}" ;;
stop) end_process TERM "$dir/pid" ;;
kill) end_process KILL "$dir/pid" ;;
*) die "unknown command $command" ;;
esac
