#!/usr/bin/env bash
# Pack the client library, as `npm publish` would send it, into a folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

place=${1:?a folder}
mkdir -p "$place"
npm --prefix frontend run --silent library
npm pack --silent --pack-destination "$place" ./frontend/client >/dev/null
