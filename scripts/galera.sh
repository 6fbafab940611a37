#!/usr/bin/env bash
# A private cluster for tests: three nodes of MariaDB Galera on 127.0.0.1, user
# root without a password, node N (1 to 3) for SQL on port BASEPORT+N-1.
#
#   scripts/galera.sh start DIR BASEPORT   start what does not run, wait until all are in step;
#                                          makes a cluster in a new DIR. Uses BASEPORT to BASEPORT+11.
#   scripts/galera.sh stop  DIR            shut all nodes down in order and wait
#   scripts/galera.sh kill  DIR NODE       SIGKILL and wait, as a crash would; start brings it back
#   scripts/galera.sh cut   DIR NODE       part the node from the others; its clients stay connected
#   scripts/galera.sh heal  DIR NODE       undo that, wait until it is in step
#
# Nodes commit to disk and take their state from each other by rsync. Run by
# root, they run as user mysql, which must be able to enter DIR.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -ge 2 ] || die "usage: $0 start DIR BASEPORT | stop DIR | kill DIR NODE | cut DIR NODE | heal DIR NODE"
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
# Debian puts servers where only root looks.
PATH=$PATH:/usr/sbin
user=$(id -un)
[ "$user" != root ] || user=mysql
# Where its user may write, too.
export TMPDIR=$dir/tmp

sql() { mariadb --no-defaults --socket="$dir/$1/socket" --user=root --batch --skip-column-names --execute="$2"; }
in_step() { [ "$(sql "$1" "SHOW STATUS LIKE 'wsrep_local_state_comment'" | cut -f2)" = Synced ] &&
    [ "$(sql "$1" "SHOW STATUS LIKE 'wsrep_ready'" | cut -f2)" = ON ]; }
await() { wait_for 90 in_step "$1" || die "node $1 does not get in step: $(tail -n 5 "$dir/$1/error.log")"; }
runs() { [ -s "$dir/$1/pid" ] && ! process_gone "$(cat "$dir/$1/pid")"; }

provider() { find /usr/lib /usr/lib64 -name libgalera_smm.so -print -quit 2>/dev/null; }

prepare() {
    local node
    if [ -d "$dir/1/data" ]; then return; fi
    mkdir -p "$dir"/{1,2,3,tmp}
    mkdir "$dir/1/data"
    [ "$user" = "$(id -un)" ] || chown -R "$user" "$dir"
    mariadb-install-db --no-defaults --user="$user" --datadir="$dir/1/data" \
        --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >"$dir/install.log" 2>&1 ||
        die "cannot make a database: $(tail -n 5 "$dir/install.log")"
    for node in 2 3; do cp -a "$dir/1/data" "$dir/$node/data"; done
}

# launch NODE BASEPORT OPTION... starts a node; ports: SQL, group, and where it
# takes state.
launch() {
    local node=$1 base=$2 group=$(($2 + 3)) i
    local at=$((base + node - 1)) members=
    for i in 0 1 2; do members+=${members:+,}127.0.0.1:$((group + i)); done
    # A node that is gone is missed after seconds, not after half a minute.
    local options="gmcast.listen_addr=tcp://127.0.0.1:$((group + node - 1));ist.recv_addr=127.0.0.1:$((at + 6))"
    options+=";evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;gcache.size=64M"
    # With its own session it is not ended by a Ctrl-C before its tests are.
    setsid mariadbd --no-defaults --user="$user" --datadir="$dir/$node/data" \
        --socket="$dir/$node/socket" --pid-file="$dir/$node/pid" --log-error="$dir/$node/error.log" \
        --bind-address=127.0.0.1 --port="$at" --skip-name-resolve \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci \
        --innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=64M --innodb-log-file-size=64M \
        --max-connections=200 --performance-schema=OFF \
        --binlog-format=ROW --default-storage-engine=InnoDB --innodb-autoinc-lock-mode=2 \
        --wsrep-on=ON --wsrep-provider="$(provider)" --wsrep-provider-options="$options" \
        --wsrep-cluster-name=sixtouch --wsrep-cluster-address="gcomm://$members" --wsrep-node-name="node$node" \
        --wsrep-node-address=127.0.0.1 --wsrep-sst-method=rsync --wsrep-sst-receive-address="127.0.0.1:$((at + 9))" \
        "${@:3}" </dev/null >/dev/null 2>&1 &
    end_with_test $!
}

start() {
    local base=$1 node first=
    command -v mariadbd >/dev/null && [ -n "$(provider)" ] && command -v rsync >/dev/null ||
        die "Galera is not installed: apt-get install mariadb-server galera-4 rsync"
    prepare
    for node in 1 2 3; do ! runs "$node" || first=$node; done
    if [ -z "$first" ]; then
        # The node that went last knows most; in a new cluster they are equal.
        first=1
        for node in 1 2 3; do ! grep -qs '^safe_to_bootstrap: 1' "$dir/$node/data/grastate.dat" || first=$node; done
        launch "$first" "$base" --wsrep-new-cluster
        await "$first"
    fi
    # One after the other: a node that gives its state away takes no part meanwhile.
    for node in 1 2 3; do
        runs "$node" || launch "$node" "$base"
        await "$node"
    done
}

stop() {
    local node
    for node in 3 2 1; do end_process TERM "$dir/$node/pid"; done
}

case $command in
start) start "${3:?start needs a port}" ;;
stop) stop ;;
kill) end_process KILL "$dir/${3:?kill needs a node}/pid" ;;
cut) sql "${3:?cut needs a node}" "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'" ;;
heal)
    sql "${3:?heal needs a node}" "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'"
    await "$3"
    ;;
*) die "unknown command $command" ;;
esac
