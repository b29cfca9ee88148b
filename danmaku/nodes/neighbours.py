"""What nodes tell each other besides entries: who is there, who signed out, what was recalled."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import structlog

from danmaku.domain.facts import CommentRecalled, Entry
from danmaku.domain.ids import AccountId, RoomId
from danmaku.errors import DanmakuError
from danmaku.nodes.circle import Circle
from danmaku.nodes.messages import Applied, Present, Recalled, SessionsEnded
from danmaku.nodes.presence import Presence, chunks
from danmaku.nodes.recalls import Recalls
from danmaku.nodes.shared import SharedRecord
from danmaku.telemetry import Telemetry

COUNT_S: Final = 2.0  # between two times that a node says how many are there
BELIEVED_S: Final = 6.0  # a count is good for so long
REACH_S: Final = 1.0  # every node has applied a recall by then, or it is told which has not
APPLYING_MAX: Final = 1_000  # recalls of others that are on their way here

_log = structlog.get_logger(__name__)


class Neighbours:
    """The other nodes. Lives on the event loop's thread; `run` keeps it going.

    Args:
        circle: How they are reached.
        record: Announces what they recall.
    """

    def __init__(self, circle: Circle, record: SharedRecord, telemetry: Telemetry) -> None:
        self._circle = circle
        self._record = record
        self._telemetry = telemetry
        self._presence = Presence(BELIEVED_S)
        self._recalls = Recalls(REACH_S)
        self._applying: set[asyncio.Task[None]] = set()
        self._count: Callable[[], Mapping[RoomId, int]] = dict
        self._told: Mapping[RoomId, int] = {}
        self._note_counts: Callable[[Collection[RoomId]], None] = lambda _rooms: None
        self._note_ended: Callable[[AccountId], None] = lambda _account: None
        circle.when(Present, self._take_counts)
        circle.when(SessionsEnded, lambda _node, said: self._note_ended(said.account))
        circle.when(Recalled, self._take_recall)
        circle.when(Applied, self._take_applied)

    def join(
        self,
        *,
        count: Callable[[], Mapping[RoomId, int]],
        note_counts: Callable[[Collection[RoomId]], None],
        note_ended: Callable[[AccountId], None],
    ) -> None:
        """Join the doors to the others.

        Args:
            count: Says how many viewers are in which rooms here.
            note_counts: Told of rooms in which there are more or fewer elsewhere.
            note_ended: Told of accounts some of whose sessions have ended elsewhere.
        """
        self._count, self._note_counts, self._note_ended = count, note_counts, note_ended

    @property
    def name(self) -> str:
        """What the others call this node."""
        return self._circle.name

    @property
    def count(self) -> int:
        """How many nodes there are, as far as this one knows; itself among them."""
        return len(self._presence.nodes) + 1

    def elsewhere(self, room: RoomId) -> int:
        """How many viewers the others have in a room."""
        return self._presence.elsewhere(room)

    def tell_ended(self, account: AccountId) -> None:
        """Some sessions of an account have just ended here."""
        self._circle.say(SessionsEnded(account))

    def announce(self, entries: Sequence[Entry]) -> None:
        """Take what this node has just committed, and see that recalls reach everybody."""
        for entry in entries:
            if isinstance(entry.fact, CommentRecalled):
                place = (entry.chain, entry.seq)
                self._recalls.begin(place, self._presence.nodes, self._circle.clock_s())
                self._circle.say(Recalled(entry.chain, entry.seq))

    async def run(self) -> None:
        """Say who is here, and look who is there, until cancelled."""
        since_s = COUNT_S
        while True:
            if since_s >= COUNT_S:
                since_s = 0.0
                self._tell_counts()
            self._look()
            await asyncio.sleep(REACH_S / 2)
            since_s += REACH_S / 2

    # --- who is there

    def _tell_counts(self) -> None:
        counts = dict(self._count())
        for chunk in chunks(counts, self._told):
            self._circle.say(Present(chunk))
        self._told = counts

    def _take_counts(self, node: str, said: Present) -> None:
        self._note_counts(self._presence.note(node, said.counts, self._circle.clock_s()))
        self._telemetry.nodes_seen.set(len(self._presence.nodes))

    def _look(self) -> None:
        now_s = self._circle.clock_s()
        self._note_counts(self._presence.forget(now_s))
        self._telemetry.nodes_seen.set(len(self._presence.nodes))
        for (room, seq), missing in self._recalls.missed(now_s):
            self._telemetry.recalls_missed.inc(len(missing))
            _log.error("recall_not_applied", room=room, seq=seq, nodes=sorted(missing))

    # --- recalls

    def _take_recall(self, node: str, said: Recalled) -> None:
        if len(self._applying) >= APPLYING_MAX:
            return
        task = asyncio.create_task(self._apply(said), name=f"recall of {node}")
        self._applying.add(task)
        task.add_done_callback(self._applying.discard)

    async def _apply(self, said: Recalled) -> None:
        try:
            await self._record.applied(said)
        except DanmakuError as error:
            _log.warning("recall_not_read", room=said.chain, seq=said.seq, reason=str(error))
        else:
            self._circle.say(Applied(said.chain, said.seq))

    def _take_applied(self, node: str, said: Applied) -> None:
        place = (said.chain, said.seq)
        seconds = self._recalls.applied(place, node, self._circle.clock_s())
        if seconds is not None:
            self._telemetry.recall_reach_seconds.observe(seconds)
