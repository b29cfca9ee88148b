"""The server goes in order and comes back: nobody loses anything, nobody is told twice."""

import asyncio

from bench.checker import Batch, Run, check
from bench.client import Door, Viewer
from bench.record import read_record
from bench.server import Server

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
