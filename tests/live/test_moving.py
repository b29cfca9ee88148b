"""The house changes its database in a night: to viewers it was one more restart."""

import asyncio

from bench.checker import Batch, Run, check
from bench.client import Door, Viewer
from bench.record import read_record
from bench.server import Server
from danmaku.config import StoreSettings
from danmaku.store.closed import move

ROOM = "room"
SETTINGS = {"ADMISSION__SENDS_BURST": "50", "FILTER__MICROS_MAX": "5000000"}


async def test_viewers_go_on_where_they_were_when_the_record_has_moved(tmp_path, postgres_url):
    with Server(tmp_path, SETTINGS) as old:
        old.open_room(ROOM)
        door = Door(old.address, ROOM, token=old.account("ann"))
        before = await Viewer.join(door)
        sends = [await before.begin(f"before {n}", client_id=f"b-{n}") for n in range(5)]
        await before.reach((await before.send("seen by all"))["seq"])
        position = before.position
        missed = await before.send("told while they go")
        await asyncio.to_thread(old.stop)
        await before.gone()

    (tmp_path / "new").mkdir()
    place = {"STORE__URL": postgres_url, "SERVER__PORT": old.address.rpartition(":")[2]}
    new = Server(tmp_path / "new", SETTINGS | place)
    new.address = old.address
    origin = StoreSettings(data_dir=old.data_dir)
    target = StoreSettings(url=postgres_url, data_dir=new.data_dir)
    await asyncio.to_thread(move, origin, target, lambda _step: None)

    with new:
        after = await Viewer.join(door, since=position, epoch=str(before.welcome["epoch"]))
        again = [await after.send(send.text, client_id=send.client_id) for send in sends]
        last = await after.send("after")
        await after.reach(last["seq"])
        record = await read_record(new.address, ROOM)
        await after.leave()
    assert after.welcome["epoch"] == before.welcome["epoch"]
    assert not any(isinstance(event, Batch) and event.skipped for event in after.events)
    assert [answer["op"] for answer in again] == ["published"] * 5
    assert last["seq"] == missed["seq"] + 1
    assert check(Run(record, {"ann": [*before.events, *after.events]})) == []
