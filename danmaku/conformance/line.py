"""One socket into a room, as the kit holds it: says anything, and remembers what it hears.

It hears only while somebody waits, so a check sees messages in the order in which it asked.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from danmaku.conformance.encodings import TEXT, Dialect, Fields, decoded, encoded
from danmaku.conformance.published import misfit
from danmaku.conformance.verdicts import Failed

_ANSWERS = frozenset({"published", "held", "refused", "recalled", "liked"})
_CLOSE_S = 2.0
# One batch may hold 10 000 entries of the longest texts, all of their characters escaped in JSON.
_MESSAGE_BYTES_MAX = 128 << 20
_SHOWN_MAX = 120  # characters of a message in a sentence about it


@dataclass
class Line:
    """What one viewer has said and heard.

    Attributes:
        misfits: Where what the server says that the document does not allow is noted.
        entries: All that came in batches, in order.
        heard: Every other message, in order.
        position: `upto` of the last batch; None before the welcome.
    """

    link: ClientConnection
    dialect: Dialect
    misfits: list[str]
    entries: list[Fields] = field(default_factory=list)
    heard: list[Fields] = field(default_factory=list)
    answers: dict[str, Fields] = field(default_factory=dict)
    welcome: Fields = field(default_factory=dict)
    position: int | None = None
    _since: int | None = None

    async def say(self, message: Fields) -> None:
        """Send a message in the line's dialect."""
        await self.say_frame(*encoded(self.dialect, message))

    async def say_frame(self, opcode: int, payload: bytes) -> None:
        """Send any payload in a frame of that kind."""
        await self.link.send(payload, text=opcode == TEXT)

    async def hello(self, **fields: object) -> None:
        """Say hello and hear the welcome."""
        self._since = cast("int | None", fields.get("since"))
        await self.say({"op": "hello", **fields})
        await self.until(lambda: bool(self.welcome))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Hear until this holds.

        Raises:
            Failed: The server closes first, or its batches do not continue one another.
        """
        while not holds():
            try:
                await self._hear()
            except ConnectionClosed as closed:
                raise Failed(f"The server closed the line: {_told(closed)}.") from None

    async def reach(self, seq: int) -> None:
        """Hear until everything up to `seq` has come, shown or not."""
        await self.until(lambda: self.position is not None and self.position >= seq)

    async def answer(self, client_id: str) -> Fields:
        """Hear until the answer to that id has come; it is forgotten then."""
        await self.until(lambda: client_id in self.answers)
        return self.answers.pop(client_id)

    async def said(self, op: str) -> Fields:
        """Hear until there is a message of that kind; the first of them."""
        await self.until(lambda: any(message["op"] == op for message in self.heard))
        return next(message for message in self.heard if message["op"] == op)

    async def echo(self) -> None:
        """Hear all that the server says before it answers a ping."""
        known = len(self.heard)
        await self.say({"op": "ping"})
        await self.until(lambda: any(message["op"] == "pong" for message in self.heard[known:]))

    async def ends(self) -> int:
        """Hear until the server closes; its close code."""
        try:
            while True:
                await self._hear()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006

    async def _hear(self) -> None:
        raw = await self.link.recv()
        if isinstance(raw, str) is not (self.dialect is Dialect.JSON):
            raise Failed("The server answered in the other kind of frame.")
        try:
            message = decoded(self.dialect, raw.encode() if isinstance(raw, str) else raw)
        except (ValueError, KeyError, TypeError) as error:
            raise Failed(f"A message cannot be read: {error}") from None
        if (why := misfit(message)) is not None:
            self.misfits.append(why)
        self._take(message)

    def _take(self, message: Fields) -> None:
        match message["op"]:
            case "welcome":
                self.welcome = message
                top = cast("int", message["top"])
                self.position = top if self._since is None else self._since
            case "entries" | "skipped":
                self._take_batch(message)
            case "reset":
                self.position = cast("int", message["top"])
                self.heard.append(message)
            case op if op in _ANSWERS:
                self.answers[cast("str", message["id"])] = message
            case _:
                self.heard.append(message)

    def _take_batch(self, batch: Fields) -> None:
        if batch["after"] != self.position:
            told = f"({batch['after']}, {batch['upto']}]"
            raise Failed(f"The batch {told} does not continue the position {self.position}.")
        self.position = cast("int", batch["upto"])
        self.entries.extend(cast("list[Fields]", batch["entries"]))


@asynccontextmanager
async def connected(
    url: str, offered: list[str], dialect: Dialect, misfits: list[str]
) -> AsyncIterator[Line]:
    """A line whose upgrade is done.

    Args:
        url: Of the room's socket.
        offered: Subprotocols, in the client's order.
        dialect: The one of them that the server is to take.
        misfits: See `Line`.

    Raises:
        InvalidStatus: The upgrade is refused.
        Failed: Another subprotocol was taken.
    """
    async with connect(
        url,
        subprotocols=[Subprotocol(name) for name in offered],
        compression=None,
        max_size=_MESSAGE_BYTES_MAX,
        ping_interval=None,
        close_timeout=_CLOSE_S,
        proxy=None,
    ) as link:
        if link.subprotocol != Subprotocol(dialect):
            raise Failed(f"Of {', '.join(offered)} the server took {link.subprotocol}.")
        yield Line(link, dialect, misfits)


def shortened(message: object) -> str:
    """A message within a sentence."""
    told = repr(message)
    return told if len(told) <= _SHOWN_MAX else f"{told[:_SHOWN_MAX]}…"


def _told(closed: ConnectionClosed) -> str:
    return "without a close frame" if closed.rcvd is None else f"close code {closed.rcvd.code}"
