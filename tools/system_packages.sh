#!/usr/bin/env bash
# Install those of the named Debian packages that are missing; without root, say how.
set -euo pipefail

if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system: the tests need what these Debian packages hold: $*" >&2
    for program in chromium ffmpeg psql redis-server setpriv; do
        command -v "$program" >/dev/null
    done
    exit
fi

missing=()
for package in "$@"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) || status=
    [[ $status == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

if ((EUID)); then
    echo "the tests need Debian packages that are not installed; as root:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi
# Nothing that a package brings may start: the tests run servers of their own.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
