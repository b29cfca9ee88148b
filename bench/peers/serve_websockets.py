"""`websockets.broadcast`, as its documentation recommends it."""

import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

watchers: set[ServerConnection] = set()


async def attend(connection: ServerConnection) -> None:
    """Hear a publisher, or hold a watcher until it goes."""
    request = connection.request
    if request is not None and request.path == "/pub":
        async for message in connection:
            broadcast(watchers, message)
        return
    watchers.add(connection)
    try:
        await connection.wait_closed()
    finally:
        watchers.discard(connection)


async def main(port: int) -> None:
    """Serve until the process is ended."""
    async with serve(
        attend, "127.0.0.1", port, compression=None, backlog=4096, ping_interval=None
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
