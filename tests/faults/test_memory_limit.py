"""A server whose control group has little memory left says so, before the kernel ends it."""

import asyncio
import os

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from bench.client import Door, Viewer
from bench.server import Server
from danmaku.errors import Close
from tests.faults.groups import made

pytestmark = pytest.mark.faults

ROOM = "room"
GUESTS_PCT, ALL_PCT = 85, 90  # of the limit, from where on they are let in no more
FELT_S = 30.0  # a server that does not feel it at all is told from one on a slow machine
CROWD = 8_000
REFUSED = 300  # of a crowd that goes on and on


@pytest.fixture
def group():
    group = made(f"danmaku-tried-{os.getpid()}")
    if group is None:
        pytest.skip("no control group with memory can be made here: that needs leave to")
    yield group
    group.remove()


@pytest.fixture
def server(tmp_path, group, monkeypatch):
    monkeypatch.delenv("DANMAKU_BROWNOUT__FORCED_LEVEL")  # elsewhere a busy machine is no subject
    rungs = {
        "BROWNOUT__MEMORY_PCT": f"[70, 80, {GUESTS_PCT}, {ALL_PCT}]",
        "BROWNOUT__QUIET_MS": "100",
        "STORE__VERIFY_HOURS": "0",  # its helper would be in the group, too
    }
    program = ("tests.faults.confined", str(group.folder), "serve")
    with Server(tmp_path, rungs, program=program) as server:
        server.open_room(ROOM)
        yield server


def leave_so_much_that(group, pct):
    """Limit the group so that what it uses now is this much of it, percent."""
    group.limit(round(group.used_bytes * 100 / pct))


def health_of(server):
    """What of the load everybody may see."""
    address = f"http://{server.address}/healthz"
    return httpx.get(address, timeout=FELT_S, trust_env=False).json()["brownout"]


async def knocked(door):
    """What somebody new is told: nothing where they are let in."""
    try:
        viewer = await Viewer.join(door)
    except InvalidStatus as refusal:
        answer = refusal.response
        assert int(answer.headers["Retry-After"]) > 0
        return answer.status_code
    if viewer.welcome:
        await viewer.leave()
        return None
    code = await viewer.gone()
    assert [said["code"] for said in viewer.others if said["op"] == "bye"] == ["overloaded"]
    return code


async def until_told(door, expected):
    """Knock until that is the answer; what else was said on the way there."""
    told = []
    async with asyncio.timeout(FELT_S):
        while (answer := await knocked(door)) != expected:
            told.append(answer)
            await asyncio.sleep(0.1)
    return told


async def test_who_is_new_is_refused_in_order_before_the_memory_is_used_up(server, group):
    ann, guest = Door(server.address, ROOM, token=server.account("ann")), Door(server.address, ROOM)
    viewer = await Viewer.join(ann)
    await viewer.send("before")
    assert await knocked(guest) is None

    leave_so_much_that(group, (GUESTS_PCT + ALL_PCT) / 2)
    await until_told(guest, Close.OVERLOADED)
    assert await knocked(ann) is None  # who has an account may still come

    leave_so_much_that(group, ALL_PCT + 2)
    told = await until_told(ann, 503)
    health = await asyncio.to_thread(health_of, server)
    recalled = await viewer.recall(1)

    assert set(told) <= {None}
    assert health["memory_pct"] >= ALL_PCT
    assert recalled["op"] == "recalled"  # whoever is in stays, and recalls go on

    group.limit(None)
    await until_told(guest, None)
    assert group.killed_count == 0
    await viewer.leave()


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_a_crowd_with_accounts_is_refused_before_the_kernel_ends_it(server, group):
    ann = Door(server.address, ROOM, token=server.account("ann"))
    crowd, refused = [await Viewer.join(ann)], 0
    await crowd[0].send("before")
    leave_so_much_that(group, 80)

    while refused < REFUSED and len(crowd) < CROWD:
        try:
            crowd.append(await Viewer.join(ann))
        except InvalidStatus as refusal:
            assert refusal.response.status_code == 503
            refused += 1
    recalled = await crowd[0].recall(1)
    await asyncio.gather(*(viewer.reach(recalled["seq"]) for viewer in crowd))

    assert refused == REFUSED
    assert group.killed_count == 0
    for viewer in crowd:
        viewer.drop()
