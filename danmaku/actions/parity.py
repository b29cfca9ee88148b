"""A running audit that what viewers were sent live is what the list shows.

Of all that is announced, a bounded sample is held against the list some seconds later: the same
comment, or the same marker. What is no longer the newest word on a comment is not compared, and
what differs is looked at once more before it counts.

Article: articles.Article.STATIC_VERSION
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from danmaku.domain.comment import Comment
from danmaku.domain.facts import Entry
from danmaku.domain.ids import Millis, Number, RoomId
from danmaku.domain.views import view_of, view_of_comment
from danmaku.errors import Unavailable
from danmaku.ports import Clock, Reader
from danmaku.telemetry import Telemetry

EVERY_S = 5.0
SAMPLE_MAX = 200  # comments that are compared at a time; the newest ones

_Sent = OrderedDict[tuple[RoomId, Number], Comment]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the audit has seen since this server started."""

    checked_count: int = 0
    faults_count: int = 0
    last_ms: Millis | None = None  # of the last comparison; None: nothing was announced so far


class Parity:
    """See the module. Lives on the event loop's thread."""

    def __init__(self, reader: Reader, *, clock: Clock, telemetry: Telemetry) -> None:
        self._reader = reader
        self._clock = clock
        self._telemetry = telemetry
        self._sent: _Sent = OrderedDict()  # the newest word on each, oldest first
        self._doubted: set[tuple[RoomId, Number]] = set()
        self.evidence = Evidence()

    def apply(self, entries: Sequence[Entry]) -> None:
        """Remember what viewers are sent; called for every announcement, in order."""
        for entry in entries:
            view = view_of(entry) if entry.comment is not None else None
            if view is None or view.comment is None or view.comment.number is None:
                continue
            key = entry.chain, view.comment.number
            self._sent.pop(key, None)
            self._sent[key] = view.comment
            if len(self._sent) > SAMPLE_MAX:
                self._sent.popitem(last=False)

    async def run(self) -> None:
        """Compare every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.compare()
            except Unavailable as error:
                log.warning("parity_not_checked", code=error.code.value)

    async def compare(self) -> Evidence:
        """Hold what was sent since the last time against the list.

        Raises:
            Unavailable: The record cannot be read now; what is left is compared next time.
        """
        for key, sent in [*self._sent.items()]:
            room, number = key
            found = await self._reader.comment(room, number)
            if self._sent.get(key) is not sent:
                continue  # a newer word came in while we read, or others needed its place
            is_same = found is not None and view_of_comment(*found).comment == sent
            if not is_same and key not in self._doubted:
                self._doubted.add(key)  # the list may be ahead of what is about to be announced
                continue
            self._doubted.discard(key)
            del self._sent[key]
            self._note(room, number, is_same=is_same)
        self._doubted &= self._sent.keys()
        return self.evidence

    def _note(self, room: RoomId, number: Number, *, is_same: bool) -> None:
        seen = self.evidence
        self.evidence = Evidence(
            seen.checked_count + 1, seen.faults_count + (not is_same), self._clock()
        )
        self._telemetry.parity.labels("same" if is_same else "differs").inc()
        if not is_same:
            log.error("parity_broken", room=room, number=number)
