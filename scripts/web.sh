#!/usr/bin/env bash
# Checks the applications in the browser: types, style, logic, and that web/dist
# is what they build to and within its bounds. With --build it builds web/dist.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib.sh
node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' 2>/dev/null ||
    die "the pages are built with Node 20.19 or newer: see https://nodejs.org"

cd web/app
stamp=node_modules/.package-lock.json
[ -f "$stamp" ] && [ ! package-lock.json -nt "$stamp" ] || { step "npm ci"; PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error; }
if [ "${1:-}" = --build ]; then
    npm run --silent build
    node size.mjs
    exit
fi
step "types and style of the pages"
npm run --silent check
step "logic of the pages"
npm run --silent test
step "web/dist"
[ "$(cat ../dist/source.txt 2>/dev/null)" = "$(../../scripts/web-source.sh)" ] || die "web/dist is out of date: run make web and commit it"
node size.mjs
