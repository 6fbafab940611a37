#!/usr/bin/env bash
# Writes who imports whom between the markers in ARCHITECTURE.md. With --check
# it changes nothing and fails when the page is out of date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib.sh

page=ARCHITECTURE.md
begin='<!-- imports: begin, written by scripts/check-arch.sh -->'
end='<!-- imports: end -->'
[ -f "$page" ] || die "$page is not there"
if ! grep -qxF "$begin" "$page" || ! grep -qxF "$end" "$page"; then
    die "$page lacks the lines '$begin' and '$end'"
fi

module=$(go list -m)
# One row per package with what it imports of ours, tests apart.
table() {
    echo
    echo '| package | imports |'
    echo '| --- | --- |'
    go list -f '{{if .GoFiles}}{{.ImportPath}} {{join .Imports " "}}{{end}}' ./... | awk -v module="$module/" '
        index($1, module) == 1 {
            list = ""
            for (i = 2; i <= NF; i++)
                if (index($i, module) == 1)
                    list = list (list == "" ? "" : ", ") "`" substr($i, length(module) + 1) "`"
            print "| `" substr($1, length(module) + 1) "` | " (list == "" ? "–" : list) " |"
        }'
    echo
}

fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
rows=$(table)
awk -v begin="$begin" -v end="$end" -v rows="$rows" '
    $0 == end { inside = 0 }
    !inside { print }
    $0 == begin { inside = 1; print rows "\n" }
' "$page" >"$fresh"

if [ "${1:-}" = --check ]; then
    diff -u "$page" "$fresh" || die "$page is out of date: run scripts/check-arch.sh"
elif ! cmp -s "$page" "$fresh"; then
    cat "$fresh" >"$page"
fi
