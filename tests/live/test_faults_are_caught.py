"""The crown test and the checker find what they are there to find, in a whole house."""

import asyncio
import contextlib

import pytest

from bench.checker import Law, Run, check
from bench.client import Viewer
from bench.faults import (
    AnswersFirst,
    FaultyStore,
    ForgetsClientIds,
    PublishesFirst,
    dropping,
    garbled,
    with_record,
)
from danmaku.domain.facts import CommentPublished, CommentRecalled
from tests.live.fold import Fold
from tests.live.site import running, settings_of
from tests.patience import PATIENCE_S


@pytest.fixture
async def people(site):
    return await people_of(site)


async def people_of(site):
    return [await site.person("ann"), await site.person("ben")]


@contextlib.asynccontextmanager
async def faulty(folder, store):
    """A house upon another record, a room, and two people."""
    settings = settings_of(folder / "data")
    async with running(settings, lambda core: with_record(core, store(core))) as site:
        yield site, await site.room(), await people_of(site)


FAULTY_S = 3.0  # what some of those with a fault would wait for never comes


async def told(site, room, people, within_s=FAULTY_S):
    """A short story: three comments, of which one is recalled; what viewer and sender heard."""
    sender, viewer = [await Viewer.join(site.door(room, person)) for person in people]
    for text in ("one", "two"):
        await sender.send(text, client_id=text)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await sender.recall(1)
            await sender.send("three", client_id="three")
            await viewer.reach(5)
    shown = Fold()
    for batch in viewer.events[1:]:
        shown.apply(batch)
    return viewer.events, list(sender.sends.values()), shown.items


def laws(run):
    return {finding.law for finding in check(run)}


async def test_a_sound_house_breaks_no_law(site, people):
    room = await site.room()

    events, sends, shown = await told(site, room, people, PATIENCE_S)

    assert laws(Run(await site.record(room), {"ben": events}, sends)) == set()
    assert shown == Fold(await site.listed(room)).items


BREAKS = {
    "drops comments": (dropping(CommentPublished), Law.RECORDED_NOT_SEEN),
    "drops recalls": (dropping(CommentRecalled), Law.RECALL_MISSED),
    "garbles": (garbled, Law.CONTENT),
}


@pytest.mark.parametrize("fault", BREAKS)
async def test_a_fault_between_record_and_viewer_is_caught(tmp_path, fault):
    change, law = BREAKS[fault]
    async with faulty(tmp_path, lambda core: FaultyStore(core, change)) as (site, room, people):
        events, sends, shown = await told(site, room, people)

        assert law in laws(Run(await site.record(room), {"ben": events}, sends))
        assert shown != Fold(await site.listed(room)).items


async def test_publishing_before_the_commit_is_caught(tmp_path):
    async with faulty(tmp_path, lambda core: PublishesFirst(core, every=1)) as (site, room, people):
        events, sends, shown = await told(site, room, people)

        run = Run(await site.record(room), {"ben": events}, sends)
        assert Law.SEEN_NOT_RECORDED in laws(run)
        assert shown != Fold(await site.listed(room)).items


async def test_answering_before_the_commit_is_caught(tmp_path):
    async with faulty(tmp_path, lambda core: AnswersFirst(core, every=1)) as (site, room, people):
        events, sends, _ = await told(site, room, people)

        run = Run(await site.record(room), {"ben": events}, sends)
        assert laws(run) == {Law.ACKED_NOT_RECORDED}


async def test_recording_one_client_id_twice_is_caught(tmp_path):
    async with faulty(tmp_path, ForgetsClientIds) as (site, room, people):
        sender = await Viewer.join(site.door(room, people[0]))

        await sender.send("once", client_id="c-1")
        site.core.comments._answers.clear()  # as after a restart
        await sender.send("once", client_id="c-1")

        [send] = sender.sends.values()
        run = Run(await site.record(room), {"ann": sender.events}, [send])
        assert laws(run) == {Law.RECORDED_TWICE, Law.TWO_ANSWERS}
