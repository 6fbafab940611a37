#!/usr/bin/env bash
# What scripts/test.sh runs once everything is installed and the servers are up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib.sh

scripts/lint.sh

step "static build"
CGO_ENABLED=0 go build -o "$TMPDIR/bin/" ./...

step "Dockerfile"
scripts/check-dockerfile.sh

scripts/web.sh

step "the pages in the browser"
scripts/e2e.sh

step "tests"
CGO_ENABLED=1 go test -race -shuffle=on -timeout 45m ./...

step "the same suites on SQLite" # see modeltest.Each
grep -rlE --include='*_test.go' 'modeltest\.(Each|SQLiteIsSlow)\(' . | xargs -n 1 dirname | sort -u |
    SIXTOUCH_TEST_MYSQL='' SIXTOUCH_TEST_REDIS='' CGO_ENABLED=0 xargs go test -shuffle=on -timeout 25m

step "a simulated quarter" # SQLite's has been played above
CGO_ENABLED=0 go test -run '^TestQuarter_/mysql' -timeout 25m ./cmd/sixtouch

step "a third of it on a cluster" # the whole: make galera
SIXTOUCH_TEST_DAYS=30 CGO_ENABLED=0 go test -tags galera -run '^TestGalera_quarter' -timeout 15m ./cmd/sixtouch

scripts/fuzz.sh "${FUZZTIME:-10s}"
step "all good"
