"""One room under any order of announcements, joins, stalls and departures."""

import asyncio
import json
import time
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from danmaku.actions.brownout import BrownOut
from danmaku.clock import steady_ms
from danmaku.config import BrownoutSettings, GatewaySettings
from danmaku.domain.comment import Comment, CommentStatus, Content, RecalledBy, Style
from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRecalled,
    CommentRestored,
    Entry,
    Fact,
    Verdict,
)
from danmaku.domain.ids import AccountId, ClientId, Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.views import View, ViewKind, bare, view_of
from danmaku.gateway.crew import Crew
from danmaku.gateway.dialects.danmaku_v1 import JsonDialect
from danmaku.gateway.outbox import Outbox
from danmaku.gateway.room_hub import Means, RoomHub
from danmaku.gateway.sampling import Sampling
from danmaku.gateway.turns import Turns
from danmaku.telemetry import Telemetry

ROOM, ANN = RoomId("demo"), AccountId(1)
PASSED = Verdict(ruleset="v", action="pass", category=None, micros=1)
JSON = JsonDialect()


@dataclass
class Room:
    """The record of one room in memory: entries as facts, and the reading side of the port."""

    entries: list[Entry] = field(default_factory=list)
    comments: dict[int, Comment] = field(default_factory=dict)

    @property
    def top(self):
        return Seq(len(self.entries))

    def append(self, fact, comment=None):
        entry = Entry(ROOM, Seq(self.top + 1), Millis(1), fact, comment=comment)
        self.entries.append(entry)
        return entry

    def publish(self):
        number = Number(len(self.comments) + 1)
        content = Content(text=f"text {number}", style=Style(), position_ms=0, name="ann")
        comment = Comment(
            origin=Seq(self.top + 1),
            number=number,
            status=CommentStatus.PUBLISHED,
            at_ms=Millis(1),
            position_ms=0,
            author=Pseudonym("p"),
            content=content,
        )
        self.comments[number] = comment
        fact = CommentPublished(ANN, ANN, ClientId("c"), Millis(1), content, PASSED)
        return self.append(fact, comment)

    def hold(self):
        content = Content(text="sealed", style=Style(), position_ms=0, name="ann")
        return self.append(CommentHeld(ANN, ClientId("c"), Millis(1), content, PASSED, "review"))

    def recall(self, pick):
        shown = self.numbers(CommentStatus.PUBLISHED)
        if not shown:
            return self.hold()
        number = shown[pick % len(shown)]
        self.comments[number] = replace(
            self.comments[number], status=CommentStatus.RECALLED, by=RecalledBy.AUTHOR
        )
        fact = CommentRecalled(ANN, Number(number), RecalledBy.AUTHOR)
        return self.append(fact, bare(self.comments[number]))

    def restore(self, pick):
        gone = self.numbers(CommentStatus.RECALLED)
        if not gone:
            return self.hold()
        number = gone[pick % len(gone)]
        self.comments[number] = replace(
            self.comments[number], status=CommentStatus.PUBLISHED, by=None
        )
        return self.append(CommentRestored(ANN, Number(number)), self.comments[number])

    def numbers(self, status):
        return [number for number, comment in self.comments.items() if comment.status is status]

    def seen(self, entry):
        """An entry as it may be shown now."""
        view = view_of(entry)
        if view is None or view.kind not in {ViewKind.COMMENT, ViewKind.RESTORE}:
            return view
        comment = self.comments[view.comment.number]
        if comment.status is CommentStatus.PUBLISHED:
            return view
        return View(ViewKind.MARKER, view.seq, comment=bare(comment))


class ReaderOf:
    """The reading side of the port, as far as a room's hub asks it."""

    def __init__(self, room):
        self._room = room
        self.reads = 0

    async def entries(self, _room, after, upto, *, limit, sticky_only=False):
        self.reads += 1
        await asyncio.sleep(0)
        kinds = (CommentRecalled, CommentRestored) if sticky_only else Fact
        asked = [entry for entry in self._room.entries[after:upto] if isinstance(entry.fact, kinds)]
        return [view for view in map(self._room.seen, asked) if view is not None][:limit]


class Viewer:
    """Reads frames as a client does; full after `room_for` of them until it is drained."""

    def __init__(self, room, hub, since, *, is_strict):
        self._is_strict = is_strict
        self._room = room
        self._hub = hub
        self._wire = ClientProtocol(parse_uri("ws://x"), max_size=None, state=State.OPEN)
        self._room_for = None
        self.outbox = Outbox(self._write, self._fail, dialect=JSON, deflate=False)
        self.position = hub.flushed if since is None else since
        self.fold = {}
        self.left_out = 0
        self.is_whole = since == 0  # else it begins with a page that is not read here
        hub.enter(self.outbox, Seq(self.position))
        hub.serve(self.outbox)

    def fill_up_after(self, frames):
        self._room_for = frames

    def fill_up_now(self):
        """Something else was written to it: an answer of its own."""
        if self.outbox.stalled_since_ms is None:
            self._hub.stall(self.outbox, Millis(0))

    def drain(self):
        self._room_for = None
        if self.outbox.stalled_since_ms is not None:
            self._hub.resume(self.outbox)

    def _fail(self, error):
        raise AssertionError from error

    def _write(self, frame):
        assert self.outbox.stalled_since_ms is None
        self._wire.receive_data(frame)
        [event] = self._wire.events_received()
        self._take(json.loads(event.data))
        if self._room_for is not None:
            self._room_for -= 1
            if self._room_for < 0:
                self._hub.stall(self.outbox, Millis(0))

    def _take(self, batch):
        if batch["op"] == "viewers":
            return
        assert batch["after"] == self.position
        self.position = batch["upto"]
        self.left_out += batch.get("left_out", 0)
        self.is_whole &= batch["op"] == "entries" and "left_out" not in batch
        self._check_what_is_left_out(batch)
        for entry in batch["entries"]:
            assert batch["after"] < entry["seq"] <= batch["upto"]
            number = entry["number"]
            if "text" in entry and self._is_strict:
                # Whatever is sent is what may be shown at this very moment.
                assert self._room.comments[number].status is CommentStatus.PUBLISHED
            self.fold[number] = entry.get("text")

    def _check_what_is_left_out(self, batch):
        """Comments alone are left out, and as many as is said."""
        if batch["op"] == "entries" and self._is_strict:
            told = {entry["seq"] for entry in batch["entries"]}
            there = map(view_of, self._room.entries[batch["after"] : batch["upto"]])
            missing = [view.kind for view in there if view is not None and view.seq not in told]
            assert missing == [ViewKind.COMMENT] * batch.get("left_out", 0)

    def check(self):
        """It stands at the end, and what it shows is what is to be shown."""
        expected = {
            number: comment.content.text if comment.status is CommentStatus.PUBLISHED else None
            for number, comment in self._room.comments.items()
        }
        assert all(text == expected[number] for number, text in self.fold.items())
        if self.is_whole:
            assert self.fold == expected


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


ACTS = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from([1, 2, 30])),
    st.tuples(st.just("hold"), st.just(0)),
    st.tuples(st.sampled_from(["recall", "restore"]), st.integers(0, 50)),
    st.tuples(st.just("join"), st.one_of(st.none(), st.integers(0, 200))),
    st.tuples(st.sampled_from(["fill_later", "fill", "drain", "leave"]), st.integers(0, 5)),
    st.tuples(st.just("miss"), st.just(0)),
    st.tuples(st.just("turns"), st.integers(1, 6)),
)


def hub_of(reader, *, top=0, slice_sockets=500, shown_per_s=0, told=None, level=0, **limits):
    limits = {"ring_entries_max": 16, "gather_ms_max": 0, "slice_sockets": slice_sockets} | limits
    limits = GatewaySettings(**limits)
    telemetry = Telemetry()
    levels = BrownoutSettings(forced_level=level)
    brownout = BrownOut(levels, steady=steady_ms, telemetry=telemetry)
    parts = (limits, reader, telemetry, Crew(), Turns(slice_sockets), brownout)
    told = [] if told is None else told
    sampling = Sampling(shown_per_s, "5f3a9c", lambda: True, lambda *said: told.append(said))
    means = Means(*parts, sampling)
    return RoomHub(ROOM, Seq(top), means)


class Play:
    """One room, its hub and its viewers, and everything that may happen to them.

    Args:
        slice_sockets: With few, a batch that is on its way may be overtaken by its own recall.
        shown_per_s: Rushes beyond it are thinned; 0: none.
    """

    def __init__(self, slice_sockets, shown_per_s=0):
        self.room = Room()
        self.reader = ReaderOf(self.room)
        self.hub = hub_of(self.reader, slice_sockets=slice_sockets, shown_per_s=shown_per_s)
        self.is_strict = slice_sockets > 2
        self.viewers = []
        for _ in range(4):
            self.join(0)

    def publish(self, count):
        for entry in [self.room.publish() for _ in range(count)]:
            self.hub.append(entry)

    def hold(self, _):
        self.hub.append(self.room.hold())

    def recall(self, pick):
        self.hub.append(self.room.recall(pick))

    def restore(self, pick):
        self.hub.append(self.room.restore(pick))

    def miss(self, _):
        self.room.publish()  # recorded, and the hub does not hear of it

    def join(self, since):
        since = None if since is None else min(since, self.room.top)
        self.viewers.append(Viewer(self.room, self.hub, since, is_strict=self.is_strict))

    def leave(self, pick):
        if len(self.viewers) > 1:
            self.hub.leave(self.viewers.pop(pick % len(self.viewers)).outbox)

    def fill(self, pick):
        self.viewers[pick % len(self.viewers)].fill_up_now()

    def fill_later(self, pick):
        self.viewers[pick % len(self.viewers)].fill_up_after(pick)

    def drain(self, pick):
        self.viewers[pick % len(self.viewers)].drain()

    async def end(self):
        for viewer in self.viewers:
            viewer.drain()
        self.publish(1)  # private entries move nobody by themselves
        await turns(200)
        self.hub.close()


async def play(acts, slice_sockets, shown_per_s=0):
    it = Play(slice_sockets, shown_per_s)
    for act, argument in acts:
        if act == "turns":
            await turns(argument)
        else:
            getattr(it, act)(argument)
    await it.end()

    assert [viewer.position for viewer in it.viewers] == [it.room.top] * len(it.viewers)
    for viewer in it.viewers:
        viewer.check()


@pytest.mark.parametrize("slice_sockets", [2, 500])
@settings(max_examples=200, deadline=None)
@given(acts=st.lists(ACTS, max_size=60))
def test_every_viewer_ends_at_what_a_fresh_page_shows(acts, slice_sockets):
    asyncio.run(play(acts, slice_sockets))


@settings(max_examples=100, deadline=None)
@given(acts=st.lists(ACTS, max_size=60))
def test_a_rush_is_thinned_by_comments_alone_and_each_batch_says_by_how_many(acts):
    asyncio.run(play(acts, 500, shown_per_s=3))


async def test_who_catches_up_is_sent_what_the_others_were_not_shown():
    room, told = Room(), []
    hub = hub_of(ReaderOf(room), shown_per_s=3, told=told)
    live = Viewer(room, hub, 0, is_strict=True)
    await turns(5)
    for entry in [room.publish() for _ in range(15)]:
        hub.append(entry)
    await turns(10)

    returned = Viewer(room, hub, 0, is_strict=True)
    await turns(10)

    assert 0 < live.left_out == len(told) < 12
    assert len(live.fold) == 15 - live.left_out
    assert (returned.position, returned.left_out, len(returned.fold)) == (15, 0, 15)
    hub.close()


async def test_all_who_come_back_to_a_room_are_served_by_few_readings():
    room = Room()
    for _ in range(12):
        room.publish()
    reader = ReaderOf(room)
    hub = hub_of(reader, top=12)

    viewers = [Viewer(room, hub, since, is_strict=True) for since in [5, 9, 5, 2, 12] * 40]
    await turns(200)

    assert {viewer.position for viewer in viewers} == {12}
    assert reader.reads == 2  # down to 5 for most of them, then down to 2
    hub.close()


async def test_a_record_that_cannot_be_read_ends_those_who_wait_for_it_and_nobody_else():
    class Unreadable(ReaderOf):
        async def entries(self, *_args, **_named):
            raise OSError

    room, failed = Room(), []
    for _ in range(3):
        room.publish()
    hub = hub_of(Unreadable(room), top=3)
    wait = [Outbox(failed.append, failed.append, dialect=JSON, deflate=False) for _ in range(3)]
    for outbox in wait:
        hub.enter(outbox, Seq(1))
        hub.serve(outbox)
    viewer = Viewer(room, hub, None, is_strict=True)
    await turns(10)
    hub.append(room.publish())
    await turns(10)

    assert [type(error) for error in failed] == [OSError] * 3
    assert viewer.position == 4
    hub.close()


def test_who_leaves_while_the_record_is_read_gets_nothing():
    async def leave():
        room = Room()
        room.publish()
        hub = hub_of(ReaderOf(room), top=1)
        gone, stays = (Viewer(room, hub, 0, is_strict=True) for _ in range(2))
        hub.leave(gone.outbox)
        await turns(10)
        assert (gone.position, stays.position) == (0, 1)
        hub.close()

    asyncio.run(leave())


async def test_in_a_brown_out_a_busy_room_gathers_as_long_as_it_may():
    room = Room()
    hub = hub_of(ReaderOf(room), level=1, gather_ms_max=200, gather_flights=0)
    viewer = Viewer(room, hub, 0, is_strict=True)
    await turns(5)
    begun_s = time.perf_counter()
    hub.append(room.publish())
    await turns(5)
    at_once = viewer.position
    hub.append(room.publish())
    async with asyncio.timeout(30):
        while viewer.position < room.top:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.01)
    took_s = time.perf_counter() - begun_s
    hub.close()

    assert at_once == 1
    assert took_s > 0.19


@pytest.mark.parametrize("more", [0, 60], ids=["still in the ring", "gone from the ring"])
async def test_what_is_recalled_while_the_record_is_read_is_not_shown_any_more(more):
    read, go_on = asyncio.Event(), asyncio.Event()

    class Slow(ReaderOf):
        async def entries(self, *asked, **named):
            views = await super().entries(*asked, **named)
            read.set()
            await go_on.wait()
            return views

    room = Room()
    for _ in range(100):  # more than the ring takes
        room.publish()
    hub = hub_of(Slow(room), top=100)
    viewer = Viewer(room, hub, 0, is_strict=True)
    await read.wait()
    for entry in (room.recall(0), room.recall(0), room.restore(0)):
        hub.append(entry)
    for _ in range(more):
        hub.append(room.publish())
        await turns(2)
    go_on.set()
    await turns(10)

    assert viewer.position == room.top
    viewer.check()
    hub.close()
