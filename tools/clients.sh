#!/usr/bin/env bash
# Put the clients of others that the tests run into .clients, each in an environment of its own.
# Several are under licences that ours may not depend on: they are tools of the tests, never parts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=$PWD/.venv/bin/python
[[ -x $python ]] || python=$(tools/python311.sh)
beside() { # what a client asks its users to bring along
    case $1 in bilibili-api-python==*) echo aiohttp==3.13.2 ;; esac
}

for pinned in biliass==2.5.0 dmconvert==0.0.5 danmakuC==0.3.6 blivedm==0.1.1 bili-listener==1.1.8 \
        twitchAPI==4.5.0 bilibili-api-python==17.4.2 centrifuge-python==0.7.0; do
    place=.clients/${pinned%%=*}
    [[ -e $place/.$pinned ]] && continue
    "$python" -m venv --clear "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check "$pinned" $(beside "$pinned")
    touch "$place/.$pinned"
done

npm install --silent --no-audit --no-fund --no-save --prefix .clients/npm \
    dplayer@1.27.1 artplayer@5.4.0 artplayer-plugin-danmuku@5.3.0 \
    danmu.js@1.2.1 nplayer@1.0.15 @nplayer/danmaku@1.0.12 danmaku@2.0.10 \
    bilibili-live-ws@6.3.1 tiny-bilibili-ws@1.0.2 blive-message-listener@0.5.5 centrifuge@5.8.0 ws@8.23.0

# Ours, as npm gives it to others: put in anew each time, since its version says nothing here.
tools/client_library.sh .clients
rm -rf .clients/npm/node_modules/danmaku-client
mkdir -p .clients/npm/node_modules/danmaku-client
tar -xzf .clients/danmaku-client-*.tgz -C .clients/npm/node_modules/danmaku-client --strip-components 1
