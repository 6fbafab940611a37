# Functions that the other scripts share. Source it; it does nothing by itself.

# step prints what begins now, and when that is.
step() { printf '\n== %(%H:%M:%S)T %s\n' -1 "$*"; }

# die prints why the script gives up and ends it.
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# free_port prints a TCP port of this machine on which nobody listens. It stays
# below the range from which the kernel picks ports for clients.
free_port() {
    local port
    for _ in {1..100}; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    die "found no free port"
}

# wait_for SECONDS COMMAND... runs COMMAND until it succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

# end_process SIGNAL PIDFILE signals the process and waits until it is gone.
# It is no error when there is none.
end_process() {
    local signal=$1 file=$2 pid
    [ -s "$file" ] || return 0
    pid=$(cat "$file")
    kill "-$signal" "$pid" 2>/dev/null || return 0
    wait_for 60 process_gone "$pid" || die "process $pid of $file does not end"
    rm -f "$file"
}

# process_gone also takes a zombie for gone: whether someone collects it is not
# for us to say.
process_gone() { ! kill -0 "$1" 2>/dev/null || grep -qs ') Z ' "/proc/$1/stat"; }

# end_with OWNER TARGET has the process TARGET, or the group -TARGET, killed as
# soon as the process OWNER is gone, whatever ended that: what a killed test has
# started must not outlive it.
end_with() {
    setsid bash -c 'while kill -0 "$1" && kill -0 -- "$2"; do sleep 1; done; kill -KILL -- "$2"' end_with "$1" "$2" \
        </dev/null >/dev/null 2>&1 &
}

# end_with_test PID does so for a server that a test has started, and said in
# SIXTOUCH_TEST_OWNER which process it is.
end_with_test() { [ -z "${SIXTOUCH_TEST_OWNER:-}" ] || end_with "$SIXTOUCH_TEST_OWNER" "$1"; }
