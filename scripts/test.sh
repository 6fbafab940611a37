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
cleanup() {
    local status=$?
    trap - EXIT INT TERM
    scripts/mariadb.sh kill "$work/mariadb" || true
    scripts/redis.sh stop "$work/redis" || true
    rm -rf "$work"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

scripts/lint.sh

step "static build"
CGO_ENABLED=0 go build -o "$work/bin/" ./...

step "Dockerfile"
scripts/check-dockerfile.sh

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
CGO_ENABLED=1 go test -race -shuffle=on -timeout 25m ./...

scripts/fuzz.sh "${FUZZTIME:-10s}"
step "all good"
