#!/usr/bin/env bash
# Everything that reads the code without running it. With --fix it formats the
# code and brings ARCHITECTURE.md up to date instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib.sh

if [ "${1:-}" = --fix ]; then
    scripts/golangci.sh fmt
    scripts/check-arch.sh
    exit
fi

step "formatting"
unformatted=$(git ls-files --cached --others --exclude-standard '*.go' | while read -r file; do
    [ ! -f "$file" ] || echo "$file"
done | xargs --no-run-if-empty gofmt -l)
[ -z "$unformatted" ] || die "not formatted (make fmt): $unformatted"

step "go vet"
go vet ./...
go vet -tags galera ./cmd/...

step "golangci-lint"
scripts/golangci.sh run ./...

step "architecture"
scripts/check-arch.sh --check
