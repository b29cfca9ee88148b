"""The server goes in order and comes back: nobody loses anything, nobody is told twice."""

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from random import Random

import pytest

from bench.audience_native import audience
from bench.checker import UNDECIDED, Batch, Run, check
from bench.client import Door, Viewer
from bench.messages import KINDS, Dialect
from bench.record import read_record
from bench.seating import Place, Return, knocks_of
from bench.server import Server
from bench.views import Views, message_of
from danmaku.gateway.departure import RETURNS_PER_S
from danmaku.gateway.server import CLOSE_WAIT_S
from tests.faults.raw import JSON_HELLO, TEXT, frame, upgraded
from tests.faults.visitors import GONE
from tests.faults.visitors import SETTINGS as FREE
from tests.patience import PATIENCE_S

ROOM = "room"
SETTINGS = {"ADMISSION__SENDS_BURST": "50", "FILTER__MICROS_MAX": "5000000"}


async def test_a_stopping_server_says_goodbye_and_viewers_go_on_where_they_were(tmp_path):
    with Server(tmp_path, SETTINGS) as server:
        server.open_room(ROOM)
        door = Door(server.address, ROOM, token=server.account("ann"))
        before = await Viewer.join(door)
        sends = [await before.begin(f"before {n}", client_id=f"b-{n}") for n in range(5)]

        status = await asyncio.to_thread(server.stop)
        close_code = await before.gone()
        await asyncio.to_thread(server.start)
        after = await Viewer.join(door, since=before.position, epoch=str(before.welcome["epoch"]))
        again = [await after.send(send.text, client_id=send.client_id) for send in sends]
        last = await after.send("after")
        await after.reach(last["seq"])
        record = await read_record(server.address, ROOM)
        await after.leave()
    [bye] = [message for message in before.others if message["op"] == "bye"]
    assert (status, close_code, bye["code"]) == (0, 1012, "draining")
    assert 0 < bye["retry_min_ms"] < bye["retry_max_ms"]
    assert not any(isinstance(event, Batch) and event.skipped for event in after.events)
    assert [answer["op"] for answer in again] == ["published"] * 5
    assert all(
        send.published is None or send.published.seq == answer["seq"]
        for send, answer in zip(sends, again, strict=True)
    )
    events = {"ann": [*before.events, *after.events]}
    assert check(Run(record, events)) == []


# --- a crowd

SLOT_S = 0.1  # those who come back within one are let in together
LATE_S = 5.0  # what coming back may take beyond the time that the goodbye names
MUTE = 50
BUSY = 20  # times as long as all took to come the first time: so much a busy machine may add


@pytest.fixture
async def crowd():
    crowd = await audience(None)
    yield crowd
    await crowd.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("count", "busy"), [(100, BUSY), pytest.param(10_000, 0, marks=pytest.mark.soak)]
)
async def test_a_crowd_comes_back_after_a_restart_and_has_missed_nothing(
    tmp_path, crowd, count, busy
):
    places = [Place(KINDS["json"], ROOM)] * count
    sends, over = {}, asyncio.Event()
    with Server(tmp_path, FREE) as server:
        server.open_room(ROOM)
        began_s = time.monotonic()
        await crowd.connect(0, knocks_of([server.address], places))
        came_s = time.monotonic() - began_s
        door = Door(server.address, ROOM, token=server.account("ann"))
        talking = asyncio.create_task(chat(door, sends, over))
        await until(lambda: len(sends) > 5)

        restart = await restarted(server, crowd, places)

        over.set()
        await talking
        record = await read_record(server.address, ROOM)
        await asyncio.sleep(1)  # what was said last is on its way
        returns = {n: [back] for n, back in enumerate(restart.returns)}
        views = Views(await crowd.log(), places, returns)
    print(f"{count} viewers came in {came_s:.1f} s; {restart}; {len(sends)} comments")  # noqa: T201
    assert check(Run(record, views.by_room()[ROOM], list(sends.values()))) == []
    assert all(send.published is not None for send in sends.values())
    assert restart.back_s <= restart.window_s + LATE_S + busy * came_s
    assert restart.peak <= 2 * RETURNS_PER_S


@dataclass(frozen=True)
class Restart:
    """What came of one: who came back with what, and seconds, as docs/reliability.md tells them."""

    returns: list[Return]
    away_s: float  # from SIGTERM until it was there again
    soonest_s: float  # after SIGTERM, when the first were told to come, and when the last
    window_s: float
    back_s: float  # after its start all were in
    peak: int  # who came in the fullest second

    def __str__(self) -> str:
        return (
            f"up again {self.away_s:.1f} s after SIGTERM, all back {self.back_s:.1f} s after that, "
            f"told to come after {self.soonest_s:.1f} to {self.window_s:.1f} s; {self.peak} in the "
            "fullest second"
        )


async def restarted(server, crowd, places):
    """Let it go and come back, and all viewers with it."""
    told_s = await stopped(server)
    log = await crowd.log()
    starting = asyncio.create_task(started(server))
    await asyncio.sleep(0)  # it starts while we read what everybody was told
    before = Views(log, places, {})
    returns = [Return(before.position_of(n), before.epoch) for n in range(len(places))]
    told = told_in(log, len(places))
    up_s = await starting
    moments = sorted(moments_of(told, told_s, up_s))
    await come_back(crowd, knocks_of([server.address], places, returns), moments)
    return Restart(
        returns,
        away_s=up_s - told_s,
        soonest_s=min(bye["retry_min_ms"] for bye in told) / 1000,
        window_s=max(bye["retry_max_ms"] for bye in told) / 1000,
        back_s=time.monotonic() - up_s,
        peak=max(Counter(int(moment) for moment in moments).values()),
    )


async def stopped(server):
    """When it was told to stop."""
    told_s = time.monotonic()
    await asyncio.to_thread(server.stop)
    print(f"stopped in {time.monotonic() - told_s:.2f} s")  # noqa: T201 -- as above
    return told_s


async def started(server):
    """When it was there again; said by the thread, for the loop may be busy then."""

    def start():
        server.start()
        return time.monotonic()

    return await asyncio.to_thread(start)


async def test_nobody_who_answers_no_close_holds_a_stopping_server_up(tmp_path):
    with Server(tmp_path, FREE) as server:
        server.open_room(ROOM)
        mute = [await upgraded(server.address, ROOM) for _ in range(MUTE)]
        for raw in mute:
            raw.writer.write(frame(TEXT, JSON_HELLO))
            await raw.reader.read(1)

        await asyncio.to_thread(server.stop, MUTE * CLOSE_WAIT_S / 2)  # in turn it took twice that
        for raw in mute:
            raw.drop()


async def chat(door, sends, over):
    """Comment five times a second through the restart, and ask again what was left open."""
    while not over.is_set() or open_in(sends):
        with contextlib.suppress(*GONE):
            viewer = await Viewer.join(door)
            viewer.sends = sends
            for send in open_in(sends):
                await viewer.begin(send.text, client_id=send.client_id)
            while not viewer.closed and (not over.is_set() or open_in(sends)):
                if not over.is_set():
                    await viewer.begin(f"comment {len(sends)}", client_id=f"c-{len(sends)}")
                await asyncio.sleep(0.2)
            await viewer.leave()
        await asyncio.sleep(0.1)


def open_in(sends):
    return [s for s in sends.values() if not s.answers or s.answers[-1].code in UNDECIDED]


def told_in(log, count):
    """What each viewer was told in the end."""
    byes = {
        index: message
        for index, payload in enumerate(log.contents)
        if (message := message_of(payload, Dialect.JSON))["op"] == "bye"
    }
    said = zip(log.viewers, log.payloads, strict=True)
    told = {viewer: byes[index] for viewer, index in said if index in byes}
    return [told[viewer] for viewer in range(count)]


def moments_of(told, told_s, up_s):
    """Each comes when it was told to, and after as long again if nobody was there."""
    random = Random(len(told))  # noqa: S311 -- no secret depends on it
    for bye in told:
        at_s = told_s
        while at_s == told_s or at_s < up_s:
            at_s += random.uniform(bye["retry_min_ms"], bye["retry_max_ms"]) / 1000
        yield at_s


async def come_back(crowd, knocks, moments):
    """Return when all are in."""
    first = 0
    for slot, together in groupby(moments, lambda moment: int(moment / SLOT_S)):
        await asyncio.sleep(max(0, slot * SLOT_S - time.monotonic()))
        last = first + len(list(together))
        await crowd.connect(first, knocks[first:last])
        first = last


async def until(holds, within_s=PATIENCE_S):
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)
