"""A server for one client that is tried: a room for each scene, and a line for orders.

It does what a scene tells it, wrong things too, and notes what the client does. The record of each
room can be read over HTTP, as far as clients mend gaps by it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import cast
from urllib.parse import parse_qs, urlsplit

import orjson
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, NegotiationError
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from danmaku.conformance.encodings import TEXT, Dialect, Fields, decoded, encoded
from danmaku.conformance.published import misfit
from danmaku.conformance.verdicts import Failed

ORDERS = "/orders"
NOT_FOUND = 4404
_VISITS_MAX = 64  # that wait for their scene
_LISTS = ("entries", "comments", "export.jsonl", "record.jsonl")
_KNOWN = {"send", "recall", "like", "ping", "hello"}


@dataclass
class Visit:
    """One line of the client's, from the server's side.

    Attributes:
        at_s: When its upgrade was done, on a clock that does not step back.
        dialect: What the client speaks.
    """

    link: ServerConnection
    dialect: Dialect
    at_s: float
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, *messages: Fields) -> None:
        """Send messages; a client that is gone hears nothing."""
        try:
            for message in messages:
                opcode, payload = encoded(self.dialect, message)
                await self.link.send(payload, text=opcode == TEXT)
        except ConnectionClosed:
            pass

    async def say_frame(self, opcode: int, payload: bytes) -> None:
        """Send any payload in a frame of that kind."""
        await self.link.send(payload, text=opcode == TEXT)

    async def hear(self) -> Fields:
        """The next message of the client's but for pings, which are answered.

        Raises:
            Failed: It is none of the protocol.
            ConnectionClosed: The client is gone.
        """
        while True:
            raw = await self.link.recv()
            if isinstance(raw, str) is not (self.dialect is Dialect.JSON):
                raise Failed(f"A frame is not of the kind that {self.dialect} has.")
            message = decoded(self.dialect, raw.encode() if isinstance(raw, str) else raw)
            if message["op"] not in _KNOWN:
                raise Failed(f"It said {message['op']!r}.")
            if (why := misfit(message)) is not None:
                raise Failed(f"It said what the protocol does not have: {why}.")
            if message["op"] != "ping":
                return message
            await self.say({"op": "pong"})

    def cut(self) -> None:
        """End the line without a close; what was said before still arrives."""
        self.link.transport.close()
        self.over.set()

    async def close(self, code: int) -> None:
        """Close it with that code."""
        await self.link.close(code)
        self.over.set()


@dataclass
class Place:
    """A room of the stage.

    Attributes:
        record: Its public entries, which lists tell.
        is_read: Some list of it was read.
        is_over: Its scene has ended: whoever comes is told that there is no such room.
    """

    record: list[Fields] = field(default_factory=list)
    is_read: asyncio.Event = field(default_factory=asyncio.Event)
    visits: asyncio.Queue[Visit] = field(default_factory=lambda: asyncio.Queue(_VISITS_MAX))
    is_over: bool = False


class Stage:
    """The server.

    Attributes:
        address: Host and port.
        places: Rooms by id; they come to be when they are first asked for.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.places: dict[str, Place] = defaultdict(Place)
        self.somebody = asyncio.Event()
        self._driver: ServerConnection | None = None

    @property
    def has_driver(self) -> bool:
        """Whether somebody listens to orders."""
        return self._driver is not None

    async def order(self, word: str, **fields: object) -> None:
        """Give the driver an order.

        Raises:
            Failed: The driver is gone.
        """
        assert self._driver is not None  # noqa: S101 -- scenes ask first
        try:
            await self._driver.send(orjson.dumps({"order": word, **fields}).decode())
        except ConnectionClosed:
            raise Failed("Nobody listens to orders any more.") from None

    async def reply(self) -> Fields:
        """What the driver says of an order that asks."""
        assert self._driver is not None  # noqa: S101 -- scenes ask first
        try:
            return cast("Fields", orjson.loads(await self._driver.recv()))
        except ConnectionClosed:
            raise Failed("Nobody listens to orders any more.") from None

    async def attend(self, link: ServerConnection) -> None:
        """Keep one line for as long as it is wanted."""
        path = urlsplit(cast("Request", link.request).path).path
        if path == ORDERS:
            self._driver = link
            self.somebody.set()
            await link.wait_closed()
            return
        visit = Visit(link, Dialect(cast("str", link.subprotocol)), monotonic())
        place = self.places[path.split("/")[2]]
        if place.is_over or place.visits.full():
            await link.close(NOT_FOUND)
            return
        place.visits.put_nowait(visit)
        self.somebody.set()
        gone = asyncio.create_task(link.wait_closed())
        over = asyncio.create_task(visit.over.wait())
        await asyncio.wait([gone, over], return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        gone.cancel()

    def answer(self, link: ServerConnection, request: Request) -> Response | None:
        """What is asked over HTTP: upgrades go on, lists are read."""
        parts = urlsplit(request.path)
        match parts.path.split("/"):
            case ["", "orders"] | ["", "rooms", _, "live"]:
                return None
            case ["", "rooms", room, name] | ["", "api", "rooms", room, name] if name in _LISTS:
                self.places[room].is_read.set()
                told = _listed(self.places[room].record, room, name, parse_qs(parts.query))
                response = link.respond(HTTPStatus.OK, told.decode())
                del response.headers["Content-Type"]
                kind = "application/x-ndjson" if name.endswith("l") else "application/json"
                response.headers["Content-Type"] = kind
                response.headers["Access-Control-Allow-Origin"] = "*"
                return response
        return link.respond(HTTPStatus.NOT_FOUND, "")


def _listed(record: list[Fields], room: str, name: str, asked: dict[str, list[str]]) -> bytes:
    """A list of docs/http-api.md, or the record as lines."""
    top = cast("int", record[-1]["seq"]) if record else 0
    if name == "entries":
        after = int(asked.get("after", ["0"])[0])
        upto = min(int(asked.get("upto", [str(top)])[0]), top)
        entries = [one for one in record if after < cast("int", one["seq"]) <= upto]
        page = {"room": room, "after": after, "upto": upto, "top": top, "entries": entries}
        return orjson.dumps(page)
    comments = [one for one in record if one["kind"] == "comment"]
    if name == "comments":
        return orjson.dumps({"room": room, "total": len(comments), "comments": comments[::-1]})
    return b"".join(orjson.dumps(one) + b"\n" for one in comments)


def _choose(_link: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    for name in offered:
        if str(name) in set(Dialect):
            return name
    if offered:
        raise NegotiationError("no known subprotocol")
    return None  # the line of orders


@asynccontextmanager
async def opened(host: str, port: int) -> AsyncIterator[Stage]:
    """A stage whose doors are open.

    Args:
        host: Where to listen.
        port: 0: any that is free.
    """
    stage = Stage("")
    async with serve(
        stage.attend,
        host,
        port,
        process_request=stage.answer,
        select_subprotocol=_choose,
        compression=None,
        ping_interval=None,
        close_timeout=1,
    ) as server:
        bound = next(iter(server.sockets)).getsockname()
        stage.address = f"{host}:{bound[1]}"
        yield stage
