"""A viewer who cannot keep up is told what it missed, misses no recall, and hurts nobody."""

import asyncio
from dataclasses import replace

import pytest

from bench.checker import Batch, Run, check
from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.ids import PLATFORM, ClientId, Number
from danmaku.domain.people_facts import LevelSet
from danmaku.ports import Append
from tests.live.fold import Fold
from tests.live.site import FAST, running, settings_of

TIGHT = FAST["gateway"] | {
    "ring_entries_max": 16,
    "gather_ms_max": 5,
}
COMMENTS = 4_000  # more, with such texts, than the kernel's buffers hold
AT_ONCE = 250
BITE = 12  # less than the ring holds: however late it is read, nobody skips it
TEXT = "慢" * 480
TEXT_MAX = 500
WINDOW_BYTES = 65_536


@pytest.fixture
async def tight(tmp_path):
    async with running(settings_of(tmp_path / "data", gateway=TIGHT)) as site:
        yield site


async def trusted(site, login, *bundles):
    """Somebody whose level lets texts be as long as the room does."""
    person = await site.person(login, *bundles)
    await site.core.record.commit(Append(PLATFORM, LevelSet(person.who.account, 5, 500, 1)))
    return replace(person, who=await site.core.people.known(login))


async def flood(site, room, person, quick=None):
    """Far more than a socket takes; who is `quick` gets it in bites, on any machine."""
    comments = site.core.comments
    at_once = AT_ONCE if quick is None else BITE
    for start in range(0, COMMENTS, at_once):
        texts = [f"{n} {TEXT}" for n in range(start, start + at_once)]
        drafts = [Draft(ClientId(f"{start}-{n}"), text) for n, text in enumerate(texts)]
        entries = await asyncio.gather(*(comments.post(person.who, room, d) for d in drafts))
        if quick is not None:
            await quick.reach(entries[-1].seq)
    return entries[-1]


async def test_a_slow_viewer_skips_but_learns_of_every_recall(tight):
    room, ann = await tight.room(text_max=TEXT_MAX), await trusted(tight, "ann", Bundle.REVIEWER)
    await tight.core.comments.post(ann.who, room, Draft(ClientId("first"), "oh no"))
    slow = await Viewer.join(tight.door(room), since=0, receive_bytes=WINDOW_BYTES)
    quick = await Viewer.join(tight.door(room), since=0)
    slow.pause()

    await flood(tight, room, ann, quick)
    recalled = await tight.core.comments.recall(ann.who, room, Number(1))
    last = await flood_end(tight, room, ann)
    await quick.reach(last.seq)
    slow.resume()
    await slow.reach(last.seq)

    skipped = [event for event in slow.events if isinstance(event, Batch) and event.skipped]
    record = await tight.record(room)
    events = {"slow": slow.events, "quick": quick.events}
    assert check(Run(record, events)) == []
    assert [entry["seq"] for batch in skipped for entry in batch.entries] == [recalled.seq]
    assert not any(event.skipped for event in quick.events if isinstance(event, Batch))
    assert await shown_after_reading(tight, room, slow) == Fold(record_comments(record)).items


async def flood_end(site, room, person):
    return await site.core.comments.post(person.who, room, Draft(ClientId("last"), "the end"))


def record_comments(record):
    return [entry for entry in record.entries.values() if entry["kind"] in {"comment", "marker"}]


async def shown_after_reading(site, room, viewer):
    """What its page shows once it has read, in the list, the ranges that it was told of."""
    fold, record = Fold(), await site.record(room)
    for event in viewer.events:
        if isinstance(event, Batch):
            if event.skipped:
                fold.read(
                    entry
                    for seq, entry in record.entries.items()
                    if event.after < seq <= event.upto and entry["kind"] in {"comment", "marker"}
                )
            fold.apply(event)
    return fold.items


async def test_a_viewer_who_takes_nothing_is_let_go(tmp_path):
    impatient = settings_of(tmp_path / "data", gateway=TIGHT | {"stalled_ms_max": 1000})
    async with running(impatient) as site:
        room, ann = await site.room(text_max=TEXT_MAX), await trusted(site, "ann")
        stuck = await Viewer.join(site.door(room), receive_bytes=WINDOW_BYTES)
        stuck.pause()

        await flood(site, room, ann)
        await asyncio.sleep(3)  # the server looks at its viewers about once a second
        there = (await site.api.get(f"/api/rooms/{room}")).json()["viewers_count"]
        stuck.resume()
        close_code = await stuck.gone()

    assert there == 0
    assert close_code in {4008, 1006}  # a close frame may not fit behind what was never read
