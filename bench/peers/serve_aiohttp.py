"""aiohttp: what a publisher says is sent to one watcher after the other."""

import sys

import uvloop
from aiohttp import WSMsgType, web

watchers: set[web.WebSocketResponse] = set()


async def hear(request: web.Request) -> web.WebSocketResponse:
    """Attend to a publisher."""
    connection = web.WebSocketResponse(compress=False)
    await connection.prepare(request)
    async for message in connection:
        if message.type is WSMsgType.BINARY:
            for watcher in tuple(watchers):
                await watcher.send_bytes(message.data)
    return connection


async def watch(request: web.Request) -> web.WebSocketResponse:
    """Hold a watcher until it goes."""
    connection = web.WebSocketResponse(compress=False)
    await connection.prepare(request)
    watchers.add(connection)
    try:
        async for _ in connection:
            pass
    finally:
        watchers.discard(connection)
    return connection


def main(port: int) -> None:
    """Serve until the process is ended."""
    uvloop.install()
    app = web.Application()
    app.add_routes([web.get("/pub", hear), web.get("/sub", watch)])
    web.run_app(app, host="127.0.0.1", port=port, backlog=4096, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
