"""Two nodes on one record, and everything around them fails: nothing seen or told is untrue.

The checker judges what all viewers saw, what all senders were told and what is recorded: nothing
lost, doubled or out of order, and no gap without a name.
"""

import asyncio
import os
import signal
import time

import httpx
import pytest

from bench import backing
from bench.checker import UNDECIDED
from bench.client import Viewer
from bench.record import read_record
from danmaku.cli.server import HANG_S, STOP_S
from danmaku.config import ServerSettings
from tests.faults.proxy import Proxy
from tests.faults.several import ROOM, paired, play
from tests.faults.visitors import GONE

pytestmark = pytest.mark.faults

RECALLED_S = 1.0  # a recall is applied by then, on every node that hears bus or record
ANSWERED_S = 2.0 + 7.0  # on top: what is tested is not how fast a busy machine is
SOON_TOLD = {
    "STORE__COMMENT_WAIT_MS_MAX": "2000",
    "NODES__FENCE_MS": "60000",  # a busy machine hears its neighbours late
}
STOPPED_S = ServerSettings().drain_ms / 1000 + STOP_S + HANG_S  # the same
FENCED_S = 5.0 + 1.0  # a node that hears neither lets its viewers go by then


@pytest.fixture
async def pair(tmp_path, postgres_url, redis_url):
    async with paired(tmp_path, postgres_url, redis_url) as pair:
        yield pair


@pytest.fixture(params=[2, pytest.param(20, marks=pytest.mark.soak)])
def rounds(request):
    return request.param


@pytest.fixture(params=[1, pytest.param(6, marks=pytest.mark.soak)])
def long(request):
    """How many times as long something stands still, or is cut off."""
    return request.param


# --- what dies


async def test_both_write_to_one_room_as_fast_as_they_can(pair, chance):
    await play(pair, chance, lambda _: asyncio.sleep(3))


async def test_a_node_is_killed(pair, chance, rounds):
    async def trouble(pair):
        for number in range(rounds):
            await asyncio.sleep(chance.uniform(0.2, 0.8))
            pair.nodes[number % 2].kill()
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            await pair.start(number % 2)

    await play(pair, chance, trouble)


async def test_nodes_are_replaced_one_by_one(pair, chance):
    async def trouble(pair):
        for node in (0, 1):
            await pair.stop(node)
            await pair.start(node)
            await asyncio.sleep(0.5)

    watchers = await play(pair, chance, trouble)

    for watcher in watchers:
        codes = [viewer.close_code for viewer in watcher.visits[:-1]]
        assert set(codes) <= {1001, 1012}, codes  # told to go, never cut off


async def test_the_bus_is_killed_and_comes_back_empty(tmp_path, postgres_url, chance, rounds):
    with backing.redis() as redis:

        async def trouble(_pair):
            for _ in range(rounds):
                await asyncio.to_thread(redis.daemon.stop, signal.SIGKILL)
                await asyncio.sleep(chance.uniform(0.1, 1.5))
                redis.daemon.start()
                await asyncio.sleep(chance.uniform(0.1, 1.5))

        async with paired(tmp_path, postgres_url, redis.url) as pair:
            await play(pair, chance, trouble)


async def test_the_database_is_killed(tmp_path, redis_url, chance, rounds):
    with backing.postgres() as postgres, postgres.database() as url:

        async def trouble(_pair):
            for _ in range(rounds):
                await asyncio.to_thread(postgres.daemon.stop, signal.SIGKILL)
                await asyncio.sleep(chance.uniform(0.1, 1.0))
                postgres.daemon.start()  # on this thread: it ends with the one that starts it
                await asyncio.sleep(chance.uniform(2.0, 3.0))

        async with paired(tmp_path, url, redis_url) as pair:
            await play(pair, chance, trouble)


# --- what stands still


async def test_the_bus_stands_still(tmp_path, postgres_url, chance, long):
    with backing.redis() as redis:

        async def trouble(_pair):
            redis.daemon.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(5 * long)
            redis.daemon.process.send_signal(signal.SIGCONT)
            await asyncio.sleep(1)

        async with paired(tmp_path, postgres_url, redis.url) as pair:
            await play(pair, chance, trouble)


async def test_the_database_stands_still(tmp_path, redis_url, chance, long):
    with backing.postgres() as postgres, postgres.database() as url:

        async def trouble(_pair):
            with postgres.daemon.standing_still():
                await asyncio.sleep(chance.uniform(10, 15) * long)
            await asyncio.sleep(1)

        async with paired(tmp_path, url, redis_url, both=SOON_TOLD) as pair:
            await play(pair, chance, trouble, answered_s=ANSWERED_S)
            assert await asyncio.gather(*map(ended, pair.nodes)) == [0, 0]


async def test_nodes_stop_though_the_database_stands_still(tmp_path, redis_url, chance):
    with backing.postgres() as postgres, postgres.database() as url:
        async with paired(tmp_path, url, redis_url, both=SOON_TOLD) as pair:
            senders = await a_sender_each(pair)
            with postgres.daemon.standing_still():
                held_up = [await sender.begin("held up") for sender in senders]
                await asyncio.sleep(chance.uniform(0, 18))  # until writers wait, give up, connect

                assert await asyncio.gather(*map(ended, pair.nodes)) == [0, 0]

    told = [answer.code for send in held_up for answer in send.answers]
    assert set(told) <= UNDECIDED, told


async def test_nodes_stop_though_the_bus_stands_still(tmp_path, postgres_url, chance):
    with backing.redis() as redis:
        async with paired(tmp_path, postgres_url, redis.url) as pair:
            senders = await a_sender_each(pair)
            with redis.daemon.standing_still():
                told = [await sender.send("nobody else hears of it yet") for sender in senders]
                await asyncio.sleep(chance.uniform(0, 18))  # until they give up, and connect anew
                late = [await sender.send("nor of this") for sender in senders]

                assert await asyncio.gather(*map(ended, pair.nodes)) == [0, 0]

            await pair.start(0)
            record = await read_record(pair.nodes[0].address, ROOM)
    numbers = {answer["seq"] for answer in told + late}
    assert numbers == {e["seq"] for e in record.entries.values() if e["kind"] == "comment"}


async def a_sender_each(pair):
    """On each node."""
    tokens = [
        await asyncio.to_thread(node.account, f"sender{n}") for n, node in enumerate(pair.nodes)
    ]
    return [await Viewer.join(pair.door(n, token=token)) for n, token in enumerate(tokens)]


async def test_a_node_stands_still_and_is_woken(pair, chance, long):
    async def trouble(pair):
        os.kill(pair.nodes[1].pid, signal.SIGSTOP)
        await asyncio.sleep(8 + 6 * (long - 1))
        os.kill(pair.nodes[1].pid, signal.SIGCONT)
        await asyncio.sleep(5)  # time to be let go, and to come back

    watchers = await play(pair, chance, trouble)

    there = [
        watcher
        for watcher in watchers
        if watcher.doors == [pair.door(1, kind=watcher.doors[0].kind)]
    ]
    assert there
    codes = [[visit.close_code for visit in watcher.visits] for watcher in there]
    assert all(len(each) > 1 for each in codes), codes  # all were let go, and came back
    assert any(1012 in each for each in codes), codes


async def test_a_woken_node_decides_on_what_is_true_now(tmp_path, postgres_url, redis_url):
    late = {"NODES__FENCE_MS": "60000"}  # or a busy machine keeps it too long, and it lets all go
    async with paired(tmp_path, postgres_url, redis_url, both=late) as pair:
        await stale_sends(pair)


async def stale_sends(pair):
    """Send to a node that stands still, and pause the room meanwhile."""
    token = await asyncio.to_thread(pair.nodes[0].account, "ann")
    there = await Viewer.join(pair.door(1, token=token))
    await there.send("before")
    os.kill(pair.nodes[1].pid, signal.SIGSTOP)
    try:
        for number in range(5):
            await there.begin(f"stale {number}", client_id=f"stale{number}")
        await set_status(pair.nodes[0], "paused")
        await asyncio.sleep(2)
    finally:
        os.kill(pair.nodes[1].pid, signal.SIGCONT)

    answers = [await there.answer(f"stale{number}") for number in range(5)]

    assert {answer.get("code") for answer in answers} == {"room_paused"}
    record = await read_record(pair.nodes[0].address, ROOM)
    assert [e["text"] for e in record.entries.values() if e["kind"] == "comment"] == ["before"]


# --- what is cut off


@pytest.mark.parametrize("directions", ["both", "calls", "answers"])
async def test_a_node_is_cut_off_from_the_bus(
    tmp_path, postgres_url, redis, chance, directions, long
):
    async with Proxy(redis.port) as line:

        async def trouble(_pair):
            line.part(calls=directions != "answers", answers=directions != "calls")
            await asyncio.sleep(5 * long)
            line.mend()
            await asyncio.sleep(1)

        second = {"NODES__BUS": f"redis://{line.address}/0"}
        async with paired(tmp_path, postgres_url, redis.url, second=second) as pair:
            await play(pair, chance, trouble)


async def test_a_node_is_cut_off_from_the_record(
    tmp_path, postgres, postgres_url, redis_url, chance, long
):
    async with Proxy(postgres.port) as line:

        async def trouble(_pair):
            line.part()
            await asyncio.sleep(7 * long)  # longer than a transaction may stand open
            line.mend()
            await asyncio.sleep(2)

        second = {"STORE__URL": through(line, postgres, postgres_url)}
        async with paired(tmp_path, postgres_url, redis_url, second=second) as pair:
            await play(pair, chance, trouble)


async def test_a_recall_reaches_who_is_cut_off_from_the_bus(tmp_path, postgres_url, redis):
    async with Proxy(redis.port) as line:
        second = {"NODES__BUS": f"redis://{line.address}/0"}
        async with paired(tmp_path, postgres_url, redis.url, second=second) as pair:
            here, there, sent = await one_comment(pair)
            line.part()

            began_s = time.monotonic()
            await here.recall(sent["number"])
            await there.reach(sent["seq"] + 1)

            assert time.monotonic() - began_s < RECALLED_S
            await assert_forgotten(pair, sent)


async def test_who_is_cut_off_from_all_shows_nothing(tmp_path, postgres, postgres_url, redis):
    async with Proxy(postgres.port) as record_line, Proxy(redis.port) as bus_line:
        second = {
            "STORE__URL": through(record_line, postgres, postgres_url),
            "NODES__BUS": f"redis://{bus_line.address}/0",
        }
        async with paired(tmp_path, postgres_url, redis.url, second=second) as pair:
            here, there, sent = await one_comment(pair)
            record_line.part()
            bus_line.part()

            began_s = time.monotonic()
            await here.recall(sent["number"])
            assert await there.gone() == 1012

            assert time.monotonic() - began_s < FENCED_S
            assert not await pair.is_ready(1)
            with pytest.raises(GONE):
                await Viewer.join(pair.door(1), since=0)
            record_line.mend()
            bus_line.mend()
            await pair.until_ready(1)
            await assert_forgotten(pair, sent)


# --- what these tests share


async def ended(node):
    """Its status; it stops in time, and by itself."""
    return await asyncio.to_thread(node.stop, STOPPED_S)


def through(line, postgres, url):
    return url.replace(f"127.0.0.1:{postgres.port}", line.address)


async def one_comment(pair):
    """Its author at the first node, a viewer at the other, and what both saw."""
    token = await asyncio.to_thread(pair.nodes[0].account, "ann")
    here = await Viewer.join(pair.door(0, token=token))
    there = await Viewer.join(pair.door(1))
    sent = await here.send("take me back")
    await there.reach(sent["seq"])
    return here, there, sent


async def assert_forgotten(pair, sent):
    """Who comes to the second node now is not shown the text."""
    late = await Viewer.join(pair.door(1), since=0)
    await late.reach(sent["seq"])
    shown = [entry for event in late.events[1:] for entry in event.entries]
    assert [entry for entry in shown if entry.get("text") == "take me back"] == []


async def set_status(server, status):
    transport = httpx.AsyncHTTPTransport(uds=str(server.desk))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as desk:
        (await desk.post(f"/rooms/{ROOM}/status", json={"status": status})).raise_for_status()
