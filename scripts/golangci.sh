#!/usr/bin/env bash
# Runs the pinned golangci-lint. It is built once and kept outside the tree.
set -euo pipefail

version=v2.15.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sixtouch/bin/$version
if [ ! -x "$cache/golangci-lint" ]; then
    echo "building golangci-lint $version (once, a few minutes)" >&2
    mkdir -p "$cache"
    GOBIN=$cache GOFLAGS= go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
fi
exec "$cache/golangci-lint" "$@"
