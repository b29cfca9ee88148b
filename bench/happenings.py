"""What happens to a run under load: joins, storms, pauses, acts of authority, attacks."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, islice, pairwise
from time import monotonic_ns

from bench.audience import Knock
from bench.authority import keep_order, take_measures
from bench.client import Door
from bench.frames import BINARY, TEXT
from bench.probes import files_count
from bench.rework import work_over
from bench.scenario import (
    Enforce,
    Flood,
    Garbage,
    Happening,
    Join,
    Measures,
    Pause,
    Rework,
    Stall,
    Storm,
)
from bench.seating import Return, knocks_of
from bench.stage import Stage, repeat, until
from bench.views import Views

_SLOT_S = 0.1  # those who come within one are let in together
_AWAY_S = 0.25  # how long who was thrown out stays away
_PATIENCE_S = 5.0
_LOOK_S = 0.25
_GARBAGE = (
    (TEXT, b"{"),
    (BINARY, b"\xc1"),
    (TEXT, b'{"op":"nothing"}'),
    (TEXT, b'{"op":"send","id":"x"}'),
    (TEXT, b"\xff\xfe"),
    (TEXT, b"x" * 5000),
)


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
    await until(at_ns)
    match happening:
        case Join():
            await _join(stage, happening, at_ns, joining)
        case Storm():
            await _storm(stage, happening, at_ns)
        case Pause():
            await _pause(stage, happening, at_ns)
        case Stall():
            await _stall(stage, happening, at_ns)
        case Flood():
            await _flood(stage, happening, at_ns)
        case Garbage():
            await _litter(stage, happening, at_ns)
        case Enforce() | Measures() | Rework():
            await _govern(stage, happening, at_ns)


async def _govern(stage: Stage, happening: Enforce | Measures | Rework, at_ns: int) -> None:
    match happening:
        case Enforce():
            await keep_order(stage, happening, at_ns)
        case Measures():
            await take_measures(stage, happening, at_ns)
        case Rework():
            await work_over(stage, happening, at_ns)


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
    await _come_back(stage, count, at_ns + round(storm.away_s * 1e9), storm.over_s)


async def _stall(stage: Stage, stall: Stall, at_ns: int) -> None:
    count = stage.first(stall.share)
    stage.disturbed[:count] = stage.let_go[:count] = True
    empty = files_count(stage.pid) - count
    await stage.audience.pause(0, count)
    ends_ns = at_ns + round(stall.within_s * 1e9)
    while (rest := files_count(stage.pid) - empty) > 0 and monotonic_ns() < ends_ns:  # noqa: ASYNC110 -- nobody tells
        await asyncio.sleep(_LOOK_S)
    stage.took_s["stall"] = (monotonic_ns() - at_ns) / 1e9
    if rest > 0:
        stage.wrongs.append(f"{rest} viewers were kept who took nothing for {stall.within_s:g} s")
    await stage.audience.drop(0, count)
    await _come_back(stage, count, monotonic_ns(), stall.over_s)


async def _come_back(stage: Stage, count: int, back_ns: int, over_s: float) -> None:
    log = await stage.audience.log()
    # In a thread: what the senders have planned goes on meanwhile.
    views = await asyncio.to_thread(Views, log, stage.places, dict(stage.returns))
    returns = [Return(views.position_of(viewer), views.epoch) for viewer in range(count)]
    for viewer, back in enumerate(returns):
        stage.returns[viewer].append(back)
    await until(back_ns)
    await _let_in(stage, 0, knocks_of(stage.addresses, stage.places[:count], returns), over_s)
    stage.took_s["return"] = (monotonic_ns() - back_ns) / 1e9


async def _let_in(stage: Stage, first: int, knocks: Sequence[Knock], over_s: float) -> None:
    """Bring viewers in, evenly over a time; who is late delays those after it."""
    began_ns, slots = monotonic_ns(), max(1, round(over_s / _SLOT_S))
    cuts = [len(knocks) * slot // slots for slot in range(slots + 1)]
    for slot, (low, high) in enumerate(pairwise(cuts)):
        await until(began_ns + round(slot * _SLOT_S * 1e9))
        if high > low:
            await stage.audience.connect(first + low, knocks[low:high])


async def _pause(stage: Stage, pause: Pause, at_ns: int) -> None:
    count = stage.first(pause.share)
    stage.disturbed[:count] = True
    await stage.audience.pause(0, count)
    await until(at_ns + round(pause.for_s * 1e9))
    await stage.audience.resume(0, count)


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
            await until(due_ns)
        if seat.is_gone:
            stage.thrown_out[f"flood: {seat.gone.result()}"] += 1
            await asyncio.sleep(_AWAY_S)


async def _litter(stage: Stage, garbage: Garbage, at_ns: int) -> None:
    until_ns = at_ns + round(garbage.for_s * 1e9)
    async with asyncio.TaskGroup() as group:
        for n in range(garbage.sockets):
            throw = partial(_throw, stage, islice(cycle(_GARBAGE), n % len(_GARBAGE), None))
            group.create_task(repeat(throw, garbage.per_s, at_ns, until_ns))


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
