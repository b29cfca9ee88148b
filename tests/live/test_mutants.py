"""The real server with one promise broken is caught, and the same story of the sound one is not."""

import socket
import sqlite3
from dataclasses import replace
from time import monotonic_ns

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bench.checker import Law, Run, check
from bench.client import Viewer
from bench.faults import with_record
from bench.recalls import Recalled, shown_to, shown_too_late
from danmaku.domain.comment import Draft
from danmaku.domain.ids import ClientId, Number
from danmaku.gateway.room_hub import RoomHub
from danmaku.store.writer import Writer
from tests.live.mutants import (
    LATE_S,
    AnswersLate,
    DropsSilently,
    FallsSilent,
    JoinsWithoutBuffer,
    KeepsTexts,
    NumbersAhead,
    OtherLife,
    RefusesTooLate,
    ReusesNumbers,
    SaysMore,
    reading,
    without_recalls,
)
from tests.live.site import running, settings_of

SLOW_TEXTS = 60
TEXT = "慢" * 150
WINDOW_BYTES = 4096
ANSWERED_S = 2.0
SLOW_MACHINE_S = 5.0  # on top: what is tested is not how fast a busy machine is


def unchanged(core):
    return core


def late(core):
    return with_record(core, AnswersLate(core))


@pytest.fixture
def house(tmp_path, monkeypatch):
    """What opens a house with other parts in place of its own."""

    def opened(refit=unchanged, **parts):
        for name, part in parts.items():
            monkeypatch.setattr(PLACES[name], part)
        return running(settings_of(tmp_path / "data"), refit)

    return opened


PLACES = {"room_hub": "danmaku.gateway.hub.RoomHub", "writer": "danmaku.store.store.Writer"}


async def said(site, room, person, text):
    return await site.core.comments.post(person.who, room, Draft(ClientId(text), text))


async def laws_in(site, room, viewers, sends=None):
    record = await site.record(room)
    events = {f"viewer {n}": viewer.events for n, viewer in enumerate(viewers)}
    return {finding.law for finding in check(Run(record, events, sends))}


@pytest.mark.parametrize(("room_hub", "law"), [(RoomHub, set()), (JoinsWithoutBuffer, {Law.HOLE})])
async def test_what_comes_between_the_past_and_the_present(house, room_hub, law):
    async def meanwhile(views):
        if not failed:
            failed.append(await said(site, room, ann, "between"))
            await watcher.reach(failed[0].seq)
        return views

    failed = []
    async with house(room_hub=reading(room_hub, meanwhile)) as site:
        room, ann = await site.room(), await site.person("ann")
        await said(site, room, ann, "before")
        watcher = await Viewer.join(site.door(room))
        ben = await Viewer.join(site.door(room), since=0)
        await ben.until(lambda: len(ben.events) > 1)
        last = await said(site, room, ann, "after")
        await ben.reach(last.seq)
        await watcher.reach(last.seq)

        assert failed
        assert await laws_in(site, room, [watcher, ben]) == law


@pytest.mark.parametrize(("room_hub", "law"), [(RoomHub, set()), (DropsSilently, {Law.HOLE})])
async def test_what_a_slow_viewer_could_not_take(house, room_hub, law):
    async with house(room_hub=room_hub) as site:
        room, ann = await site.room(text_max=500), await site.person("ann")
        slow = await Viewer.join(site.door(room), receive_bytes=WINDOW_BYTES)
        for connection in site.server._gateway._connections:
            plug = connection._transport.get_extra_info("socket")
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WINDOW_BYTES)
        slow.pause()
        quick = await Viewer.join(site.door(room))
        for n in range(SLOW_TEXTS):
            entry = await said(site, room, ann, f"{n} {TEXT}")
            await quick.reach(entry.seq)
        slow.resume()
        last = await said(site, room, ann, "last")
        await slow.reach(last.seq)
        await quick.reach(last.seq)

        assert await laws_in(site, room, [slow, quick]) == law


@pytest.mark.parametrize(("change", "law"), [(None, set()), (without_recalls, {Law.RECALL_MISSED})])
async def test_what_was_recalled_while_somebody_was_away(house, change, law):
    async with house(room_hub=RoomHub if change is None else reading(RoomHub, change)) as site:
        room, ann = await site.room(), await site.person("ann")
        before = await Viewer.join(site.door(room))
        entry = await said(site, room, ann, "oh no")
        await before.reach(entry.seq)
        await before.leave()
        recalled = await site.core.comments.recall(ann.who, room, Number(1))
        after = await Viewer.join(site.door(room), since=before.position)
        await after.reach(recalled.seq)
        before.events += after.events

        assert await laws_in(site, room, [before]) == law


async def talked(house, refit=unchanged, **parts):
    """Two comments, the second after the answer to the first; the laws that this broke."""
    async with house(refit, **parts) as site:
        room, ann = await site.room(), await site.person("ann")
        sender, viewer = [await Viewer.join(site.door(room, who)) for who in (ann, None)]
        for text in ("one", "two"):
            await sender.send(text)
        top = max((await site.record(room)).entries, default=0)
        if not parts:
            await viewer.reach(top)
            await sender.reach(top)
        return await laws_in(site, room, [sender, viewer], list(sender.sends.values()))


def upon(record):
    return lambda core: with_record(core, record(core))


@pytest.mark.parametrize(
    ("refit", "law"),
    [
        (unchanged, set()),
        (upon(NumbersAhead), {Law.REAL_TIME}),
        (upon(SaysMore), {Law.NEVER_SENT}),
        (upon(RefusesTooLate), {Law.REFUSED_BUT_RECORDED}),
    ],
    ids=["sound", "numbers ahead", "says more", "refuses too late"],
)
async def test_what_is_recorded_against_what_was_said_and_answered(house, refit, law):
    assert await talked(house, refit) == law


async def test_who_is_told_nothing_any_more_is_behind(house):
    assert await talked(house, room_hub=FallsSilent) == {Law.BEHIND}


def let_commit_fail(site):
    """The next COMMIT fails before it is done: its transaction is undone, which nobody is told."""

    def fail(_connection):
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(site.core.store._writer._link.engine, "commit", fail, once=True)


@pytest.mark.parametrize(("writer", "law"), [(Writer, set()), (ReusesNumbers, {Law.CONTENT})])
async def test_what_stands_at_the_number_of_a_commit_that_failed(house, writer, law):
    async with house(writer=writer) as site:
        room, ann = await site.room(), await site.person("ann")
        sender, viewer = [await Viewer.join(site.door(room, who)) for who in (ann, None)]
        let_commit_fail(site)
        lost = await sender.send("lost")
        kept = await sender.send("kept")
        await viewer.reach(kept["seq"])
        await sender.reach(kept["seq"])

        assert lost["code"] == "unknown"
        assert await laws_in(site, room, [sender, viewer], list(sender.sends.values())) == law


@pytest.mark.parametrize(
    ("room_hub", "law"), [(RoomHub, set()), (KeepsTexts, {Law.SHOWN_AFTER_RECALL})]
)
async def test_what_is_left_of_a_recalled_text(house, room_hub, law):
    async with house(room_hub=room_hub) as site:
        room, ann = await site.room(), await site.person("ann")
        sender = await Viewer.join(site.door(room, ann))
        await sender.send("oh no")
        recalled = await sender.recall(1)
        recall = Recalled("oh no", monotonic_ns())
        later = await Viewer.join(site.door(room), since=1)
        await later.reach(recalled["seq"])

        showings = list(shown_to("later", later.events, later.heard_ns))
        assert {one.law for one in shown_too_late([recall], showings, grace_ns=0)} == law


def another_life(core):
    return replace(core, store=OtherLife(core.store))


@pytest.mark.parametrize(("refit", "law"), [(unchanged, set()), (another_life, {Law.EPOCH})])
async def test_what_life_of_the_record_a_restart_begins(house, refit, law):
    room, since, events = None, None, []
    for _ in range(2):
        async with house(refit) as site:
            room = room or await site.room()
            viewer = await Viewer.join(site.door(room), since=since)
            since, events = viewer.position, [*events, *viewer.events]
            record = await site.record(room)

    findings = check(Run(record, {"viewer": events}))
    assert {finding.law for finding in findings} == law


@pytest.mark.parametrize(
    ("refit", "patience_s", "law"),
    [(unchanged, ANSWERED_S + SLOW_MACHINE_S, set()), (late, LATE_S / 2, {Law.LATE})],
)
async def test_how_long_a_sender_waits_for_an_answer(house, refit, patience_s, law):
    async with house(refit) as site:
        room, ann = await site.room(), await site.person("ann")
        sender = await Viewer.join(site.door(room, ann))
        for n in range(3):
            await sender.send(f"{n}")
        sends, record = list(sender.sends.values()), await site.record(room)

    findings = check(Run(record, {}, sends, answer_ns_max=int(patience_s * 1e9)))
    assert {finding.law for finding in findings} == law
