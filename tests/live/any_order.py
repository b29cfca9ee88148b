"""One room upon a real record, its fan-out and its viewers, under whatever order of acts.

hypothesis chooses who says, recalls or restores what, who comes, stalls, goes and comes back, which
commits fail and how, when readers get their answers, and when everything is opened anew. Nothing in
it goes by a real clock or a socket, so that a story that fails can be told again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Self, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from bench.checker import UNDECIDED, Batch, Event, Joined, Record, Run, Send, check
from bench.checker import Answer as Told
from bench.client import answer_of
from bench.messages import batch_of
from bench.recalls import Recalled, shown_to, shown_too_late
from danmaku.actions.brownout import BrownOut
from danmaku.config import BrownoutSettings, GatewaySettings
from danmaku.domain.account import Bundle, Standing
from danmaku.domain.comment import Draft
from danmaku.domain.facts import Entry
from danmaku.domain.ids import ClientId, Millis, Number, RoomId, Seq
from danmaku.domain.views import View
from danmaku.errors import DanmakuError
from danmaku.formats.danmaku_v1 import fields_of
from danmaku.gateway.answers import outcome_of
from danmaku.gateway.crew import Crew
from danmaku.gateway.dialects.danmaku_v1 import JsonDialect
from danmaku.gateway.hub import Hub
from danmaku.gateway.outbox import Known, Outbox, opening_of
from danmaku.gateway.reading import top_of
from danmaku.gateway.room_hub import Means
from danmaku.gateway.sampling import Sampling
from danmaku.gateway.turns import Turns
from danmaku.store import schema
from danmaku.telemetry import Telemetry
from tests.live.fold import Fold
from tests.live.mutants import FaultyReader
from tests.patience import PATIENCE_S
from tests.unit.actions.house import House, house_on

LIMITS = GatewaySettings(ring_entries_max=16, gather_ms_max=0)
AUTHORS = ("ann", "ben")
GUESTS = 4
WORDS = {"plain": "hello", "held": "callme", "refused": "buynow"}
FAR = Seq(1_000_000)
JSON = JsonDialect()
some = st.integers(0, 100)  # taken modulo what there is by then
AUDITED = ("comment_recalled", "comment_restored", "room_changed")


class Gate:
    """Keeps answers of the record back from whoever asked, until it is opened."""

    def __init__(self) -> None:
        self.waiting = 0
        self._is_open = asyncio.Event()
        self._is_open.set()

    @property
    def is_shut(self) -> bool:
        return not self._is_open.is_set()

    def shut(self) -> None:
        self._is_open.clear()

    def open(self) -> None:
        self._is_open.set()

    async def passed(self, views: list[View]) -> list[View]:
        self.waiting += 1
        try:
            await self._is_open.wait()
        finally:
            self.waiting -= 1
        return views


class Stage:
    """The record with its verbs, which outlives each story; and the fan-out of the day.

    Args:
        folder: Where the record lies.
        record: As `house_on`.
    """

    def __init__(self, folder: Path, record: Callable[[Any], Any] = lambda store: store) -> None:
        self._folder = folder
        self._record = record
        self._stack = AsyncExitStack()
        self.failure: bool | None = None  # of the next COMMIT; whether it is done all the same
        self.runner = asyncio.Runner()
        self.rooms = count(1)

    house: House
    people: dict[str, Standing]
    gate: Gate
    crew: Crew
    hub: Hub

    def __enter__(self) -> Self:
        self.runner.run(self._open())
        house = self.house
        grants = dict.fromkeys(AUTHORS) | {"rey": Bundle.REVIEWER}
        self.people = self.runner.run(house.cast(**grants))
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self._stack.aclose())
        self.runner.close()

    async def _open(self) -> None:
        house = house_on(self._folder, record=self._record)
        self.house = await self._stack.enter_async_context(house)
        self.gate, self.crew = Gate(), Crew()
        reader = cast("Any", FaultyReader(self.house.store, self.gate.passed))
        turns, telemetry = Turns(LIMITS.slice_sockets), Telemetry()
        calm = BrownOut(BrownoutSettings(), steady=self.house.clock, telemetry=telemetry)
        whole = Sampling(0, self.house.store.epoch, lambda: False, lambda *_: None)
        self.hub = Hub(Means(LIMITS, reader, telemetry, self.crew, turns, calm, whole))
        self.house.store.subscribe(self.hub.announce)
        event.listen(self.house.store._writer._link.engine, "commit", self._commit)

    async def reopen(self) -> None:
        """End all that is in memory, and begin anew upon what is recorded."""
        self.failure = None
        await self.crew.settle(0)
        await self._stack.aclose()
        await self._open()
        for login in self.people:
            self.people[login] = await self.house.people.known(login)

    async def settle(self) -> None:
        """Let everything go on that can, up to the gate if that is shut."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for _ in range(20):
                    await asyncio.sleep(0)
                if len(self.crew._tasks) == (self.gate.waiting if self.gate.is_shut else 0):
                    return

    def _commit(self, connection: Any) -> None:
        """Called before each COMMIT."""
        if self.failure is None:
            return
        is_done, self.failure = self.failure, None
        if is_done:
            connection.connection.driver_connection.execute("COMMIT")
        raise OperationalError("COMMIT", {}, OSError("disk I/O error"))


@dataclass
class Guest:
    """Somebody with a page open: what was on it, and all that came since."""

    page: list[Any] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    heard_ns: list[int] = field(default_factory=list)
    outbox: Outbox | None = None

    @property
    def is_here(self) -> bool:
        return self.outbox is not None

    @property
    def is_stalled(self) -> bool:
        return self.outbox is not None and self.outbox.stalled_since_ms is not None

    @property
    def position(self) -> int:
        last = self.events[-1]
        if isinstance(last, Batch):
            return last.upto
        return last.top if last.since is None else last.since

    def shows(self, entries: list[dict[str, Any]]) -> dict[int, Any]:
        """What the page shows, once it has read the ranges that it was told to read."""
        fold = Fold(self.page)
        for batch in (one for one in self.events if isinstance(one, Batch)):
            if batch.skipped:
                read = (one for one in entries if batch.after < one["seq"] <= batch.upto)
                fold.read(one for one in read if one["kind"] in {"comment", "marker"})
            fold.apply(batch)
        return fold.items


class AnyOrder(RuleBasedStateMachine):
    """See the module."""

    stage: ClassVar[Stage]

    @initialize()
    def begin(self) -> None:
        self.room = RoomId(f"r{next(self.stage.rooms)}")
        self.moment_ns = 0
        self.sends: list[tuple[str, Send]] = []  # with its author
        self.numbers: dict[int, str] = {}  # of published comments, with their texts
        self.held: dict[int, str] = {}
        self.recalls: list[Recalled] = []
        self.acked: set[int] = set()  # seqs of audited acts
        self.doubts = 0  # acts of which nobody knows what became
        self.guests = [Guest() for _ in range(GUESTS)]
        self._run(self.stage.house.room(self.room))

    def _run(self, work: Awaitable[Any]) -> Any:
        async def settled() -> Any:
            told = await work
            await self.stage.settle()
            return told

        self.moment_ns += 1
        return self.stage.runner.run(settled())

    # --- what people do

    @rule(
        author=st.sampled_from(AUTHORS),
        sort=st.sampled_from(sorted(WORDS)),
        times=st.integers(1, 12),
    )
    def say(self, author: str, sort: str, times: int) -> None:
        for _ in range(times):
            name = f"{self.room}-{len(self.sends)}"
            send = Send(name, f"{WORDS[sort]} {name}.", self.moment_ns)
            self.sends.append((author, send))
            self._run(self._post(author, send))

    @precondition(lambda self: self.sends)
    @rule(which=some)
    def say_again(self, which: int) -> None:
        self._run(self._post(*self.sends[which % len(self.sends)]))

    async def _post(self, author: str, send: Send) -> None:
        draft = Draft(ClientId(send.client_id), send.text)
        try:
            entry = await self.stage.house.comments.post(
                self.stage.people[author], self.room, draft
            )
        except DanmakuError as error:
            told = Told("refused", self.moment_ns, code=error.code)
        else:
            told = answer_of(outcome_of(entry, send.client_id), self.moment_ns)
        send.answers.append(told)
        if told.op == "published" and told.number is not None:
            self.numbers[told.number] = send.text
        elif told.op == "held" and told.seq is not None:
            self.held[told.seq] = send.text

    @precondition(lambda self: self.held)
    @rule(which=some)
    def approve(self, which: int) -> None:
        origin = sorted(self.held)[which % len(self.held)]
        verb = self.stage.house.moderation.approve
        entry = self._act(verb(self.stage.people["rey"], self.room, Seq(origin)))
        if entry is not None:
            self.numbers[entry.comment.number] = self.held.pop(origin)

    @precondition(lambda self: self.numbers)
    @rule(which=some)
    def recall(self, which: int) -> None:
        number = sorted(self.numbers)[which % len(self.numbers)]
        verb = self.stage.house.comments.recall
        entry = self._act(verb(self.stage.people["rey"], self.room, Number(number), "spam"))
        if entry is not None:
            self.acked.add(entry.seq)
            self.recalls.append(Recalled(self.numbers[number], self.moment_ns))

    @precondition(lambda self: self.recalls)
    @rule(which=some)
    def restore(self, which: int) -> None:
        text = self.recalls[which % len(self.recalls)].text
        number = next(number for number, one in self.numbers.items() if one == text)
        verb = self.stage.house.comments.restore
        before, doubts = self.recalls, self.doubts
        self.recalls = [replace(one, restored_ns=0) if one.text == text else one for one in before]
        entry = self._act(verb(self.stage.people["rey"], self.room, Number(number)))
        if entry is not None:
            self.acked.add(entry.seq)
        elif self.doubts == doubts:
            self.recalls = before  # it was refused, and nothing came back

    @rule(which=some)
    def retitle(self, which: int) -> None:
        change = self.stage.house.rooms.change
        entry = self._act(change(None, self.room, partial(replace, title=f"Title {which}")))
        if entry is not None:
            self.acked.add(entry.seq)

    def _act(self, work: Awaitable[Entry]) -> Any:
        """What an act led to; None if it was refused, or nobody knows."""
        try:
            return self._run(work)
        except DanmakuError as error:
            self.doubts += error.code in UNDECIDED
            self._run(asyncio.sleep(0))
            return None

    # --- what befalls viewers

    @precondition(lambda self: self._guests(is_here=False))
    @rule(which=some, since_ever=st.booleans())
    def come(self, which: int, since_ever: bool) -> None:  # noqa: FBT001 -- a drawn one
        away = self._guests(is_here=False)
        self._run(self._come(away[which % len(away)], since_ever=since_ever))

    def _guests(self, *, is_here: bool, is_stalled: bool = False) -> list[Guest]:
        return [
            guest
            for guest in self.guests
            if guest.is_here is is_here and guest.is_stalled is is_stalled
        ]

    async def _come(self, guest: Guest, *, since_ever: bool) -> None:
        """As the gateway lets somebody in."""
        house = self.stage.house
        since: int | None = 0 if since_ever else None
        if guest.events:
            since = guest.position
        elif not since_ever:
            guest.page = await self._listed()
        top = await top_of(house.rooms, house.store, self.room, since)
        live = await house.rooms.live(self.room)
        room_hub = self.stage.hub.room(self.room, live.top)
        known = Known(house.store.epoch, Seq(max(top, live.top)), room_hub.flushed)
        position = opening_of(known, None if since is None else Seq(since), None, replay_max=FAR)
        assert isinstance(position, int)
        guest.events.append(Joined(since, known.flushed, known.epoch))
        guest.heard_ns.append(self.moment_ns)
        wire = ClientProtocol(parse_uri("ws://x"), max_size=None, state=State.OPEN)
        outbox = Outbox(
            lambda frame: self._hear(guest, wire, frame), self._fail, dialect=JSON, deflate=False
        )
        guest.outbox = outbox
        room_hub.enter(outbox, position)
        room_hub.serve(outbox)

    def _hear(self, guest: Guest, wire: ClientProtocol, frame: bytes) -> None:
        assert guest.outbox is not None
        assert guest.outbox.stalled_since_ms is None
        wire.receive_data(frame)
        for message in wire.events_received():
            fields = json.loads(cast("Any", message).data)
            if fields["op"] in {"entries", "skipped"}:
                guest.events.append(batch_of(fields))
                guest.heard_ns.append(self.moment_ns)

    def _fail(self, error: BaseException) -> None:
        raise AssertionError from error

    @precondition(lambda self: self._guests(is_here=True))
    @rule(which=some)
    def go(self, which: int) -> None:
        here = self._guests(is_here=True)
        self._run(self._go(here[which % len(here)]))

    async def _go(self, guest: Guest) -> None:
        if guest.outbox is not None:
            self.stage.hub.leave(self._room_hub, guest.outbox)
            guest.outbox = None

    @property
    def _room_hub(self) -> Any:
        return self.stage.hub.room(self.room, Seq(0))  # there is one: somebody is in it

    @precondition(lambda self: self._guests(is_here=True))
    @rule(which=some)
    def stall(self, which: int) -> None:
        here = self._guests(is_here=True)
        self._room_hub.stall(here[which % len(here)].outbox, Millis(0))

    @precondition(lambda self: self._guests(is_here=True, is_stalled=True))
    @rule(which=some)
    def drain(self, which: int) -> None:
        stalled = self._guests(is_here=True, is_stalled=True)
        self._run(self._drain(stalled[which % len(stalled)]))

    async def _drain(self, guest: Guest) -> None:
        if guest.is_stalled:
            self._room_hub.resume(guest.outbox)

    # --- what befalls the house

    @precondition(lambda self: not self.stage.gate.is_shut)
    @rule()
    def keep_readers_waiting(self) -> None:
        self.stage.gate.shut()

    @precondition(lambda self: self.stage.gate.is_shut)
    @rule()
    def let_readers_have_it(self) -> None:
        self.stage.gate.open()
        self._run(asyncio.sleep(0))

    @precondition(lambda self: self.stage.failure is None)
    @rule(is_done=st.booleans())
    def fail_a_commit(self, is_done: bool) -> None:  # noqa: FBT001 -- a drawn one
        self.stage.failure = is_done

    @rule()
    def reopen(self) -> None:
        self._run(self._end_visits())
        self._run(self.stage.reopen())

    async def _end_visits(self) -> None:
        for guest in self.guests:
            await self._go(guest)

    # --- what holds at every moment, and in the end

    @invariant()
    def breaks_no_law(self) -> None:
        self._judge(self.stage.runner.run(self._recorded()), settled=False)

    def _judge(self, entries: list[dict[str, Any]], *, settled: bool) -> None:
        guests = {f"guest {n}": guest for n, guest in enumerate(self.guests)}
        events = {name: guest.events for name, guest in guests.items()}
        sends = [send for _, send in self.sends]
        findings = check(Run(Record.of(entries), events, sends, settled=settled))
        for name, guest in guests.items():
            showings = list(shown_to(name, guest.events, guest.heard_ns))
            findings += shown_too_late(self.recalls, showings, grace_ns=0)
        assert findings == []

    async def _recorded(self) -> list[dict[str, Any]]:
        views = await self.stage.house.store.entries(self.room, Seq(0), FAR, limit=FAR)
        return [fields_of(view) for view in views]

    async def _listed(self) -> list[Any]:
        views = await self.stage.house.store.comments(self.room, after=Number(0), limit=FAR)
        return [fields_of(view) for view in views]

    def teardown(self) -> None:
        if not hasattr(self, "room"):
            return
        self.stage.failure = None
        self.stage.gate.open()
        try:
            self._end()
        finally:
            self._run(self._end_visits())

    def _end(self) -> None:
        for guest in self.guests:
            self._run(self._drain(guest))
            if guest.events and guest.outbox is None:
                self._run(self._come(guest, since_ever=False))
        entries = self.stage.runner.run(self._recorded())
        self._judge(entries, settled=True)
        fresh = Fold(self.stage.runner.run(self._listed())).items
        for guest in self.guests:
            assert not guest.events or guest.shows(entries) == fresh
        audited = self.stage.runner.run(self._audited())
        assert self.acked <= audited
        assert len(audited - self.acked) <= self.doubts

    async def _audited(self) -> set[int]:
        """Seqs of the entries that tell of what was done to others."""
        entry = schema.entry.c
        asked = select(entry.seq).where(entry.chain == self.room, entry.kind.in_(AUDITED))
        readers = self.stage.house.store.readers
        return set(await readers.ask(lambda connection: connection.scalars(asked).all()))
