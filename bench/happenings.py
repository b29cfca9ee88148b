"""What happens to a run under load: joins, storms, pauses, acts of authority, attacks."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice, pairwise
from random import Random
from time import monotonic_ns
from typing import Self

import httpx
import numpy as np
from numpy.typing import NDArray

from bench.audience import Audience, Knock
from bench.client import Door
from bench.crowd import Crowd
from bench.frames import BINARY, TEXT
from bench.scenario import Enforce, Flood, Garbage, Happening, Join, Pause, Storm
from bench.seating import Place, Return, knocks_of
from bench.senders import Senders
from bench.views import Views

_SLOT_S = 0.1  # those who come within one are let in together
_PAUSED_S = 0.1  # how long a switched room stays paused
_AWAY_S = 0.25  # how long who was thrown out stays away
_PATIENCE_S = 5.0
_GARBAGE = (
    (TEXT, b"{"),
    (BINARY, b"\xc1"),
    (TEXT, b'{"op":"nothing"}'),
    (TEXT, b'{"op":"send","id":"x"}'),
    (TEXT, b"\xff\xfe"),
    (TEXT, b"x" * 5000),
)


@dataclass(slots=True)
class Stage:
    """Everything that can be made to happen, and what came of it.

    Attributes:
        addresses: Of all servers.
        desk: The operator's socket at the first one.
        moderator: Token of an account that may recall and restore in the first room.
        attackers: Tokens of the accounts that flood.
        places: Of all viewers, by number.
        standing: How many of them are there from the beginning.
        returns: With what each viewer came back.
        disturbed: By viewer: whether it was made to miss anything.
        recalls_ns: Planned moment of each recall, by its seq in the first room.
        thrown_out: How attackers' sockets ended, and how often.
        counts: How often what was done.
        took_s: How long what took.
        wrongs: What should not have been.
    """

    addresses: Sequence[str]
    desk: str
    moderator: str
    attackers: Sequence[str]
    rooms: Sequence[str]
    places: Sequence[Place]
    standing: int
    audience: Audience
    crowd: Crowd
    honest: Senders
    attack: Senders
    random: Random
    returns: defaultdict[int, list[Return]] = field(default_factory=lambda: defaultdict(list))
    disturbed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    recalls_ns: dict[int, int] = field(default_factory=dict)
    thrown_out: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    took_s: dict[str, float] = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nobody is disturbed yet."""
        self.disturbed = np.zeros(len(self.places), np.bool_)

    @property
    def address(self) -> str:
        """Of the first server."""
        return self.addresses[0]

    def first(self, share: float) -> int:
        """How many of those who were there from the beginning a share is."""
        return max(1, round(share * self.standing))


async def carry_out(stage: Stage, happenings: Sequence[Happening], began_ns: int) -> None:
    """Let everything happen when it is due; return when the last thing is over."""
    joining = stage.standing
    async with asyncio.TaskGroup() as group:
        for happening in happenings:
            at_ns = began_ns + round(happening.at_s * 1e9)
            group.create_task(_happen(stage, happening, at_ns, joining))
            if isinstance(happening, Join):
                joining += sum(happening.viewers.values())


async def _happen(stage: Stage, happening: Happening, at_ns: int, joining: int) -> None:
    await _until(at_ns)
    match happening:
        case Join():
            await _join(stage, happening, at_ns, joining)
        case Storm():
            await _storm(stage, happening, at_ns)
        case Pause():
            await _pause(stage, happening, at_ns)
        case Enforce():
            await _enforce(stage, happening, at_ns)
        case Flood():
            await _flood(stage, happening, at_ns)
        case Garbage():
            await _litter(stage, happening, at_ns)


# --- viewers


async def _join(stage: Stage, join: Join, at_ns: int, first: int) -> None:
    count = sum(join.viewers.values())
    knocks = knocks_of(stage.addresses, stage.places[first : first + count])
    await _let_in(stage, first, knocks, join.over_s)
    stage.took_s["join"] = (monotonic_ns() - at_ns) / 1e9


async def _storm(stage: Stage, storm: Storm, at_ns: int) -> None:
    count = stage.first(storm.share)
    stage.disturbed[:count] = True
    await stage.audience.drop(0, count)
    log = await stage.audience.log()
    # In a thread: what the senders have planned goes on meanwhile.
    views = await asyncio.to_thread(Views, log, stage.places, dict(stage.returns))
    returns = [Return(views.position_of(viewer), views.epoch) for viewer in range(count)]
    for viewer, back in enumerate(returns):
        stage.returns[viewer].append(back)
    back_ns = at_ns + round(storm.away_s * 1e9)
    await _until(back_ns)
    await _let_in(stage, 0, knocks_of(stage.addresses, stage.places[:count], returns), storm.over_s)
    stage.took_s["return"] = (monotonic_ns() - back_ns) / 1e9


async def _let_in(stage: Stage, first: int, knocks: Sequence[Knock], over_s: float) -> None:
    """Bring viewers in, evenly over a time; who is late delays those after it."""
    began_ns, slots = monotonic_ns(), max(1, round(over_s / _SLOT_S))
    cuts = [len(knocks) * slot // slots for slot in range(slots + 1)]
    for slot, (low, high) in enumerate(pairwise(cuts)):
        await _until(began_ns + round(slot * _SLOT_S * 1e9))
        if high > low:
            await stage.audience.connect(first + low, knocks[low:high])


async def _pause(stage: Stage, pause: Pause, at_ns: int) -> None:
    count = stage.first(pause.share)
    stage.disturbed[:count] = True
    await stage.audience.pause(0, count)
    await _until(at_ns + round(pause.for_s * 1e9))
    await stage.audience.resume(0, count)


# --- authority


async def _enforce(stage: Stage, enforce: Enforce, at_ns: int) -> None:
    until_ns = at_ns + round(enforce.for_s * 1e9)
    async with _Keeper(stage) as keeper, asyncio.TaskGroup() as group:
        for verb, per_s in (
            (keeper.recall, enforce.recalls_per_s),
            (keeper.restore, enforce.restores_per_s),
            (keeper.switch, enforce.switches_per_s),
        ):
            if per_s > 0:
                group.create_task(_repeat(verb, per_s, at_ns, until_ns))


async def _repeat(
    act: Callable[[int], Awaitable[None]], per_s: float, from_ns: int, until_ns: int
) -> None:
    """Do something at an even pace; it is told when it was due."""
    step_ns = round(1e9 / per_s)
    for due_ns in range(from_ns, until_ns, step_ns):
        await _until(due_ns)
        await act(due_ns)


class _Keeper:
    """Who keeps order in the first room, over the API and at the operator's desk."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._room = stage.rooms[0]
        self._recalled: list[int] = []
        self._api = httpx.AsyncClient(
            base_url=f"http://{stage.address}/api/rooms/{self._room}",
            headers={"Authorization": f"Bearer {stage.moderator}"},
            trust_env=False,
            timeout=_PATIENCE_S,
        )
        desk = httpx.AsyncHTTPTransport(uds=stage.desk)
        self._desk = httpx.AsyncClient(transport=desk, base_url="http://desk", timeout=_PATIENCE_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._api.aclose()
        await self._desk.aclose()

    async def recall(self, due_ns: int) -> None:
        """Take any published comment out."""
        standing = self._published().difference(self._recalled)
        if standing:
            number = self._stage.random.choice(sorted(standing))
            seq = await self._ask(self._api, f"/comments/{number}/recall")
            self._stage.recalls_ns[seq] = due_ns
            self._recalled.append(number)
            self._stage.counts["recalls"] += 1

    async def restore(self, _due_ns: int) -> None:
        """Let the comment back that was taken out first."""
        if self._recalled:
            await self._ask(self._api, f"/comments/{self._recalled.pop(0)}/restore")
            self._stage.counts["restores"] += 1

    async def switch(self, _due_ns: int) -> None:
        """Pause the room for a moment."""
        path = f"/rooms/{self._room}/status"
        await self._ask(self._desk, path, status="paused")
        await asyncio.sleep(_PAUSED_S)
        await self._ask(self._desk, path, status="open")
        self._stage.counts["switches"] += 1

    def _published(self) -> set[int]:
        answers = (send.published for send in self._stage.honest.sends.values())
        return {answer.number for answer in answers if answer and answer.number}

    async def _ask(self, client: httpx.AsyncClient, path: str, **fields: str) -> int:
        """Seq of the entry that came of it."""
        answer = await client.post(path, json=fields or None)
        return int(answer.raise_for_status().json()["seq"])


# --- attacks


async def _flood(stage: Stage, flood: Flood, at_ns: int) -> None:
    until_ns = at_ns + round(flood.for_s * 1e9)
    async with asyncio.TaskGroup() as group:
        for token in stage.attackers[: flood.accounts]:
            group.create_task(_flood_as(stage, token, flood.per_s, until_ns))
    stage.attack.give_up_on_lost()


async def _flood_as(stage: Stage, token: str, per_s: float, until_ns: int) -> None:
    door = Door(stage.address, stage.rooms[0], token=token)
    while (due_ns := monotonic_ns()) < until_ns:
        seat = await stage.crowd.take_seat(door, may_be_lost=True)
        while due_ns < until_ns and not seat.is_gone:
            stage.attack.send(seat, due_ns)
            due_ns += round(1e9 / per_s)
            await _until(due_ns)
        if seat.is_gone:
            stage.thrown_out[f"flood: {seat.gone.result()}"] += 1
            await asyncio.sleep(_AWAY_S)


async def _litter(stage: Stage, garbage: Garbage, at_ns: int) -> None:
    until_ns = at_ns + round(garbage.for_s * 1e9)
    async with asyncio.TaskGroup() as group:
        for n in range(garbage.sockets):
            throw = partial(_throw, stage, islice(cycle(_GARBAGE), n % len(_GARBAGE), None))
            group.create_task(_repeat(throw, garbage.per_s, at_ns, until_ns))


async def _throw(stage: Stage, garbage: Iterator[tuple[int, bytes]], _due_ns: int) -> None:
    """Say the next wrong thing; the server must hang up."""
    opcode, payload = next(garbage)
    door = Door(stage.address, stage.rooms[0])
    seat = await stage.crowd.take_seat(door, may_be_lost=True)
    seat.blurt(opcode, payload)
    try:
        ended = await asyncio.wait_for(asyncio.shield(seat.gone), _PATIENCE_S)
    except TimeoutError:
        stage.wrongs.append(f"{payload[:20]!r} was taken without a word")
        seat.leave()
    else:
        stage.thrown_out[f"malformed: {ended}"] += 1


async def _until(at_ns: int) -> None:
    await asyncio.sleep(max(0, at_ns - monotonic_ns()) / 1e9)
