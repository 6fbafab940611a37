#!/usr/bin/env bash
# Prints the hash of everything that web/dist is built from. The build keeps it
# beside its result, so that a result that is out of date is noticed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files --cached --others --exclude-standard -- web/app web/i18n |
    grep -Ev '^web/app/(e2e/|README.md|look|smooth|playwright|biome|.*\.test\.ts$)' | LC_ALL=C sort |
    while read -r file; do [ ! -f "$file" ] || sha256sum "$file"; done | sha256sum | cut -d' ' -f1
