"""The driver's process: `python -m bench.driver`, an order as one line of JSON on standard input.

It lets the viewers in, sends the plan, lets happen what the scenario says, waits for the last entry
to arrive, reads the records and judges. Everything it has to say goes to standard output, one JSON
object a line.
"""

import asyncio
import gc
import os
import resource
import signal
import sys
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from random import Random
from time import monotonic_ns

import msgspec
import uvloop
from hdrh.histogram import HdrHistogram

from bench.acts import Ears, Felts, Person
from bench.audience import Audience
from bench.audience_native import audience
from bench.checker import Batch, Fields
from bench.client import Door
from bench.crowd import Crowd, Listener, Seat
from bench.happenings import carry_out
from bench.past import Past
from bench.reckoning import Heard, Result, reckon
from bench.record import read_records
from bench.scenario import TEXT, Quiet, Rate, Scenario, Steps, Surge, Window
from bench.seating import knocks_of, places_of, room_of_sender, rooms_of
from bench.senders import Pace, Senders, plan_of
from bench.stage import Stage
from bench.watch import Watch

SETTLING_S = 10.0
_FLOOD_TEXT = "刷屏刷屏刷屏 {:08}"
_TICK_S = 0.25
_STILL_TICKS = 3  # without a new frame: nothing is on its way any more
_SWITCH_S = 0.0005  # what runs in a thread lets the senders in again within this


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one driver is to do.

    Attributes:
        addresses: Of the servers; there is one at least.
        pids: Their processes.
        desk: The operator's socket at the first one.
        stages: Where each server writes what its clocks say.
        tokens: One for each sender.
        moderator: Of an account that may recall and restore in the first room; empty: nobody may.
        attackers: One for each account that floods.
        subjects: Whom acts are about.
        past: What the record of the first server held already.
        core: Processor to stay on; None: wherever the system likes.
    """

    addresses: list[str]
    pids: list[int]
    desk: str
    stages: list[str]
    scenario: Scenario
    tokens: list[str]
    moderator: str
    attackers: list[str]
    subjects: list[Person]
    seed: int
    core: int | None = None
    past: Past | None = None


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the driver.

    Attributes:
        at: Where it is: "viewers", "load", "settling", "judging", "done".
        sent: Comments so far.
        frames: Received so far.
    """

    at: str
    sent: int = 0
    frames: int = 0
    result: Result | None = None


def say(said: Said) -> None:
    """Tell whoever started the driver."""
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


async def drive(order: Order) -> Result:
    """Carry out an order from the first connection to the verdict."""
    watch = Watch(order.pids)
    viewers = await audience(order.core)
    try:
        stage = _stage_of(order, viewers)
        begin_ns, end_ns = await _Load(order, stage, watch).run()
        say(Said("settling"))
        await _settle(stage)
        stages = await asyncio.to_thread(_stages_of, order.stages)
        say(Said("judging"))
        heard = Heard(
            order.scenario,
            stage,
            await viewers.log(),
            await read_records(order.addresses[0], stage.rooms),
            begin_ns,
            end_ns,
            stages,
            watch.spent(),
        )
        result = reckon(heard)
        stage.crowd.leave()
        return result
    finally:
        await viewers.close()


class _Parties:
    """Lets all parties hear what their seats hear."""

    def __init__(self, *parties: Listener) -> None:
        self._parties = parties

    def hear(self, seat: Seat, message: Fields) -> None:
        for party in self._parties:
            party.hear(seat, message)

    def see(self, seat: Seat, batch: Batch) -> None:
        for party in self._parties:
            party.see(seat, batch)


def _stage_of(order: Order, viewers: Audience) -> Stage:
    scenario = order.scenario
    text = TEXT if isinstance(scenario.load, Quiet) else scenario.load.text
    honest, attack = Senders("b", text), Senders("a", _FLOOD_TEXT)
    ears = Ears(felts := Felts())
    return Stage(
        addresses=order.addresses,
        desk=order.desk,
        pid=order.pids[0],
        moderator=order.moderator,
        attackers=order.attackers,
        subjects=order.subjects,
        rooms=rooms_of(scenario.rooms),
        places=places_of(scenario),
        standing=scenario.viewers_count,
        audience=viewers,
        crowd=Crowd(_Parties(honest, attack, ears)),
        honest=honest,
        attack=attack,
        random=Random(order.seed),
        ears=ears,
        felts=felts,
        past=order.past,
    )


class _Load:
    """The part of a run that is measured, and what goes before it."""

    def __init__(self, order: Order, stage: Stage, watch: Watch) -> None:
        self._order = order
        self._scenario = order.scenario
        self._stage = stage
        self._watch = watch
        self._seats: list[Seat] = []

    async def run(self) -> tuple[int, int]:
        """Let everybody in, load the server; from when to when it was measured."""
        telling = asyncio.create_task(self._tell(), name="progress")
        await self._let_in()
        gc.collect()
        gc.freeze()  # what lives now lives to the end
        gc.disable()  # and what comes holds no cycles: the collector would only look at it again
        load = self._scenario.load
        from_ns = monotonic_ns()
        begin_ns = from_ns + round(load.warm_up_s * 1e9)
        end_ns = begin_ns + round(load.seconds * 1e9)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._measure(begin_ns, end_ns))
            group.create_task(self._send(from_ns, end_ns))
            group.create_task(carry_out(self._stage, self._scenario.events, begin_ns))
        telling.cancel()
        return begin_ns, end_ns

    async def _let_in(self) -> None:
        stage, order = self._stage, self._order
        speaking = order.addresses[: self._scenario.speaking or None]
        standing = stage.places[: stage.standing]
        await stage.audience.connect(0, knocks_of(order.addresses, standing))
        self._watch.viewers_are_in()
        self._seats = await stage.crowd.take_seats(
            [
                Door(address, room_of_sender(self._scenario, n), token=token)
                for n, (token, address) in enumerate(zip(order.tokens, cycle(speaking)))
            ]
        )

    async def _measure(self, begin_ns: int, end_ns: int) -> None:
        await asyncio.sleep((begin_ns - monotonic_ns()) / 1e9)
        self._signal(signal.SIGUSR1)
        self._watch.begin()
        await asyncio.sleep((end_ns - monotonic_ns()) / 1e9)
        self._watch.end()
        self._signal(signal.SIGUSR2)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._order.pids:
            os.kill(pid, number)

    async def _send(self, from_ns: int, end_ns: int) -> None:
        load, honest = self._scenario.load, self._stage.honest
        if isinstance(load, Quiet):
            return
        if isinstance(load, Window):
            await honest.fill(self._seats, in_flight=load.in_flight, until_ns=end_ns)
            return
        plan = plan_of(Random(self._order.seed), _paces_of(load), senders=load.senders)
        await honest.run(plan, self._seats, from_ns)

    async def _tell(self) -> None:
        stage = self._stage
        while True:
            at = "load" if self._seats or not self._order.tokens else "viewers"
            say(Said(at, len(stage.honest.sends), stage.audience.frames_count()))
            await asyncio.sleep(_TICK_S)


def _paces_of(load: Rate | Steps | Surge) -> list[Pace]:
    if isinstance(load, Surge):
        before = Pace(load.per_s, load.warm_up_s + load.calm_s)
        return [before, Pace(load.surge_per_s, load.surge_s), Pace(load.per_s, load.after_s)]
    rates = [load.per_s] if isinstance(load, Rate) else load.per_s
    each_s = load.seconds / len(rates)
    return [Pace(rates[0], load.warm_up_s), *(Pace(per_s, each_s) for per_s in rates)]


def _stages_of(paths: Sequence[str]) -> dict[str, str]:
    """What the clocks of all servers say, as of one."""
    merged: dict[str, HdrHistogram] = {}
    for path in paths:
        said = msgspec.json.decode(Path(path).read_bytes(), type=dict[str, str])
        for name, encoded in said.items():
            times = HdrHistogram.decode(encoded)
            if name in merged:
                merged[name].add(times)
            else:
                merged[name] = times
    return {name: times.encode().decode() for name, times in merged.items()}


async def _settle(stage: Stage) -> None:
    """Wait until every send is answered, every seat at the top, and no frame on its way.

    Whoever is still behind after `SETTLING_S` is for the checker to name.
    """
    frames, still = -1, 0
    for _ in range(round(SETTLING_S / _TICK_S)):
        await asyncio.sleep(_TICK_S)
        still = still + 1 if stage.audience.frames_count() == frames else 0
        frames = stage.audience.frames_count()
        if still >= _STILL_TICKS and _is_settled(stage):
            return


def _is_settled(stage: Stage) -> bool:
    parties = (stage.honest, stage.attack)
    return all(party.answered_count == len(party.sends) for party in parties) and all(
        seat.position >= max(party.tops[seat.door.room] for party in parties)
        for seat in stage.crowd.staying
    )


def main() -> None:
    """Read the order, carry it out, say the result."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    if order.core is not None:
        os.sched_setaffinity(0, {order.core})
    sys.setswitchinterval(_SWITCH_S)
    _, files_max = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_max, files_max))
    result = uvloop.run(drive(order))
    say(Said("done", result=result))


if __name__ == "__main__":
    main()
