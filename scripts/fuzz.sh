#!/usr/bin/env bash
# Runs each fuzz target for a short time: scripts/fuzz.sh [10s].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib.sh

time=${1:-10s}
found=0
while IFS=: read -r file target; do
    found=$((found + 1))
    step "fuzz $target"
    go test -run='^$' -fuzz="^$target\$" -fuzztime="$time" "./$(dirname "$file")"
done < <(git grep --untracked -h --only-matching --full-name -H -E '^func Fuzz[A-Za-z0-9_]*' -- '*_test.go' | sed 's/func //')
[ "$found" -gt 0 ] || die "found no fuzz target"
