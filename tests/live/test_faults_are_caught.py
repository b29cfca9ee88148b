"""The crown test and the checker find what they are there to find, in a whole house."""

import asyncio
import contextlib

import pytest

from bench.checker import Law, Run, check
from bench.client import Viewer
from tests.live.fold import Fold
from tests.live.mutants import (
    ANNOUNCEMENTS,
    AnswersFirst,
    ForgetsClientIds,
    PublishesFirst,
)


@pytest.fixture
async def people(site):
    return [await site.person("ann"), await site.person("ben")]


async def told(site, room, people):
    """A short story: three comments, of which one is recalled; what viewer and sender heard."""
    sender, viewer = [await Viewer.join(site.door(room, person)) for person in people]
    for text in ("one", "two"):
        await sender.send(text, client_id=text)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(3):
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

    events, sends, shown = await told(site, room, people)

    assert laws(Run(await site.record(room), {"ben": events}, sends)) == set()
    assert shown == Fold(await site.listed(room)).items


BREAKS = {
    "drops comments": Law.RECORDED_NOT_SEEN,
    "drops recalls": Law.RECALL_MISSED,
    "garbles": Law.CONTENT,
}


@pytest.mark.parametrize("fault", ANNOUNCEMENTS)
async def test_a_fault_between_record_and_viewer_is_caught(site, people, fault):
    room, gateway = await site.room(), site.server._gateway
    announce, faulty = gateway.announce, ANNOUNCEMENTS[fault]
    gateway.announce = lambda entries: announce([faulty(entry) for entry in entries])

    events, sends, shown = await told(site, room, people)

    assert BREAKS[fault] in laws(Run(await site.record(room), {"ben": events}, sends))
    assert shown != Fold(await site.listed(room)).items


async def test_publishing_before_the_commit_is_caught(site, people):
    room = await site.room()
    site.core.comments._decisions._record = PublishesFirst(site)

    events, sends, shown = await told(site, room, people)

    run = Run(await site.record(room), {"ben": events}, sends)
    assert Law.SEEN_NOT_RECORDED in laws(run)
    assert shown != Fold(await site.listed(room)).items


async def test_answering_before_the_commit_is_caught(site, people):
    room = await site.room()
    site.core.comments._decisions._record = AnswersFirst(site)

    events, sends, _ = await told(site, room, people)

    assert laws(Run(await site.record(room), {"ben": events}, sends)) == {Law.ACKED_NOT_RECORDED}


async def test_recording_one_client_id_twice_is_caught(site, people):
    room = await site.room()
    site.core.comments._decisions._record = ForgetsClientIds(site)
    sender = await Viewer.join(site.door(room, people[0]))

    await sender.send("once", client_id="c-1")
    site.core.comments._answers.clear()  # as after a restart
    await sender.send("once", client_id="c-1")

    [send] = sender.sends.values()
    run = Run(await site.record(room), {"ann": sender.events}, [send])
    assert laws(run) == {Law.RECORDED_TWICE, Law.TWO_ANSWERS}
