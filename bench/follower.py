"""A viewer that comes back by itself: one socket after the other, and nothing lost in between.

Everything that `client.Viewer` is told goes through this once and in order, so it knows at any time
what the room shows; what it sends is asked again until it is answered.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import cast

import httpx
import orjson
from websockets.exceptions import InvalidHandshake, InvalidStatus

from bench.checker import Answer, Batch, Event, Fields, Reset
from bench.client import Door, Viewer

FINAL_CLOSES = frozenset({1002, 1007, 1009, 4400, 4401, 4403, 4404})
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 20.0
ASK_AGAIN_S = 0.5
_ASKED_AGAIN = frozenset({"unknown", "draining"})
_HOLE = 4408


@dataclass
class _Asked:
    """A send that is not answered for good.

    Attributes:
        seen: How many answers to it were taken on the line of now.
    """

    text: str
    answer: "asyncio.Future[Answer]"
    seen: int = 0


@dataclass
class Follower:
    """One viewer over any number of lines.

    Attributes:
        door: Which room, and as whom.
        draw: Evenly from [0, 1): waits are random, lest a crowd come back as one wave.
        comments: What the room shows, by number.
        position: `upto` of the last batch; None before the first welcome.
    """

    door: Door
    draw: Callable[[], float] = random.random
    comments: dict[int, Fields] = field(default_factory=dict)
    position: int | None = None
    epoch: str | None = None
    _viewer: Viewer | None = None
    _asked: dict[str, _Asked] = field(default_factory=dict)
    _taken: int = 0  # events of the line of now
    _ids: "count[int]" = field(default_factory=count)

    async def follow(self) -> int:
        """Stay in the room; the close code after which coming back makes no sense."""
        attempts = 0
        while True:
            code, bye = await self._stay()
            if code in FINAL_CLOSES:
                return code
            attempts = 0 if self._has_joined() else attempts + 1
            self._viewer = None
            await asyncio.sleep(self._wait_s(attempts, bye))

    async def send(self, text: str) -> Answer:
        """Send a comment; its answer, on whatever line that comes."""
        name = f"{id(self)}-{next(self._ids)}"
        asked = _Asked(text, asyncio.get_running_loop().create_future())
        self._asked[name] = asked
        if self._viewer is not None and self._has_joined():
            await self._viewer.begin(text, client_id=name)
        return await asked.answer

    def _has_joined(self) -> bool:
        return self._viewer is not None and bool(self._viewer.welcome)

    def _wait_s(self, attempts: int, bye: Fields | None) -> float:
        if bye is None:
            ceiling_s: float = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**attempts)
            return self.draw() * ceiling_s
        least, most = cast("int", bye["retry_min_ms"]), cast("int", bye["retry_max_ms"])
        return (least + (most - least) * self.draw()) / 1000

    async def _stay(self) -> tuple[int, Fields | None]:
        """One line from its upgrade to its end; its close code and the server's bye."""
        try:
            viewer = await Viewer.join(self.door, since=self.position, epoch=self.epoch)
        except InvalidStatus as refused:
            return 4000 + refused.response.status_code, None
        except (OSError, InvalidHandshake):
            return 1006, None
        self._viewer = viewer
        try:
            if viewer.welcome:
                await self._welcomed(viewer)
            code = await self._listen(viewer)
        finally:
            await viewer.leave()
        bye = next((said for said in viewer.others if said["op"] == "bye"), None)
        return code, bye

    async def _welcomed(self, viewer: Viewer) -> None:
        if self.position is None:
            self.position = cast("int", viewer.welcome["top"])
            self.epoch = cast("str", viewer.welcome["epoch"])
        for name, asked in self._asked.items():
            asked.seen = 0
            await viewer.begin(asked.text, client_id=name)

    async def _listen(self, viewer: Viewer) -> int:
        """Take in what comes until the line ends or has a hole; why, as a close code."""
        self._taken = 0
        while True:
            await viewer.until(lambda: self._has_news(viewer), None)
            events = viewer.events[self._taken :]
            self._taken += len(events)
            for event in events:
                if not await self._takes(event, viewer):
                    return _HOLE
            await self._settle(viewer)
            if viewer.closed and self._taken == len(viewer.events):
                return viewer.close_code or 1006

    def _has_news(self, viewer: Viewer) -> bool:
        answers = any(
            len(viewer.sends[name].answers) > asked.seen
            for name, asked in self._asked.items()
            if name in viewer.sends
        )
        return viewer.closed or answers or len(viewer.events) > self._taken

    async def _takes(self, event: Event, viewer: Viewer) -> bool:
        """Take one event in; whether the batches continue one another."""
        if isinstance(event, Reset):
            self.position, self.epoch = event.top, cast("str", viewer.welcome["epoch"])
            self.comments.clear()
            await self._read_record()
        elif isinstance(event, Batch):
            if event.after != self.position:
                return False
            if event.skipped or event.left_out:
                await self._read_entries(event.after, event.upto)
            self._apply(event.entries)
            self.position = event.upto
        return True

    def _apply(self, entries: tuple[Fields, ...] | list[Fields]) -> None:
        for entry in entries:
            match entry["kind"]:
                case "comment" | "restore":
                    self.comments[cast("int", entry["number"])] = entry
                case "marker" | "recall":
                    self.comments.pop(cast("int", entry["number"]), None)

    async def _settle(self, viewer: Viewer) -> None:
        for name, asked in list(self._asked.items()):
            answers = viewer.sends[name].answers if name in viewer.sends else []
            if len(answers) <= asked.seen:
                continue
            asked.seen = len(answers)
            if answers[-1].code in _ASKED_AGAIN:
                await asyncio.sleep(ASK_AGAIN_S)
                await viewer.begin(asked.text, client_id=name)
            else:
                del self._asked[name]
                asked.answer.set_result(answers[-1])

    async def _read_record(self) -> None:
        """All that the room shows now, from the list."""
        told = await self._get(f"/rooms/{self.door.room}/record.jsonl")
        self._apply([orjson.loads(line) for line in told.splitlines()])

    async def _read_entries(self, after: int, upto: int) -> None:
        """What was skipped, page by page."""
        while after < upto:
            path = f"/api/rooms/{self.door.room}/entries?after={after}&upto={upto}"
            page = orjson.loads(await self._get(path))
            self._apply(page["entries"])
            if page["upto"] <= after:
                return
            after = page["upto"]

    async def _get(self, path: str) -> bytes:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://{self.door.address}{path}")
        return answer.raise_for_status().content
