"""One live room: what has been announced goes out to its viewers, once encoded, in order.

Invariants:

* `flushed` is what viewers have been given as `upto`; a viewer is *even* if it stands there (or is
  about to: the batch is on its way), and only even viewers are written to, cohort by cohort.
* A viewer becomes even in the same turn of the loop in which it is found to stand at `flushed`, so
  nothing can slip in between: no hole, no double.
* One batch is on its way at a time; what is announced meanwhile is in the next.

Belongs to the event loop's thread. Memory: the ring, and a few words for each viewer.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import structlog

from danmaku.actions.brownout import BrownOut
from danmaku.config import GatewaySettings
from danmaku.domain.brownout import Shed
from danmaku.domain.facts import Entry
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.views import ViewKind, view_of
from danmaku.errors import Overloaded
from danmaku.gateway.asides import Asides
from danmaku.gateway.catch_ups import CatchUps
from danmaku.gateway.cohort import Cohort
from danmaku.gateway.crew import Crew
from danmaku.gateway.dialects.outward import Op, Outward, frame_in
from danmaku.gateway.flight import Cohorts, Flight
from danmaku.gateway.outbox import Even, FromRecord, FromRing, Outbox, Wait
from danmaku.gateway.reading import PAGE_ENTRIES, recorded
from danmaku.gateway.ring import Item, Ring
from danmaku.gateway.sampling import Sampling, Thinning
from danmaku.gateway.turns import Turns
from danmaku.ports import Reader
from danmaku.telemetry import Telemetry

COARSER = 5  # times as long do counts gather while the house is short of time
FLIGHT_WEIGHT = 0.2  # of the newest batch in the mean time that writing one takes
LATE_SHARE = 4  # of a turn: viewers who are behind get a quarter of it

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What every room works with."""

    settings: GatewaySettings
    reader: Reader
    telemetry: Telemetry
    crew: Crew
    turns: Turns
    brownout: BrownOut
    sampling: Sampling
    elsewhere: Callable[[RoomId], int] = lambda _room: 0  # viewers whom other nodes have


class RoomHub:
    """The fan-out of one room.

    Args:
        room: Its id.
        top: Seq of the newest entry that has been announced.
        means: What it works with.
    """

    def __init__(self, room: RoomId, top: Seq, means: Means) -> None:
        self.room = room
        self.flushed = top
        self._settings = means.settings
        self._means = means
        self._ring = Ring(top, means.settings.ring_entries_max)
        self._loop = asyncio.get_running_loop()
        self._members: set[Outbox] = set()
        self._cohorts: Cohorts = {}  # the even ones
        self._ahead: set[Outbox] = set()  # they know more than has been flushed
        self._late: dict[Outbox, None] = {}  # to be served when it is this room's turn
        self._reading: dict[Outbox, asyncio.Task[None]] = {}
        self._thirsty: set[Outbox] = set()  # they wait until the ring has been filled up
        self._filling: asyncio.Task[None] | None = None
        self._catch_ups = CatchUps(self._ring)
        self._flight: Flight | None = None
        self._gathering: asyncio.TimerHandle | None = None  # until the next batch
        self._pending_since_s: float | None = None
        self._is_urgent = False
        self._is_given_up = False
        self._flushed_at_s = float("-inf")
        self._flight_s = 0.0  # how long writing a batch takes lately
        self._thinning = Thinning(room, means.sampling) if means.sampling.shown_per_s else None
        self._asides = Asides(
            lambda: self.viewers_everywhere,
            gather_s=self._aside_s,
            on_due=self._let_tell,
        )

    @property
    def top(self) -> Seq:
        """Seq of the newest entry that has been announced."""
        return self._ring.top

    @property
    def viewers_count(self) -> int:
        """How many are here, the slow ones included."""
        return len(self._members)

    @property
    def viewers_everywhere(self) -> int:
        """How many are in this room, other nodes' viewers included."""
        return len(self._members) + self._means.elsewhere(self.room)

    def _aside_s(self) -> float:
        usual_s = self._settings.viewers_ms / 1000
        return COARSER * usual_s if self._means.brownout.sheds(Shed.PROMPTNESS) else usual_s

    # --- what the record announces

    def append(self, entry: Entry) -> None:
        """Take the next entry of the room's chain; one that is known already changes nothing."""
        if self._is_given_up:
            self._let_all_go()  # where even that failed the last time
            return
        if entry.seq <= self._ring.top:
            return
        if entry.seq != self._ring.top + 1:
            self._heal(entry.seq)
            return
        view = view_of(entry)
        self._catch_ups.clear()
        self._ring.push(entry.seq, view, sent=self.flushed)
        if view is None:
            self._asides.note(entry)
            return
        if self._thinning is not None:
            self._thinning.note(entry, view)
        self._is_urgent |= view.kind is ViewKind.RECALL
        if self._pending_since_s is None:
            self._pending_since_s = time.perf_counter()
        self._schedule()

    def _schedule(self) -> None:
        """See that what is pending goes out: at once after a quiet time or for a recall."""
        if self._flight is not None or self._pending_since_s is None:
            return
        if self._is_urgent:
            self._stop_gathering()
            self._means.turns.add(self, first=True)
            return
        if self._gathering is not None:
            return
        wait_s = self._flushed_at_s + self._gather_s() - time.perf_counter()
        if wait_s > 0:
            self._gathering = self._loop.call_later(wait_s, self._queue_up)
        else:
            self._queue_up()

    def _gather_s(self) -> float:
        """How long what is pending gathers: a few times as long as writing it takes.

        So a small room hardly waits, and the writing of a large one leaves the loop to others for
        most of the time, whatever the machine. Where many rooms together take all of it, or others
        do, each gathers as long as it may: a frame costs the same, whatever is in it.
        """
        most_s = self._settings.gather_ms_max / 1000
        if self._means.brownout.sheds(Shed.PROMPTNESS):
            return most_s
        return min(most_s, self._settings.gather_flights * self._flight_s)

    def _queue_up(self) -> None:
        self._gathering = None
        self._means.turns.add(self)

    def _stop_gathering(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None

    def turn(self, sockets_max: int) -> int:
        """Write to the next few sockets; see `turns.Turner`."""
        if self._is_given_up:
            return 0
        written = self._serve_late(max(1, sockets_max // LATE_SHARE))
        if self._flight is None:
            self._take_off()
        if (flight := self._flight) is not None:
            delivered = flight.write(sockets_max - written)
            self._means.telemetry.deliveries.inc(delivered)
            written += delivered
            if flight.is_over:
                self._land(flight)
        if self._flight is not None or self._late:
            self._means.turns.add(self)
        return written

    def _serve_late(self, count_max: int) -> int:
        late = list(islice(self._late, count_max))
        for outbox in late:
            del self._late[outbox]
            self.serve(outbox)
        return len(late)

    def _take_off(self) -> None:
        """Make one batch of everything that is pending, or else the count if it is due."""
        if self._pending_since_s is not None:
            since_s, self._pending_since_s = self._pending_since_s, None
            self._stop_gathering()
            self._is_urgent = False
            self._flushed_at_s = time.perf_counter()
            after, self.flushed = self.flushed, self._ring.top
            payloads = self._batches(after, self.flushed)
            self._flight = Flight(self._cohorts, payloads, after, since_s)
        elif self._asides.is_due:
            said = self._asides.take(self._dialects())
            # It carries nobody forward: even viewers stand at `flushed` already.
            self._flight = Flight(self._cohorts, said, self.flushed, since_s=None)

    def _batches(self, after: Seq, upto: Seq) -> dict[Outward, bytes]:
        items = self._ring.between(after, upto)
        left_out = 0
        if self._thinning is not None:
            public, items = len(items), self._thinning.sift(items)
            left_out = public - len(items)
            self._means.telemetry.left_out.inc(left_out)
        parts: dict[Outward, list[bytes]] = {dialect: [] for dialect in self._dialects()}
        for item in items:  # one after the other: what one says may go by what was said before it
            for dialect, said in parts.items():
                said.append(item.part(dialect))
        return {
            dialect: dialect.batch(Op.ENTRIES, after, upto, said, left_out)
            for dialect, said in parts.items()
        }

    def _dialects(self) -> set[Outward]:
        """Those that even viewers speak."""
        return {dialect for (dialect, _), members in self._cohorts.items() if members}

    def _land(self, flight: Flight) -> None:
        self._flight = None
        if flight.since_s is not None:
            now_s = time.perf_counter()
            self._means.telemetry.note_fanout(now_s - flight.since_s)
            self._flight_s += FLIGHT_WEIGHT * (now_s - self._flushed_at_s - self._flight_s)
        self._let_serve(self._ahead)
        if self._asides.is_due:
            self._means.turns.add(self)
        self._schedule()

    def _heal(self, seq: Seq) -> None:
        """Entries are missing between what was announced and `seq`.

        Whoever announces leaves no hole. If there is one, the record is asked: everybody is sent
        what lies between as if they had just joined.
        """
        _log.error("record announced with a hole", room=self.room, after=self._ring.top, seq=seq)
        for outbox in self._members:
            self._set_apart(outbox)
            outbox.replays = True
        self._ring.restart(seq)
        self.flushed = seq
        self._pending_since_s = None
        self._stop_gathering()
        self._catch_ups.clear()
        for outbox in tuple(self._members):
            self.serve(outbox)

    def give_up(self, error: Exception) -> None:
        """Something failed on the way to viewers: nobody knows any more who has what.

        All are let go, and come back from where they stand: the record has everything.
        """
        self._is_given_up = True
        _log.error("room given up", room=self.room, exc_info=error)
        self._let_all_go()

    def _let_all_go(self) -> None:
        for outbox in tuple(self._members):
            outbox.fail(Overloaded())

    # --- viewers

    def enter(self, outbox: Outbox, position: Seq) -> None:
        """Let a viewer in that has everything up to `position`; `serve` brings it up."""
        outbox.position = position
        self._members.add(outbox)
        self._means.telemetry.viewers.inc()
        self.note_count()

    def leave(self, outbox: Outbox) -> None:
        """Forget a viewer."""
        self._members.discard(outbox)
        self._means.telemetry.viewers.dec()
        self._ahead.discard(outbox)
        self._thirsty.discard(outbox)
        self._late.pop(outbox, None)
        self._set_apart(outbox)
        if (reading := self._reading.pop(outbox, None)) is not None:
            reading.cancel()
        self.note_count()

    def close(self) -> None:
        """The last viewer has left: let no timer remain."""
        self._means.turns.remove(self)
        self._stop_gathering()
        if self._filling is not None:
            self._filling.cancel()
        self._asides.close()

    async def missed(self, after: Seq, limit: int) -> tuple[Seq, Sequence[Item]]:
        """The first of what others have above `after`, as of now, and how far that goes."""
        while after < self._ring.floor:
            upto = self.flushed
            views = await self._means.reader.entries(self.room, after, upto, limit=limit)
            if self._ring.floor <= upto:  # else it may have let a recall go meanwhile
                items = self._ring.as_of_now(views)
                return items[-1].seq if len(items) == limit else upto, items
        upto = max(after, self.flushed)  # who comes from another node may know more
        some = self._ring.between(after, upto)[:limit]
        return some[-1].seq if len(some) == limit else upto, some

    def stall(self, outbox: Outbox, now_ms: Millis) -> None:
        """The viewer's transport is full: it leaves the fan-out until it has room."""
        outbox.stall(now_ms)
        if outbox.is_even:
            outbox.replays = False
            self._set_apart(outbox)

    def resume(self, outbox: Outbox) -> None:
        """The viewer's transport has room: bring it up to the others."""
        outbox.resume()
        self.serve(outbox)

    def serve(self, outbox: Outbox) -> None:
        """Send a viewer what it lacks, as far as its transport takes it; then let it be even."""
        while outbox in self._members and not (outbox.is_even or self._is_awaited(outbox)):
            match outbox.step(
                floor=self._ring.floor,
                flushed=self.flushed,
                replay_max=self._settings.catch_up_entries_max,
            ):
                case Even():
                    self._join_cohort(outbox)
                case Wait():
                    if outbox.stalled_since_ms is None:
                        self._ahead.add(outbox)
                    return
                case FromRing(after, upto):
                    self._send_from_ring(outbox, after, upto)
                case FromRecord() as step if step.skips or not self._ring.takes(step.after):
                    self._start_reading(outbox, step)
                case FromRecord(after):
                    self._start_filling(outbox, after)

    def _is_awaited(self, outbox: Outbox) -> bool:
        return outbox in self._reading or outbox in self._thirsty

    def _let_serve(self, outboxes: set[Outbox]) -> None:
        """Serve them when it is this room's turn: there may be thousands."""
        self._late.update(dict.fromkeys(outboxes))
        outboxes.clear()
        if self._late:
            self._means.turns.add(self)

    def _join_cohort(self, outbox: Outbox) -> None:
        if (cohort := self._cohorts.get((outbox.dialect, outbox.deflate))) is None:
            cohort = self._cohorts[outbox.dialect, outbox.deflate] = Cohort()
        cohort.add(outbox)
        outbox.is_even = True
        outbox.replays = False

    def _set_apart(self, outbox: Outbox) -> None:
        if not outbox.is_even:
            return
        outbox.is_even = False
        has_batch = self._cohorts[outbox.dialect, outbox.deflate].remove(outbox)
        flight = self._flight
        outbox.position = self.flushed if has_batch or flight is None else flight.after

    def _send_from_ring(self, outbox: Outbox, after: Seq, upto: Seq) -> None:
        made = self._catch_ups.frame(outbox.dialect, after, upto, deflate=outbox.deflate)
        frame, outbox.position = made  # before the write: a full transport stalls it within
        outbox.write(frame)

    def _start_filling(self, outbox: Outbox, after: Seq) -> None:
        """Let the ring reach down to `after`; one reading at a time serves all who come back."""
        self._thirsty.add(outbox)
        if self._filling is None:
            self._filling = self._means.crew.start(
                self._fill(after), name=f"fill {self.room}", on_error=self._fail_thirsty
            )

    async def _fill(self, after: Seq) -> None:
        floor = self._ring.floor
        try:
            views = await recorded(self._means.reader, self.room, after, floor)
        finally:
            self._filling = None
        self._ring.fill(after, floor, views)
        self._catch_ups.clear()
        self._let_serve(self._thirsty)

    def _fail_thirsty(self, error: BaseException) -> None:
        thirsty, self._thirsty = self._thirsty, set()
        for outbox in thirsty:
            outbox.fail(error)

    def _start_reading(self, outbox: Outbox, step: FromRecord) -> None:
        self._reading[outbox] = self._means.crew.start(
            self._read(outbox, step), name=f"read {self.room}", on_error=outbox.fail
        )

    async def _read(self, outbox: Outbox, step: FromRecord) -> None:
        top = self._ring.top
        try:
            views = await self._means.reader.entries(
                self.room, step.after, step.upto, limit=PAGE_ENTRIES, sticky_only=step.skips
            )
        finally:
            self._reading.pop(outbox, None)
        if outbox.stalled_since_ms is not None or self._ring.floor > top:
            # An answer of its own has filled it, or the ring has let a recall go meanwhile.
            self.serve(outbox)
            return
        upto = views[-1].seq if len(views) == PAGE_ENTRIES else step.upto
        parts = [item.part(outbox.dialect) for item in self._ring.as_of_now(views)]
        op = Op.SKIPPED if step.skips else Op.ENTRIES
        if step.skips:
            self._means.telemetry.skips.inc()
        self._send(outbox, outbox.dialect.batch(op, step.after, upto, parts), upto)
        self.serve(outbox)

    def _send(self, outbox: Outbox, payload: bytes, upto: Seq) -> None:
        outbox.position = upto  # before the write: a full transport stalls the viewer within it
        outbox.write(frame_in(outbox.dialect, payload, deflate=outbox.deflate))

    # --- how many are here

    def note_count(self) -> None:
        """Somebody came or went, here or elsewhere: everybody is told before long."""
        self._asides.note_viewers()

    def _let_tell(self) -> None:
        if self._flight is None:
            self._means.turns.add(self)
