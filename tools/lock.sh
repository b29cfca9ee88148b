#!/usr/bin/env bash
# Pin every dependency with its hashes, and name no host: where packages come from is the
# business of whoever installs them.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python=$("$(dirname "${BASH_SOURCE[0]}")/python311.sh")
"$python" -m venv "$scratch"
"$scratch/bin/pip" install --quiet pip-tools==7.6.2

pin() {
    CUSTOM_COMPILE_COMMAND="make lock" "$scratch/bin/pip-compile" --quiet --generate-hashes \
        --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host \
        --no-emit-find-links --build-deps-for editable --build-deps-for wheel \
        "$@" pyproject.toml
}
pin --output-file requirements.lock
pin --extra dev --constraint requirements.lock --output-file requirements-dev.lock
