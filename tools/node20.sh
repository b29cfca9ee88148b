#!/usr/bin/env bash
# Say what is missing unless Node 20 or later and npm 10 or later are there.
set -euo pipefail

major() {
    local version
    version=$("$1" --version 2>/dev/null) || version=0
    version=${version#v}
    echo "${version%%.*}"
}

if (($(major node) < 20 || $(major npm) < 10)); then
    echo "the pages are built with Node 20 or later and npm 10 or later" >&2
    exit 1
fi
