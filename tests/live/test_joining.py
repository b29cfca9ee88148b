"""Coming in, going on, and positions that mean nothing."""

import asyncio

import pytest

from bench.checker import Reset, Run, check
from bench.client import Viewer
from danmaku.domain.comment import Draft
from danmaku.domain.ids import ClientId
from tests.live.site import running, settings_of


async def post(site, room, person, *texts):
    """Many at once, in no particular order: the record gathers them into few commits."""
    comments = site.core.comments
    drafts = [Draft(ClientId(text), text) for text in texts]
    return await asyncio.gather(*(comments.post(person.who, room, draft) for draft in drafts))


@pytest.fixture
async def ann(site):
    return await site.person("ann")


async def test_the_tail_alone_comes_to_whoever_names_no_position(site, ann):
    room = await site.room()
    await post(site, room, ann, "before")
    viewer = await Viewer.join(site.door(room))

    [entry] = await post(site, room, ann, "after")
    await viewer.reach(entry.seq)

    assert viewer.welcome["top"] == 2
    assert [e["text"] for batch in viewer.events[1:] for e in batch.entries] == ["after"]


async def test_everything_since_a_position_comes_without_hole_or_double(site, ann):
    room = await site.room()
    await post(site, room, ann, *(f"{n}" for n in range(300)))
    viewers = [await Viewer.join(site.door(room), since=since) for since in (0, 1, 150, 301)]

    last = await post(site, room, ann, "last")
    for viewer in viewers:
        await viewer.reach(last[0].seq)

    events = {f"{n}": viewer.events for n, viewer in enumerate(viewers)}
    assert check(Run(await site.record(room), events)) == []


async def test_joining_while_comments_pour_in_misses_none(site, ann):
    room = await site.room()
    pouring = asyncio.create_task(post(site, room, ann, *(f"{n}" for n in range(1000))))
    viewers = []
    for n in range(20):
        viewers.append(await Viewer.join(site.door(room), since=0 if n % 2 else None))
        await asyncio.sleep(0)
    await pouring

    record = await site.record(room)
    for viewer in viewers:
        await viewer.reach(max(record.entries))
    assert check(Run(record, {f"{n}": v.events for n, v in enumerate(viewers)})) == []


@pytest.mark.parametrize(
    ("since", "epoch", "reason"), [(1, "of-another-life", "epoch"), (99, None, "epoch")]
)
async def test_a_position_of_another_life_is_reset(site, ann, since, epoch, reason):
    room = await site.room()
    viewer = await Viewer.join(site.door(room), since=since, epoch=epoch)
    await viewer.until(lambda: Reset(1) in viewer.events)

    [entry] = await post(site, room, ann, "after")
    await viewer.reach(entry.seq)

    [reset] = [message for message in viewer.others if message["op"] == "reset"]
    assert (reset["reason"], reset["top"]) == (reason, 1)
    assert [batch.after for batch in viewer.events[2:]] == [1]


async def test_a_position_too_far_back_is_reset_and_the_list_has_the_rest(tmp_path):
    settings = settings_of(
        tmp_path / "data",
        gateway={"catch_up_entries_max": 50, "messages_per_s": 1000, "messages_burst": 1000},
    )
    async with running(settings) as site:
        room, ann = await site.room(), await site.person("ann")
        await post(site, room, ann, *(f"{n}" for n in range(60)))
        viewer = await Viewer.join(site.door(room), since=1)
        await viewer.until(lambda: Reset(61) in viewer.events)

        assert [m["reason"] for m in viewer.others if m["op"] == "reset"] == ["too_far"]
        assert len(await site.listed(room)) == 60
        await viewer.leave()


async def test_a_token_that_is_not_valid_is_told_so(site):
    door = site.door(await site.room())
    viewer = await Viewer.join(type(door)(door.address, door.room, token="dm_nonsense"))

    assert await viewer.gone() == 4401


async def test_rooms_do_not_hear_each_other(site, ann):
    rooms = [await site.room(), await site.room()]
    viewers = [await Viewer.join(site.door(room)) for room in rooms]

    await asyncio.gather(
        *(post(site, room, ann, *(f"{room} {n}" for n in range(100))) for room in rooms)
    )

    for room, viewer in zip(rooms, viewers, strict=True):
        record = await site.record(room)
        await viewer.reach(max(record.entries))
        texts = [entry["text"] for batch in viewer.events[1:] for entry in batch.entries]
        assert sorted(texts) == sorted(f"{room} {n}" for n in range(100))
        assert check(Run(record, {"viewer": viewer.events})) == []
