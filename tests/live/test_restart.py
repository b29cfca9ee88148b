"""The server goes in order and comes back: nobody loses anything, nobody is told twice."""

import asyncio
import contextlib
import time
from collections import Counter
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
BACK_OFF_S, BACK_OFF_S_MAX = 1.0, 4.0  # who found nobody comes again within this; twice that ...
LATE_S = 5.0  # what coming back may take beyond the time that the goodbye names
BUSY_S = 60.0  # what a busy machine may add


@pytest.fixture
async def crowd():
    crowd = await audience(None)
    yield crowd
    await crowd.close()


@pytest.mark.parametrize(
    "count", [100, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(900)])]
)
async def test_a_crowd_comes_back_after_a_restart_and_has_missed_nothing(tmp_path, crowd, count):
    places = [Place(KINDS["json"], ROOM)] * count
    sends, over = {}, asyncio.Event()
    with Server(tmp_path, FREE) as server:
        server.open_room(ROOM)
        await crowd.connect(0, knocks_of([server.address], places))
        door = Door(server.address, ROOM, token=server.account("ann"))
        talking = asyncio.create_task(chat(door, sends, over))
        await until(lambda: len(sends) > 5)

        told_s, up_s = await restarted(server)
        before = Views(log := await crowd.log(), places, {})
        returns = [Return(before.position_of(n), before.epoch) for n in range(count)]
        bye = bye_in(log)
        moments = sorted(moments_of(count, bye, told_s, up_s))
        arrivals = await come_back(crowd, knocks_of([server.address], places, returns), moments)

        over.set()
        await talking
        record = await read_record(server.address, ROOM)
        await asyncio.sleep(1)  # what was said last is on its way
        views = Views(await crowd.log(), places, {n: [back] for n, back in enumerate(returns)})
    peak, back_s = max(arrivals.values()), max(arrivals) + 1 - up_s
    window_s = bye["retry_max_ms"] / 1000
    print(  # noqa: T201 -- for docs/reliability.md
        f"{count} viewers: up again {up_s - told_s:.1f} s after SIGTERM, all back {back_s:.1f} s "
        f"after that, told to come within {window_s:.1f} s; {peak} in the fullest second; "
        f"{len(sends)} comments"
    )
    assert check(Run(record, views.by_room()[ROOM], list(sends.values()))) == []
    assert all(send.published is not None for send in sends.values())
    assert back_s <= window_s + LATE_S + BUSY_S
    assert peak <= 2 * RETURNS_PER_S


async def restarted(server):
    """When it was told to stop, and when it was there again."""
    told_s = time.monotonic()
    await asyncio.to_thread(server.stop)
    stopped_s = time.monotonic()
    await asyncio.to_thread(server.start)
    print(f"stopped in {stopped_s - told_s:.2f} s")  # noqa: T201 -- as below
    return told_s, time.monotonic()


async def test_nobody_who_answers_no_close_holds_a_stopping_server_up(tmp_path):
    with Server(tmp_path, FREE) as server:
        server.open_room(ROOM)
        mute = [await upgraded(server.address, ROOM) for _ in range(50)]
        for raw in mute:
            raw.writer.write(frame(TEXT, JSON_HELLO))
            await raw.reader.read(1)

        begun_s = time.monotonic()
        await asyncio.to_thread(server.stop)
        took_s = time.monotonic() - begun_s
        for raw in mute:
            raw.drop()

    assert took_s < LATE_S + BUSY_S  # each would be waited for in turn


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


def bye_in(log):
    said = (message_of(payload, Dialect.JSON) for payload in log.contents)
    return next(message for message in said if message["op"] == "bye")


def moments_of(count, bye, told_s, up_s):
    """Each comes when it was told to, and again if nobody was there."""
    random = Random(count)  # noqa: S311 -- no secret depends on it
    for _ in range(count):
        at_s = told_s + random.uniform(bye["retry_min_ms"], bye["retry_max_ms"]) / 1000
        wait_s = BACK_OFF_S
        while at_s < up_s:
            at_s += random.uniform(0, wait_s)
            wait_s = min(2 * wait_s, BACK_OFF_S_MAX)
        yield at_s


async def come_back(crowd, knocks, moments):
    """How many were in again, by the second."""
    arrivals, first = Counter(), 0
    for slot, together in groupby(moments, lambda moment: int(moment / SLOT_S)):
        await asyncio.sleep(max(0, slot * SLOT_S - time.monotonic()))
        last = first + len(list(together))
        await crowd.connect(first, knocks[first:last])
        arrivals[int(time.monotonic())] += last - first
        first = last
    return arrivals


async def until(holds, within_s=PATIENCE_S):
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)
