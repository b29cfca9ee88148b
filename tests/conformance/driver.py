"""A driver in this process, for clients made of `bench.follower`."""

import asyncio
import json

from websockets.asyncio.client import connect

from bench.client import Door


async def drive(orders, kind):
    """Do as the orders say, as the driver of docs/conformance.md does, with this kind of client."""
    async with connect(orders, proxy=None) as line, asyncio.TaskGroup() as group:
        async for raw in line:
            match json.loads(raw):
                case {"order": "join", "server": server, "room": room, "token": token}:
                    viewer = kind(Door(server.removeprefix("http://"), room, token=token))
                    doing = [group.create_task(viewer.follow())]
                case {"order": "send", "text": text}:
                    doing.append(group.create_task(viewer.send(text)))
                case {"order": "show"}:
                    shown = [[number, one["text"]] for number, one in viewer.comments.items()]
                    await line.send(json.dumps({"shown": shown}))
                case {"order": "leave"}:
                    for task in doing:
                        task.cancel()
