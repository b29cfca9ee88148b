import asyncio

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.ids import RoomId
from danmaku.domain.room import RoomState
from danmaku.gateway.session import Close
from tests.unit.gateway.house import HELD, JSON, MSGPACK, ROOM, house

BUSY = {
    "gather_ms_max": 1000,
    "gather_flights": 1e9,
}  # a room that has just sent something gathers for long


async def announced(it, *entries):
    """They were recorded while nobody heard: between them lie rounds of the loop, and no disk."""
    for entry in entries:
        it.gateway.announce([entry])
        for _ in range(5):
            await asyncio.sleep(0)


def texts(entries):
    return [entry.get("text", entry["kind"]) for entry in entries]


async def test_viewers_are_counted_while_they_are_there(plain):
    async with plain.viewer(), plain.viewer():
        assert plain.gateway.viewers(ROOM) == 2
    async with plain.viewer() as last:
        assert last.welcome["viewers"] == 1


async def test_how_many_are_here_is_told(tmp_path):
    async with house(tmp_path, viewers_ms=100) as it, it.viewer() as first, it.viewer():
        assert (await first.hear("viewers"))["count"] == 2


async def test_rooms_do_not_hear_of_each_other(plain):
    token, other = await plain.person(), RoomId("other")
    await plain.rooms.open(None, other, RoomState(title="Another"), owner=None)
    async with plain.viewer(token) as here, plain.viewer(room=other) as there:
        await plain.post("ann", "there", room=other)
        answer = await here.send("here")
        assert texts(await here.read_to(answer["seq"])) == ["here"]
        assert texts(await there.read_to(2)) == ["there"]


async def test_a_busy_room_gathers(tmp_path):
    async with house(tmp_path, **BUSY) as it:
        await it.person()
        async with it.viewer() as viewer:
            it.is_deaf = True
            await announced(it, *[await it.post("ann", text) for text in "abcd"])
            first, second = await viewer.hear("entries"), await viewer.hear("entries")

    assert texts(first["entries"])[0] == "a"
    assert texts(first["entries"] + second["entries"]) == list("abcd")
    assert second["after"] == first["upto"]


async def test_a_room_that_is_quickly_written_hardly_gathers(tmp_path):
    async with house(tmp_path, gather_ms_max=1000) as it:
        await it.person()
        async with it.viewer() as viewer:
            it.is_deaf = True
            said = [await it.post("ann", f"{n}") for n in range(20)]
            async with asyncio.timeout(10):  # gathering would take 20 s
                for n, entry in enumerate(said):
                    await announced(it, entry)
                    assert texts(await viewer.read_to(n + 2)) == [f"{n}"]


async def test_a_recall_does_not_wait_and_takes_the_text_with_it(tmp_path):
    async with house(tmp_path, **BUSY) as it:
        await it.person()
        async with it.viewer() as viewer:
            it.is_deaf = True
            first, taken_back = [await it.post("ann", text) for text in ("first", "taken back")]
            recall = await it.recall("ann", 2)
            await announced(it, first)
            await viewer.read_to(2)
            await announced(it, taken_back, recall)
            async with asyncio.timeout(0.5):  # half of what it would have gathered
                entries = await viewer.read_to(4)

    assert [(entry["kind"], entry["number"]) for entry in entries] == [("marker", 2), ("recall", 2)]
    assert texts(entries) == ["marker", "recall"]


async def test_private_entries_move_the_position_without_showing(plain):
    token = await plain.person()
    async with plain.viewer(token) as viewer:
        await viewer.send(HELD, "c-1")
        await viewer.send("clean", "c-2")
        batch = await viewer.hear("entries")

    assert (batch["after"], batch["upto"], texts(batch["entries"])) == (1, 3, ["clean"])


async def test_a_viewer_who_knows_more_than_was_sent_waits_for_its_turn(plain):
    token = await plain.person()
    async with plain.viewer(token) as first:
        await first.send(HELD, "c-1")
        async with plain.viewer(since=2) as ahead:
            assert ahead.welcome["top"] == 1
            await first.send("clean", "c-2")
            assert texts(await ahead.read_to(3)) == ["clean"]
            await first.send("next", "c-3")
            assert texts(await ahead.read_to(4)) == ["next"]


@pytest.mark.parametrize("dialect", [JSON, MSGPACK])
@pytest.mark.parametrize("since", [0, 1, 7, 30, 31])
async def test_a_position_is_continued_from_the_record(plain, since, dialect):
    await plain.person()
    for n in range(30):
        await plain.post("ann", f"{n}")

    async with plain.viewer(since=since, dialect=dialect) as late:
        entries = await late.read_to(31)
        await plain.post("ann", "last")
        entries += await late.read_to(32)

    assert [entry["seq"] for entry in entries] == list(range(since + 1, 33))


async def test_a_position_is_continued_from_memory(plain):
    await plain.person()
    async with plain.viewer() as first:
        for begin in range(0, 600, 100):  # more at once are refused while the disk stands still
            numbers = range(begin, begin + 100)
            await asyncio.gather(*(plain.post("ann", f"{n}") for n in numbers))
        await plain.recall("ann", 1)
        await first.read_to(602)
        async with plain.viewer(since=1) as late:
            entries = await late.read_to(602)

    assert len(entries) == 601
    assert (entries[0]["kind"], entries[-1]["kind"]) == ("marker", "recall")


@pytest.mark.parametrize(
    ("since", "epoch", "reason"),
    [(1, "other", "epoch"), (99, None, "epoch"), (0, None, "too_far")],
)
async def test_a_position_that_cannot_be_served_is_reset(tmp_path, since, epoch, reason):
    async with house(tmp_path, catch_up_entries_max=5) as it:
        await it.person()
        for n in range(6):
            await it.post("ann", f"{n}")
        async with it.viewer(since=since, epoch=epoch) as viewer:
            reset = await viewer.hear("reset")
            await it.post("ann", "after")
            viewer.position = reset["top"]
            entries = await viewer.read_to(8)

    assert reset == {"op": "reset", "epoch": it.store.epoch, "top": 7, "reason": reason}
    assert texts(entries) == ["after"]


async def test_what_was_not_announced_is_read_from_the_record(plain):
    await plain.person()
    async with plain.viewer() as viewer:
        await plain.post("ann", "heard")
        await viewer.read_to(2)
        plain.is_deaf = True
        await plain.post("ann", "missed")
        plain.is_deaf = False
        await plain.post("ann", "heard again")
        entries = await viewer.read_to(4)

    assert texts(entries) == ["missed", "heard again"]


async def test_compressed_and_plain_viewers_read_the_same(plain):
    await plain.person()
    async with plain.viewer(compression="deflate") as small, plain.viewer() as large:
        for n in range(50):
            await plain.post("ann", f"一样的弹幕 {n}")
        seen = [await viewer.read_to(51) for viewer in (small, large)]

    assert seen[0] == seen[1]
    assert len(seen[0]) == 50


async def test_a_restored_comment_comes_back(plain):
    await plain.person("ann")
    await plain.person("mod", Bundle.REVIEWER)
    async with plain.viewer() as viewer:
        await plain.post("ann", "back again")
        await plain.recall("mod", 1)
        await plain.comments.restore(plain.people_known["mod"], ROOM, 1)
        entries = await viewer.read_to(4)

    assert [entry["kind"] for entry in entries][-1] == "restore"
    assert entries[-1]["text"] == "back again"


async def test_counting_viewers_does_not_disturb_a_busy_room(tmp_path):
    async with house(
        tmp_path, viewers_ms=100, gather_ms_max=300, gather_flights=1e9, slice_sockets=1
    ) as it:
        await it.person()
        async with it.viewer() as first:
            await it.post("ann", "sent")
            await first.read_to(2)
            async with it.viewer(), it.viewer():
                await it.post("ann", "gathering")
                while (await first.hear("viewers"))["count"] != 3:
                    pass  # one of the two was told of before the other had come
                assert texts(await first.read_to(3)) == ["gathering"]
                await it.post("ann", "on")
                assert texts(await first.read_to(4)) == ["on"]


@pytest.mark.parametrize(
    "place",
    [
        "danmaku.gateway.ring.Ring.push",
        "danmaku.gateway.room_hub.Flight",
        "danmaku.gateway.flight.frame_in",
        "danmaku.gateway.cohort.scatter",
    ],
)
async def test_who_may_lack_something_is_let_go_and_comes_back_to_all_of_it(
    plain, monkeypatch, place
):
    """As where there is no memory for a moment: nobody goes on with a hole."""
    await plain.person()
    async with plain.viewer() as viewer:
        await plain.post("ann", "before")
        await viewer.read_to(2)
        with monkeypatch.context() as moment:
            moment.setattr(place, no_memory)
            await plain.post("ann", "meanwhile")
            bye = await viewer.hear("bye")
            assert await viewer.close_code() == Close.OVERLOADED
        await plain.post("ann", "after")
        assert viewer.kept == []
    async with plain.viewer(since=viewer.position) as again:
        assert texts(await again.read_to(4)) == ["meanwhile", "after"]
    assert bye["code"] == "overloaded"


def no_memory(*_args, **_named):
    raise MemoryError


async def test_who_cannot_be_let_go_is_told_nothing_more_and_let_go_later(plain, monkeypatch):
    await plain.person()
    async with plain.viewer() as viewer:
        with monkeypatch.context() as moment:
            moment.setattr("danmaku.gateway.ring.Ring.push", no_memory)
            moment.setattr("danmaku.gateway.connection.Connection.part", no_memory)
            await plain.post("ann", "meanwhile")
        await plain.post("ann", "after")
        await viewer.hear("bye")
        assert [message["op"] for message in viewer.kept if message["op"] == "entries"] == []
