#!/usr/bin/env bash
# Print the path of a Python 3.11 that can make virtual environments, or say what is missing.
set -euo pipefail

for name in python3.11 python3 python /usr/bin/python3.11; do
    if "$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        "$name" -c 'import sys; print(sys.executable)'
        exit 0
    fi
done
echo "danmaku needs Python 3.11 with its venv module (Debian: python3.11 and python3.11-venv)" >&2
exit 1
