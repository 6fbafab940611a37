#!/usr/bin/env bash
# Everything that must hold before a change lands. Works on a new Debian machine
# that has only Go: installs what is missing, starts its own MariaDB and Redis
# in a temporary directory on free ports, and leaves nothing behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib.sh

scripts/install.sh
export PATH=$PATH:/usr/sbin

work=$(mktemp -d)
# Tests keep their files, and the servers that they start, in here as well.
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
child=
cleanup() {
    local status=$?
    trap - EXIT INT TERM HUP
    [ -z "$child" ] || kill -KILL -- "-$child" 2>/dev/null || true
    find "$work" -type f -name pid | while read -r file; do
        end_process KILL "$file" || true
    done
    # A failed test may have removed the folder of a server that it left running.
    grep -lzs -- "$work/" /proc/[0-9]*/cmdline | cut -d/ -f3 | xargs --no-run-if-empty kill -KILL 2>/dev/null || true
    rm -rf "$work"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# run runs a command in a process group of its own and waits for it, so that an
# interrupted script ends at once and takes all of the command's children along.
run() {
    set -m
    "$@" &
    child=$!
    set +m
    wait "$child"
    child=
}

run scripts/lint.sh

step "static build"
run env CGO_ENABLED=0 go build -o "$work/bin/" ./...

step "Dockerfile"
run scripts/check-dockerfile.sh

step "MariaDB and Redis"
mysql_port=$(free_port)
scripts/mariadb.sh start "$work/mariadb" "$mysql_port"
redis_port=$(free_port)
scripts/redis.sh start "$work/redis" "$redis_port"
# Tests make databases of their own. Those that restart a server start one of
# their own with scripts/mariadb.sh: these two are shared by all packages.
export SIXTOUCH_TEST_MYSQL="mysql://root@127.0.0.1:$mysql_port/"
export SIXTOUCH_TEST_REDIS="redis://127.0.0.1:$redis_port"

step "tests"
run env CGO_ENABLED=1 go test -race -shuffle=on -timeout 25m ./...

run scripts/fuzz.sh "${FUZZTIME:-10s}"
step "all good"
