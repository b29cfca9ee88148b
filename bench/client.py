"""One viewer of danmaku.v1 that keeps everything it was told, for tests and small scenarios.

It stands on a WebSocket implementation that is not the server's way of using it, and it judges
nothing: its `events` go to the checker.
"""

import asyncio
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from time import monotonic_ns
from typing import Self, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from bench.checker import Answer, Event, Fields, Joined, Own, Reset, Send
from bench.messages import KINDS, Kind, batch_of
from danmaku.conformance.encodings import decoded, encoded

PATIENCE_S = 120.0
_ANSWERS = frozenset({"published", "held", "refused", "recalled", "liked"})


@dataclass(frozen=True, slots=True)
class Door:
    """Where a room is and how to knock.

    Attributes:
        address: Host and port.
        token: Bearer token; None joins as a guest.
    """

    address: str
    room: str
    kind: Kind = KINDS["json"]
    token: str | None = None


class Viewer:
    """One socket from its join to its close.

    Attributes:
        events: What the checker wants, in the order of arrival.
        heard_ns: When each of them came, on the clock that all processes share.
        others: Every other message: viewers, pong, bye, error.
        welcome: The answer to the hello.
        position: `upto` of the last batch.
    """

    def __init__(self, link: ClientConnection, door: Door) -> None:
        self.events: list[Event] = []
        self.heard_ns: list[int] = []
        self.sends: dict[str, Send] = {}
        self.others: list[Fields] = []
        self.welcome: Fields = {}
        self.position = 0
        self._link = link
        self._door = door
        self._since: int | None = None
        self._answers: dict[str, list[Fields]] = {}
        self._news = asyncio.Event()
        self._ids = count(1)
        self._name = secrets.token_hex(8)  # no other viewer's, of whatever account and time
        self._listening = asyncio.create_task(self._listen(), name="viewer")

    @classmethod
    async def join(
        cls,
        door: Door,
        *,
        since: int | None = None,
        epoch: str | None = None,
        receive_bytes: int | None = None,
    ) -> Self:
        """Open a socket, say hello, and wait for the welcome (or for the close).

        Args:
            door: Which room, and as whom.
            since: Position to go on from; None: the tail only.
            epoch: Epoch that the position belongs to.
            receive_bytes: What the kernel may hold for this viewer; None: what it likes.
        """
        plug = await asyncio.to_thread(_plugged, door.address, receive_bytes)
        link = await connect(
            f"ws://{door.address}/rooms/{door.room}/live",
            sock=plug,
            subprotocols=[Subprotocol(door.kind.dialect)],
            compression="deflate" if door.kind.deflate else None,
            ping_interval=None,
            close_timeout=2,
        )
        viewer = cls(link, door)
        hello = {"op": "hello", "token": door.token, "since": since, "epoch": epoch}
        viewer._since = since
        await viewer.say({key: value for key, value in hello.items() if value is not None})
        await viewer.until(lambda: bool(viewer.welcome) or viewer.closed)
        return viewer

    @property
    def closed(self) -> bool:
        """Whether the socket is gone."""
        return self._listening.done()

    @property
    def close_code(self) -> int | None:
        """Why it is gone, in a number."""
        return self._link.close_code

    async def say(self, message: Fields) -> None:
        """Send any message; a closed socket swallows it."""
        opcode, payload = encoded(self._door.kind.dialect, message)
        try:
            await self._link.send(payload, text=opcode == 1)
        except ConnectionClosed:
            await self._listening

    async def begin(self, text: str, *, client_id: str | None = None, **style: object) -> Send:
        """Send a comment without waiting; its answers come into `Send.answers`."""
        name = client_id or f"{self._name}-{next(self._ids)}"
        send = self.sends.setdefault(name, Send(name, text, monotonic_ns()))
        await self.say({"op": "send", "id": name, "text": text, **style})
        return send

    async def send(self, text: str, *, client_id: str | None = None, **style: object) -> Fields:
        """Send a comment and wait for its answer."""
        send = await self.begin(text, client_id=client_id, **style)
        return await self.answer(send.client_id)

    async def recall(self, number: int) -> Fields:
        """Take a comment back and wait for the answer."""
        name = f"recall-{next(self._ids)}"
        await self.say({"op": "recall", "id": name, "number": number})
        return await self.answer(name)

    async def like(self, number: int, *, stands: bool = True) -> Fields:
        """Like a comment, or take that back, and wait for the answer."""
        name = f"like-{next(self._ids)}"
        await self.say({"op": "like", "id": name, "number": number, "stands": stands})
        return await self.answer(name)

    async def answer(self, client_id: str) -> Fields:
        """The next answer to that id that nobody has taken yet.

        Raises:
            ConnectionError: If the socket closes first.
        """
        waiting = self._answers.setdefault(client_id, [])
        await self.until(lambda: bool(waiting) or self.closed)
        if not waiting:
            raise ConnectionError(f"closed with {self.close_code} before an answer")
        return waiting.pop(0)

    async def reach(self, seq: int) -> None:
        """Wait until everything up to `seq` has come, shown or not."""
        await self.until(lambda: self.position >= seq)

    async def until(self, holds: Callable[[], bool], within_s: float | None = PATIENCE_S) -> None:
        """Wait until a condition on what was received holds.

        Raises:
            TimeoutError: If it does not come true within `within_s`; None waits for ever.
        """
        async with asyncio.timeout(within_s):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def gone(self, within_s: float | None = PATIENCE_S) -> int | None:
        """Wait for the server to close; the close code."""
        await self.until(lambda: self.closed, within_s)
        return self.close_code

    async def leave(self) -> None:
        """Close politely."""
        await self._link.close()
        await self._listening

    def drop(self) -> None:
        """Vanish as a phone in a tunnel does: no close frame."""
        self._link.transport.abort()

    def pause(self) -> None:
        """Stop taking bytes off the socket: a viewer who is too slow."""
        self._link.transport.pause_reading()

    def resume(self) -> None:
        """Take bytes off the socket again."""
        self._link.transport.resume_reading()

    async def _listen(self) -> None:
        try:
            async for raw in self._link:
                payload = raw.encode() if isinstance(raw, str) else raw
                self._take(decoded(self._door.kind.dialect, payload))
                self.heard_ns += [monotonic_ns()] * (len(self.events) - len(self.heard_ns))
                self._news.set()
        except ConnectionClosed:
            pass  # the code says how; tests ask for it
        finally:
            asyncio.get_running_loop().call_soon(self._news.set)  # once `closed` is true

    def _take(self, message: Fields) -> None:
        match message["op"]:
            case "welcome":
                self.welcome = message
                top = cast("int", message["top"])
                self.events.append(Joined(self._since, top, cast("str", message["epoch"])))
                self.position = top if self._since is None else self._since
            case "entries" | "skipped":
                batch = batch_of(message)
                self.events.append(batch)
                self.position = batch.upto
            case "own":
                self.events.append(Own(cast("Fields", message["entry"])))
            case "reset":
                self.events.append(Reset(cast("int", message["top"])))
                self.position = cast("int", message["top"])
                self.others.append(message)
            case op if op in _ANSWERS and "id" in message:
                self._take_answer(message)
            case _:
                self.others.append(message)

    def _take_answer(self, message: Fields) -> None:
        name = cast("str", message["id"])
        self._answers.setdefault(name, []).append(message)
        if name in self.sends:
            self.sends[name].answers.append(answer_of(message, monotonic_ns()))


def _plugged(address: str, receive_bytes: int | None) -> socket.socket:
    """A connected socket; the window must be set before it connects to hold."""
    host, _, port = address.rpartition(":")
    plug = socket.socket()
    if receive_bytes is not None:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    try:
        plug.connect((host, int(port)))
    except OSError:
        plug.close()
        raise
    return plug


def answer_of(message: Fields, at_ns: int) -> Answer:
    """A published, held or refused message as the checker takes it."""
    return Answer(
        op=cast("str", message["op"]),
        at_ns=at_ns,
        number=cast("int | None", message.get("number")),
        seq=cast("int | None", message.get("seq")),
        code=cast("str | None", message.get("code")),
    )
