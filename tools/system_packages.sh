#!/usr/bin/env bash
# Install those of the named Debian packages that are missing; without root, say how.
set -euo pipefail

if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system: the tests need what these Debian packages hold: $*" >&2
    command -v chromium >/dev/null && command -v ffmpeg >/dev/null
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
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
