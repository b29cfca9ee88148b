"""Centrifugo's client in Python behind a line that is cut when told to: prints what it hears."""

import asyncio
import json
import sys

from centrifuge import CentrifugeError, Client, ClientEventHandler, SubscriptionEventHandler

HOST, PORT, CHANNEL, TOKEN = sys.argv[1:]
lines = set()


def say(**told):
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def relay(reader, writer):
    far = await asyncio.open_connection(HOST, int(PORT))
    lines.add(writer)
    await asyncio.gather(pump(reader, far[1]), pump(far[0], writer))
    lines.discard(writer)


class Room(SubscriptionEventHandler):
    async def on_subscribed(self, ctx):
        say(wasRecovering=ctx.was_recovering, recovered=ctx.recovered)

    async def on_publication(self, ctx):
        say(data=ctx.pub.data, offset=ctx.pub.offset)


async def obey(room, verb, argument):
    try:
        if verb == "cut":
            for line in list(lines):
                line.transport.abort()
        elif verb == "publish":
            await room.publish(json.loads(argument))
            say(published=True)
        elif verb == "history":
            found = await room.history(limit=10, reverse=True)
            say(history=[one.data for one in found.publications])
        elif verb == "stats":
            stats = await room.presence_stats()
            say(stats=[stats.num_clients, stats.num_users])
    except CentrifugeError as error:
        say(error=str(error), code=getattr(error, "code", None))


async def main():
    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Client(
        f"ws://127.0.0.1:{port}/connection/websocket",
        events=ClientEventHandler(),
        token=TOKEN,
        min_reconnect_delay=0.05,
        max_reconnect_delay=0.2,
        proxy=None,
    )
    room = client.new_subscription(CHANNEL, events=Room())
    await client.connect()
    await room.subscribe()
    while line := await asyncio.to_thread(sys.stdin.readline):
        verb, _, argument = line.strip().partition(" ")
        await obey(room, verb, argument)


asyncio.run(main())
