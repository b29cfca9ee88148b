"""A broadcast that lies to one of its viewers, once: PORT drop|double|swap."""

import sys

import uvloop
from websockets.asyncio.server import serve

AT = 10  # message of the lie


class Liar:
    def __init__(self, lie):
        self.lie = lie
        self.watchers = []
        self.said = []

    async def attend(self, connection):
        if connection.request.path != "/pub":
            self.watchers.append(connection)
            await connection.wait_closed()
            return
        async for message in connection:
            self.said.append(message)
            victim, *others = self.watchers
            for watcher in others:
                await watcher.send(message)
            for told in self.told():
                await victim.send(told)

    def told(self):
        """What the victim hears instead of the newest message."""
        number, newest = len(self.said) - 1, self.said[-1]
        match self.lie:
            case "drop" if number == AT:
                return []
            case "double" if number == AT:
                return [newest, newest]
            case "swap" if number == AT:
                return []
            case "swap" if number == AT + 1:
                return [newest, self.said[AT]]
            case _:
                return [newest]


async def main(port, lie):
    liar = Liar(lie)
    async with serve(liar.attend, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
