#!/usr/bin/env bash
# A private Redis for tests, on 127.0.0.1 only, that keeps nothing on disk.
#
#   scripts/redis.sh start DIR PORT   start and wait until it answers
#   scripts/redis.sh stop  DIR        stop and wait
#   scripts/redis.sh kill  DIR        SIGKILL and wait, as a crash would
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -ge 2 ] || die "usage: $0 start DIR PORT | stop DIR | kill DIR"
mkdir -p "$2"
dir=$(cd "$2" && pwd)

start() {
    local port=$1
    command -v redis-server >/dev/null || die "redis-server is not installed: apt-get install redis-server"
    redis-server --daemonize yes --bind 127.0.0.1 --port "$port" --dir "$dir" --pidfile "$dir/pid" \
        --logfile "$dir/log" --save '' --appendonly no >/dev/null
    wait_for 30 redis-cli -h 127.0.0.1 -p "$port" ping || die "Redis does not answer: $(tail -n 5 "$dir/log")"
    end_with_test "$(cat "$dir/pid")"
}

case $1 in
start) start "${3:?start needs a port}" ;;
stop) end_process TERM "$dir/pid" ;;
kill) end_process KILL "$dir/pid" ;;
*) die "unknown command $1" ;;
esac
