#!/usr/bin/env bash
# Runs a command with a private MariaDB and a private Redis, on free ports and in
# a temporary directory or in memory, and leaves nothing behind, however it ends:
#
#   scripts/with-servers.sh go test ./model/...
#
# The command finds them in SIXTOUCH_TEST_MYSQL and SIXTOUCH_TEST_REDIS. Tests
# make databases of their own in the first. Those that restart a server start
# one of their own with scripts/mariadb.sh: these two are shared.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/lib.sh"
[ $# -ge 1 ] || die "usage: $0 COMMAND..."
# Debian puts servers where only root looks.
export PATH=$PATH:/usr/sbin

# In memory where there is plenty: tests make some hundred databases, and none of
# them has to outlive the machine. A process that is killed loses nothing there.
plenty=$((8 * 1024 * 1024)) # KiB
room=$(df --output=avail /dev/shm 2>/dev/null | tail -n 1 || true)
spare=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo 2>/dev/null || true)
if [ "${room:-0}" -ge "$plenty" ] && [ "${spare:-0}" -ge $((2 * plenty)) ] && [ -w /dev/shm ] &&
    ! grep -q "^[^ ]* /dev/shm [^ ]* [^ ]*noexec" /proc/mounts; then
    work=$(mktemp -d /dev/shm/sixtouch.XXXXXX)
else
    work=$(mktemp -d)
fi
chmod 711 "$work" # the nodes of a cluster run as a user of their own
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

# Should this script be killed, everything ends with it.
export SIXTOUCH_TEST_OWNER=$$
port=$(free_port)
"$root/scripts/mariadb.sh" start "$work/mariadb" "$port"
export SIXTOUCH_TEST_MYSQL="mysql://root@127.0.0.1:$port/"
port=$(free_port)
"$root/scripts/redis.sh" start "$work/redis" "$port"
export SIXTOUCH_TEST_REDIS="redis://127.0.0.1:$port"

# In a process group of its own and waited for: a shell runs its traps only
# after the command in hand, and an interrupted run must end at once and take
# all of the command's children along.
set -m
"$@" &
child=$!
set +m
end_with $$ "-$child"
wait "$child"
child=
