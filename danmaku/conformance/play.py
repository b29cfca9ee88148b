"""One scene as it is played: a room of the stage, whoever comes to it, and what they are told."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import cast

from websockets.exceptions import ConnectionClosed

from danmaku.conformance.encodings import Fields
from danmaku.conformance.judging import beside_the_limit
from danmaku.conformance.published import fixtures
from danmaku.conformance.stage import NOT_FOUND, Place, Stage, Visit
from danmaku.conformance.verdicts import Failed, Skipped

EPOCH, LATER_EPOCH = "5f3a9c0e11d2b7aa", "90d1a4c3b2e5f607"
_HELLO_S = 10.0
_TOKEN = "dm_conform"  # noqa: S105 -- what the client is given to say
_BORN_MS = 1_790_000_000_000


def _example(name: str) -> Fields:
    return next(one.fields for one in fixtures("server") if one.name == name)


def comment(seq: int, number: int, text: str, **fields: object) -> Fields:
    """An entry of a comment."""
    entries = cast("list[Fields]", _example("server-entries")["entries"])
    told = {"seq": seq, "number": number, "at_ms": _BORN_MS + seq, "text": text}
    return entries[0] | told | fields


def batch(after: int, upto: int, *entries: Fields, op: str = "entries") -> Fields:
    """The message that covers (after, upto]."""
    return {"op": op, "after": after, "upto": upto, "entries": list(entries)}


def refused(send: Fields, code: str) -> Fields:
    """No, to what was sent."""
    return _example("server-refused") | {"id": send["id"], "code": code, "retry_after_ms": None}


@dataclass
class Play:
    """A scene.

    Attributes:
        room: Its room; every scene has another.
        wait_s: How long a client may take to come.
        dialect: What the client speaks; empty until it has come.
    """

    stage: Stage
    room: str
    wait_s: float
    epoch: str = EPOCH
    top: int = 3
    dialect: str = ""
    _lines: list[Visit] = field(default_factory=list)
    _has_asked: bool = False

    @property
    def place(self) -> Place:
        """The room as the stage keeps it."""
        return self.stage.places[self.room]

    async def comes(self) -> Visit:
        """The client's next line; the first time it is ordered to come.

        Waiting for it takes none of the scene's time.

        Raises:
            Failed: It does not come, though somebody listens to orders, or not again.
            Skipped: Nobody came to this room.
        """
        is_first, self._has_asked = not self._has_asked, True
        if is_first and self.stage.has_driver:
            base = self.stage.address
            url, server = f"ws://{base}/rooms/{self.room}/live", f"http://{base}"
            await self.stage.order("join", room=self.room, url=url, server=server, token=_TOKEN)
        try:
            with beside_the_limit():
                async with asyncio.timeout(self.wait_s):
                    visit = await self.place.visits.get()
        except TimeoutError:
            if is_first and not self.stage.has_driver:
                raise Skipped(f"Nobody came to the room {self.room}.") from None
            raise Failed(f"It did not come{'' if is_first else ' back'}.") from None
        self.dialect = visit.dialect.value
        self._lines.append(visit)
        return visit

    async def said_hello(self, visit: Visit) -> Fields:
        """What the client says first.

        Raises:
            Failed: It is no hello, or does not come in time.
        """
        try:
            async with asyncio.timeout(_HELLO_S):
                hello = await visit.hear()
        except TimeoutError:
            raise Failed("No hello came.") from None
        except ConnectionClosed:
            raise Failed("It left without a hello.") from None
        if hello["op"] != "hello":
            raise Failed(f"The first message is {hello['op']}.")
        return hello

    async def joins(self, since: int | None = None, epoch: str | None = None) -> Visit:
        """The client comes, says hello, is welcome, and is told what it missed.

        Args:
            since: Position that it has to come with; None: any.
            epoch: To which that belongs; None: the play's.

        Raises:
            Failed: It comes with another one.
        """
        visit = await self.comes()
        hello = await self.said_hello(visit)
        if since is not None and hello.get("since") != since:
            raise Failed(f"It came back with the position {hello.get('since')}, not {since}.")
        if since is not None and hello.get("epoch") != (epoch or self.epoch):
            raise Failed(f"It came back with the epoch {hello.get('epoch')!r}.")
        await visit.say(self.welcome(is_guest=hello.get("token") is None))
        known = hello.get("since")
        if isinstance(known, int) and known < self.top:
            missed = [one for one in self.place.record if cast("int", one["seq"]) > known]
            await visit.say(batch(known, self.top, *missed))
        return visit

    def welcome(self, *, is_guest: bool) -> Fields:
        """The answer to a hello."""
        told = {"room": self.room, "epoch": self.epoch, "top": self.top}
        return _example("server-welcome" + ("-guest" if is_guest else "")) | told

    async def publish(self, visit: Visit, text: str, *, upto: int | None = None) -> Fields:
        """Record a comment and show it.

        Args:
            visit: To whom.
            text: Of the comment.
            upto: Where its batch ends, if private entries follow it.
        """
        seq, after = self.top + 1, self.top
        number = 1 + sum(one["kind"] == "comment" for one in self.place.record)
        entry = comment(seq, number, text)
        self.place.record.append(entry)
        self.top = upto or seq
        await visit.say(batch(after, self.top, entry))
        return entry

    async def order(self, word: str, **fields: object) -> None:
        """Have the client do something.

        Raises:
            Skipped: Nobody listens to orders.
        """
        self.require_driver()
        await self.stage.order(word, **fields)

    def require_driver(self) -> None:
        """Go on only where the client can be told what to do.

        Raises:
            Skipped: Nobody listens to orders.
        """
        if not self.stage.has_driver:
            raise Skipped("Nobody listens to orders, which this needs.")

    async def shows(self, *texts: str) -> None:
        """Wait until the client shows these comments, by number, and no others.

        Raises:
            Failed: It shows others for as long as one may wait.
            Skipped: Nobody listens to orders.
        """
        wanted, shown = list(texts), None
        for _ in range(50):  # what was told may be on its way to the screen
            await self.order("show")
            told = cast("list[list[object]]", (await self.stage.reply())["shown"])
            shown = [text for _, text in sorted(told, key=lambda row: cast("int", row[0]))]
            if shown == wanted:
                return
            await asyncio.sleep(0.1)
        raise Failed(f"It shows {shown}, not {wanted}.")

    async def stays_away(self, for_s: float) -> None:
        """See that the client does not come.

        Raises:
            Failed: It comes.
        """
        try:
            async with asyncio.timeout(for_s):
                await self.place.visits.get()
        except TimeoutError:
            return
        raise Failed("It came back.")

    async def end(self) -> None:
        """Send everybody home."""
        self.place.is_over = True
        if self.stage.has_driver:
            with contextlib.suppress(Failed):  # it died of the scene, as that has told
                await self.stage.order("leave")
        while not self.place.visits.empty():
            self._lines.append(self.place.visits.get_nowait())
        for visit in self._lines:
            await visit.close(NOT_FOUND)
