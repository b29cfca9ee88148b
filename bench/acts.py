"""What the house does to people and to a room, act by act, and when each open socket felt it.

Whom it is done to sits at several sockets. From the moment an act is due each of them sends, again
and again, a comment that says nothing: it is refused whatever holds, so nobody ever sees it, and
the code of the refusal tells what holds. What a socket is told unasked is noted apart, and so is
its end. Undoing an act is not measured.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from time import monotonic_ns
from typing import Self, cast

import httpx
import msgspec

from bench.checker import Batch, Fields
from bench.crowd import Seat
from bench.scenario import Act

FELT_S = 3.0
"""Whoever has not felt an act within this never will."""

_ASK_S = 0.02  # between two comments that say nothing
_PATIENCE_S = 10.0
_LASTS_MS = 600_000
_LEFT = "left"

Undo = Callable[[], Awaitable[None]]


class Person(msgspec.Struct, frozen=True):
    """An account that acts are about."""

    login: str
    token: str


@dataclass(frozen=True, slots=True)
class Felt:
    """One socket felt one act.

    Attributes:
        what: The act, and how: "told", "refused" or "ended".
    """

    what: str
    due_ns: int
    at_ns: int


@dataclass(slots=True)
class Felts:
    """What came of all acts.

    Attributes:
        sockets: Of those at whom the acts were aimed.
        rooms_ns: Planned moment of each change of the first room, by its seq there.
        controls_ns: The same of each control, by the moment of its end as everybody is told it.
        numb: Who has not felt what, in words.
    """

    sockets: list[Felt] = field(default_factory=list)
    rooms_ns: dict[int, int] = field(default_factory=dict)
    controls_ns: dict[int, int] = field(default_factory=dict)
    numb: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Signs:
    """By what a socket tells that an act holds.

    Attributes:
        code: Of the next refusal; None: there is none, for the socket ends.
        told: `op` of the message that comes unasked, with its `kind`; None: it comes as a batch.
    """

    code: str | None
    told: tuple[str, str | None] | None


_SIGNS = {
    Act.MUTE: _Signs("muted", ("notice", "measure")),
    Act.SUSPEND: _Signs("account_suspended", ("notice", "measure")),
    Act.REVOKE: _Signs("not_granted", ("you", None)),
    Act.SWITCH: _Signs("room_paused", None),
    Act.CONTROL: _Signs("platform_closed", ("notice", "control")),
    Act.CLOSE: _Signs(None, None),
}


class Ears:
    """Listens at all seats, and notes what shows that the act under way is felt."""

    def __init__(self, felts: Felts) -> None:
        self._felts = felts
        self._waiting: _Waiting | None = None

    def hear(self, seat: Seat, message: Fields) -> None:
        """Take a message."""
        if self._waiting is not None:
            self._waiting.hear(seat, message)

    def see(self, seat: Seat, batch: Batch) -> None:
        """Batches are looked into when all is over."""

    async def wait(
        self, act: Act, seats: Sequence[Seat], due_ns: int, doing: Awaitable[Undo]
    ) -> Undo:
        """Do an act, and wait until all of these seats have felt it.

        Returns:
            What undoes it.
        """
        self._waiting = waiting = _Waiting(act, seats, due_ns, self._felts)
        asking = asyncio.create_task(waiting.ask(), name="asking")
        try:
            undo = await doing
            await waiting.until_felt()
        finally:
            self._waiting = None
            asking.cancel()
        return undo


class _Waiting:
    """One act, and who has not felt it yet."""

    _ids = count()

    def __init__(self, act: Act, seats: Sequence[Seat], due_ns: int, felts: Felts) -> None:
        self._act, self._signs = act, _SIGNS[act]
        self._due_ns, self._felts = due_ns, felts
        self._untold = set() if self._signs.told is None else set(seats)
        self._unrefused = set() if self._signs.code is None else set(seats)
        self._unended = set(seats) if self._signs.code is None else set()
        self._over = asyncio.Event()
        for seat in self._unended:
            seat.gone.add_done_callback(partial(self._end, seat))

    async def ask(self) -> None:
        """Send what says nothing, until it is refused for the act's sake."""
        while True:
            for seat in self._unrefused:
                seat.say({"op": "send", "id": f"nothing-{next(self._ids)}", "text": " "})
            await asyncio.sleep(_ASK_S)

    def hear(self, seat: Seat, message: Fields) -> None:
        if message["op"] == "refused" and message["code"] == self._signs.code:
            self._feel(self._unrefused, seat, "refused")
        elif (message["op"], message.get("kind")) == self._signs.told:
            self._feel(self._untold, seat, "told")

    def _end(self, seat: Seat, ended: "asyncio.Future[str]") -> None:
        if ended.result() != _LEFT:
            self._feel(self._unended, seat, "ended")

    def _feel(self, waiting: set[Seat], seat: Seat, how: str) -> None:
        if seat not in waiting:
            return
        waiting.remove(seat)
        self._felts.sockets.append(Felt(f"{self._act} {how}", self._due_ns, monotonic_ns()))
        if not (self._untold or self._unrefused or self._unended):
            self._over.set()

    async def until_felt(self) -> None:
        """Give up after `FELT_S`, and say who has felt nothing."""
        try:
            async with asyncio.timeout(FELT_S):
                await self._over.wait()
        except TimeoutError:
            for waiting, how in (
                (self._untold, "not told"),
                (self._unrefused, "not refused"),
                (self._unended, "not ended"),
            ):
                if waiting:
                    self._felts.numb.append(f"{self._act}: {len(waiting)} sockets were {how}")


class Desk:
    """Who does it all, at the operator's desk.

    Args:
        desk: The operator's socket.
        room: Where it is done.
        ears: Hear what those feel whom it is about.
        felts: What comes of it.
    """

    def __init__(self, desk: str, room: str, ears: Ears, felts: Felts) -> None:
        self._room = room
        self._ears = ears
        self._felts = felts
        self._grants: dict[str, str] = {}
        self._desk = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=desk),
            base_url="http://desk",
            timeout=_PATIENCE_S,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._desk.aclose()

    async def look_up(self, people: Sequence[Person]) -> None:
        """Find what they have been given, so that it can be taken from them at once."""
        for person in people:
            answer = await self._desk.get(f"/accounts/{person.login}/grants")
            [grant] = answer.raise_for_status().json()["grants"]
            self._grants[person.login] = grant["grant_id"]

    async def act(self, act: Act, person: Person, seats: Sequence[Seat], due_ns: int) -> None:
        """Do one act, wait until it is felt, and undo it where that can be."""
        verbs: dict[Act, Callable[[Person, int], Awaitable[Undo]]] = {
            Act.MUTE: partial(self._measure, "suspend", room=self._room),
            Act.SUSPEND: partial(self._measure, "suspend"),
            Act.CLOSE: partial(self._measure, "close"),
            Act.REVOKE: self._revoke,
            Act.SWITCH: self._switch,
            Act.CONTROL: self._control,
        }
        undo = await self._ears.wait(act, seats, due_ns, verbs[act](person, due_ns))
        await undo()

    async def _measure(
        self, step: str, person: Person, _due_ns: int, *, room: str | None = None
    ) -> Undo:
        draft = {"step": step, "login": person.login, "category": "spam", "basis": "the bench"}
        draft |= {} if room is None else {"room": room}
        lasting = {} if step == "close" else {"lasts_ms": _LASTS_MS}
        taken = await self._ask("/measures", **draft, **lasting)
        if step == "close":
            return _nothing
        path = f"/measures/{taken['measure_id']}/reverse"
        return partial(self._undo, path, reason="it was felt")

    async def _revoke(self, person: Person, _due_ns: int) -> Undo:
        await self._ask(f"/accounts/{person.login}/grants/{self._grants[person.login]}/revoke")
        return partial(self._give_again, person)

    async def _give_again(self, person: Person) -> None:
        given = await self._ask("/grants", login=person.login, bundle="viewer")
        self._grants[person.login] = str(given["grant_id"])

    async def _switch(self, _person: Person, due_ns: int) -> Undo:
        path = f"/rooms/{self._room}/status"
        paused = await self._ask(path, status="paused")
        self._felts.rooms_ns[cast("int", paused["seq"])] = due_ns
        return partial(self._undo, path, status="open")

    async def _control(self, _person: Person, due_ns: int) -> Undo:
        laid = await self._ask("/controls", mode="closed", lasts_ms=_LASTS_MS, reason="the bench")
        self._felts.controls_ns[cast("int", laid["until_ms"])] = due_ns
        return partial(self._undo, "/controls/lift", reason="it was felt")

    async def _undo(self, path: str, **fields: object) -> None:
        await self._ask(path, **fields)

    async def _ask(self, path: str, **fields: object) -> Fields:
        answer = await self._desk.post(path, json=fields or None)
        found: Fields = answer.raise_for_status().json()
        return found


async def _nothing() -> None:
    """Some things cannot be undone."""
