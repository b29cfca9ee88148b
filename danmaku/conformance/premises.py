"""The server under test: where it is, which room may be written in, and how that is opened."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import cast
from urllib.parse import urlsplit, urlunsplit

import httpx

from danmaku.conformance.encodings import Dialect, Fields
from danmaku.conformance.line import Line, connected
from danmaku.conformance.verdicts import Failed, Skipped

_ROOM = re.compile(r"/rooms/([^/]+)/live$")
_WAIT_S = 10.0
_RECENT = 1_000  # entries: a room may hold more than is replayed
_PATIENCE_MS = 5_000  # longer waits for a turn are not sat out
# Said in threes: no two texts are alike, and none is anything that a filter looks for.
_WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fern", "grove", "harbor", "indigo", "jasper"),
    *("kettle", "lantern", "maple", "nectar", "orchard", "pebble", "quartz", "river", "saffron"),
    *("timber", "umber", "violet", "willow", "yarrow", "zephyr"),
)


@dataclass
class Subject:
    """The server, in one dialect.

    Attributes:
        url: Of the room's socket.
        token: Who writes; None: nobody does.
        others: Dialects that it is tried in besides.
        unwritable: Why nothing may be written in the room; empty: it may be.
        misfits: What the server said that the document does not allow.
    """

    url: str
    dialect: Dialect = Dialect.JSON
    others: tuple[Dialect, ...] = ()
    token: str | None = None
    unwritable: str = "Nothing is written without a token."
    misfits: list[str] = field(default_factory=list)

    @property
    def room(self) -> str:
        """Id of the room.

        Raises:
            Skipped: The address has none where the protocol has it.
        """
        found = _ROOM.search(urlsplit(self.url).path)
        if found is None:
            raise Skipped("The address does not end with /rooms/ID/live.")
        return found[1]

    @property
    def api(self) -> str:
        """Where the HTTP API begins."""
        parts = urlsplit(self.url)
        scheme = "https" if parts.scheme == "wss" else "http"
        prefix = _ROOM.sub("", parts.path)
        return urlunsplit((scheme, parts.netloc, prefix, "", ""))

    def in_room(self, room: str) -> str:
        """The address of another room's socket."""
        _ = self.room
        return _ROOM.sub(f"/rooms/{room}/live", self.url)

    def line(self, dialect: Dialect | None = None) -> AbstractAsyncContextManager[Line]:
        """A line on which nothing was said yet."""
        dialect = dialect or self.dialect
        return connected(self.url, [dialect.value], dialect, self.misfits)

    @asynccontextmanager
    async def joined(
        self, *, is_sender: bool = False, dialect: Dialect | None = None, **hello: object
    ) -> AsyncIterator[Line]:
        """A line that has said hello and is welcome.

        Args:
            is_sender: Whether it speaks for the token; else it is a guest.
            dialect: Another than the subject's.
            **hello: Further fields of the hello.
        """
        if is_sender:
            hello["token"] = self.token
        async with self.line(dialect) as line:
            await line.hello(**hello)
            yield line

    async def recently(self) -> int:
        """A position from which on a server replays what it has, whatever the room's age."""
        async with self.joined() as line:
            return max(0, cast("int", line.welcome["top"]) - _RECENT)

    def require_writable(self) -> None:
        """Go on only where something may be written.

        Raises:
            Skipped: It may not.
        """
        if self.unwritable:
            raise Skipped(self.unwritable)

    async def post(self, line: Line, **fields: object) -> Fields:
        """Send a comment until it is published, in turn as the server asks.

        Raises:
            Skipped: Whom the token speaks for may not send here, or all comments are held.
        """
        send = {"op": "send", "id": fresh_id(), "text": fresh_text(), **fields}
        answer = await in_turn(line, send)
        if answer["op"] == "held":
            raise Skipped(f"Comments are held here: {answer.get('category')}.")
        if answer["op"] != "published":
            raise Skipped(f"Comments are refused here: {answer.get('code')}.")
        return answer | {"text": send["text"], "id": send["id"]}


async def in_turn(line: Line, message: Fields) -> Fields:
    """Say something that is answered under its id; the answer, once it is not `rate_limited`."""
    while True:
        await line.say(message)
        answer = await line.answer(cast("str", message["id"]))
        wait_ms = answer.get("retry_after_ms")
        if answer.get("code") != "rate_limited" or not isinstance(wait_ms, int):
            return answer
        if wait_ms > _PATIENCE_MS:
            raise Failed(f"A turn only comes after {wait_ms} ms.")
        await asyncio.sleep(wait_ms / 1000)


def fresh_id() -> str:
    """An id that no run of the kit has used."""
    return f"conform-{secrets.token_hex(8)}"


def fresh_text() -> str:
    """A text that most likely nobody has sent."""
    return " ".join(secrets.choice(_WORDS) for _ in range(3))


@asynccontextmanager
async def premises(url: str, token: str | None, *, is_given: bool) -> AsyncIterator[Subject]:
    """The server with a room to write in, if there can be one.

    Args:
        url: Of a room's socket, which exists and is only read.
        token: Of somebody who may open rooms and comment; None: nothing is written.
        is_given: Whether the room of the address is for the kit to write in.
    """
    found = Subject(url, token=token)
    if token is None:
        yield found
    elif is_given:
        yield replace(found, unwritable="")
    else:
        async with _room_of_its_own(found) as room:
            yield room


@asynccontextmanager
async def _room_of_its_own(subject: Subject) -> AsyncIterator[Subject]:
    bearer = {"Authorization": f"Bearer {subject.token}"}
    room = f"conform-{secrets.token_hex(6)}"
    async with httpx.AsyncClient(
        base_url=subject.api, headers=bearer, timeout=_WAIT_S, trust_env=False
    ) as api:
        try:
            opened = await api.post("/api/rooms", json={"room": room, "title": "Conformance"})
        except httpx.HTTPError as error:
            yield replace(subject, unwritable=f"No room could be opened: {error}.")
            return
        if opened.is_error:
            told = f"No room could be opened: {opened.status_code} {opened.text[:200]}"
            yield replace(subject, unwritable=told)
            return
        try:
            yield replace(subject, url=subject.in_room(room), unwritable="")
        finally:
            with contextlib.suppress(
                httpx.HTTPError
            ):  # what was judged so far is told all the same
                await api.patch(f"/api/rooms/{room}", json={"status": "closed"})
