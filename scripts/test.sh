#!/usr/bin/env bash
# Everything that must hold before a change lands. Works on a new Debian machine
# that has only Go: it installs what is missing first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install.sh
exec scripts/with-servers.sh scripts/test-all.sh
