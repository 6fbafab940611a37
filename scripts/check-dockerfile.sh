#!/usr/bin/env bash
# Checks the Dockerfile without a container engine: runs the RUN steps of its
# stage "build" in a copy of what a build would be sent, and looks whether what
# the last stage takes from there exists, is static, and knows the commands that
# the image runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
src=$work/src
mkdir "$src"
git ls-files -z --cached --others --exclude-standard |
    tar --create --ignore-failed-read --warning=no-failed-read \
        --anchored --no-wildcards-match-slash --exclude-from=.dockerignore --null --files-from=- |
    tar --extract --directory="$src"

# One instruction per line.
sed -e '/^ *#/d' -e '/^$/d' Dockerfile | sed -e ':a' -e '/\\$/N; s/\\\n//; ta' >"$work/steps"

stage=
user=
while read -r word rest; do
    case $word in
    FROM)
        stage=${rest##* AS }
        [ "$stage" != "$rest" ] || stage=last
        ;;
    ARG | ENV) [ "$stage" != build ] || export "${rest?}" ;;
    RUN)
        [ "$stage" = build ] || die "the last stage has no shell to run: $rest"
        echo "RUN $rest"
        (cd "$src" && sh -euc "$rest") || die "failed: $rest"
        ;;
    COPY)
        if [[ $rest =~ --from=build.*\ /src/([^ ]+)\  ]]; then
            [ -e "$src/${BASH_REMATCH[1]}" ] || die "the build makes no ${BASH_REMATCH[1]}"
        fi
        ;;
    USER) user=$rest ;;
    HEALTHCHECK | CMD)
        [[ $rest =~ \"([a-z]+)\"\]$ ]] || die "cannot tell which command this runs: $word $rest"
        "$src/bin/sixtouch" "${BASH_REMATCH[1]}" --help >/dev/null || die "sixtouch has no command ${BASH_REMATCH[1]}"
        ;;
    esac
done <"$work/steps"

[ "$stage" = last ] || die "there is no last stage"
[[ -n $user && $user != root && $user != 0* ]] || die "the image runs as root"
go version -m "$src/bin/sixtouch" | grep -q 'CGO_ENABLED=0' || die "the binary is not static"
