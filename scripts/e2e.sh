#!/usr/bin/env bash
# Plays the pages in Chromium against the demo's binary: on SQLite, and on MariaDB
# where SIXTOUCH_TEST_MYSQL names a server. Arguments go to Playwright.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib.sh
[ "$(cat web/dist/source.txt 2>/dev/null)" = "$(scripts/web-source.sh)" ] || scripts/web.sh --build
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
CGO_ENABLED=0 go build -o "$bin/sixtouch" ./cmd/sixtouch
cd web/app
SIXTOUCH_BIN=$bin/sixtouch npx playwright test "$@"
