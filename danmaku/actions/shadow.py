"""Shadow rules: judged beside those in force, over live traffic, and counted only.

They hear of a comment when everybody does, after the commit; so neither their faults nor their time
can reach a verdict. They take a bounded share of the event loop, and leave out what they cannot
keep up with.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import perf_counter_ns, thread_time_ns
from typing import Final, NamedTuple

import structlog

from danmaku.domain.admission import said_by_rules
from danmaku.domain.comment import Comment
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Entry, Verdict
from danmaku.domain.ids import RoomId
from danmaku.domain.rule_reports import RuleReport, Written
from danmaku.filter.changes import Change
from danmaku.filter.screen import Screen
from danmaku.ports import Clock
from danmaku.telemetry import Telemetry

log = structlog.get_logger(__name__)

WAITING_MAX: Final = 2000  # comments that wait to be looked at
SLICE_NS: Final = 1_000_000  # looks in one go, nanoseconds
PAUSE_S: Final = 0.009  # and then others have their turn: a tenth of the loop at most
LINES_MAX: Final = 200  # log lines of one shadow rule set; the rest is counted only

DROPPED, FAULT = "dropped", "fault"


class Heard(NamedTuple):
    """A comment that has come in, with its text as it was written."""

    room: RoomId
    comment: Comment
    text: str
    verdict: Verdict


class Shadow:
    """A second rule set that decides nothing.

    Args:
        micros_max: A longer look counts as a fault, microseconds of the thread's own time.
    """

    def __init__(self, *, clock: Clock, micros_max: int, telemetry: Telemetry) -> None:
        self._clock = clock
        self._micros_max = micros_max
        self._refused = telemetry.rules_refused
        looks = telemetry.shadow_looks
        self._counts = {one: looks.labels(one) for one in (*Change, DROPPED, FAULT)}
        self._screen: Screen | None = None
        self.report = RuleReport()  # of what was sent to this server since they were put on
        self._lines_left = 0
        self._waiting: deque[Heard] = deque()
        self._has_waiting = asyncio.Event()

    @property
    def version(self) -> str | None:
        """Version of the rules that are tried; None: none are."""
        return None if self._screen is None else self._screen.ruleset.version

    @property
    def screen(self) -> Screen | None:
        """The rules that are tried; None: none are."""
        return self._screen

    def put_on(self, screen: Screen | None) -> None:
        """Judge by these rules from now on; None: by none. What was counted is forgotten."""
        self._screen = screen
        self.report = RuleReport()
        self._lines_left = LINES_MAX

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit. Cost: no look yet; those come in `run`."""
        if self._screen is None:
            return
        for entry in entries:
            if (waiting := new_comment(entry)) is None:
                continue
            if len(self._waiting) >= WAITING_MAX:
                self._counts[DROPPED].inc()
                continue
            self._waiting.append(waiting)
            self._has_waiting.set()

    async def run(self) -> None:
        """Look at what waits, a slice at a time, until cancelled."""
        while True:
            await self._has_waiting.wait()
            until_ns = perf_counter_ns() + SLICE_NS
            while self._waiting and perf_counter_ns() < until_ns:
                self._look(self._waiting.popleft())
            if not self._waiting:
                self._has_waiting.clear()
            await asyncio.sleep(PAUSE_S)

    def _look(self, waiting: Heard) -> None:
        if (screen := self._screen) is None:
            return
        began_ns = thread_time_ns()
        comment = waiting.comment
        written = Written(
            waiting.room, comment.origin, comment.number, comment.at_ms, waiting.text, stands=False
        )
        try:
            findings = screen.inspect(waiting.text, self._clock())
            is_late = (thread_time_ns() - began_ns) // 1000 > self._micros_max
            was = said_by_rules(waiting.verdict)
        except Exception:
            self._counts[FAULT].inc()
            if self._may_tell():
                log.exception("shadow_fault", ruleset=screen.ruleset.version)
            return
        if is_late:
            self._counts[FAULT].inc()
            return
        change = self.report.note(written, was, findings)
        if change is not None:
            self._note(waiting, change, findings.ruleset)

    def _note(self, waiting: Heard, change: Change, ruleset: str) -> None:
        comment = waiting.comment
        self._counts[change].inc()
        if change is not Change.SAME and self._may_tell():
            log.info(
                "shadow_differs",
                ruleset=ruleset,
                code=change.value,
                room=waiting.room,
                number=comment.number,
                seq=comment.origin,
            )

    def _may_tell(self) -> bool:
        self._lines_left -= 1
        return self._lines_left >= 0

    async def follow(
        self, path: Path, *, reload_ms: int, build: Callable[[Path], Awaitable[Screen]]
    ) -> None:
        """Put on the rules of a file whenever it changes, until cancelled.

        A file that is wrong is told and counted once, and the shadow stays as it is.
        """
        seen: int | None = None
        told = ""
        while True:
            try:
                changed = (await asyncio.to_thread(path.stat)).st_mtime_ns
                if changed != seen:
                    seen = changed
                    self.put_on(await build(path))
                    log.info("shadow_put_on", ruleset=self._screen and self._screen.ruleset.version)
                told = ""
            except (OSError, ValueError) as error:
                if str(error) != told:
                    told = str(error)
                    log.error("shadow_not_read", reason=told)  # noqa: TRY400 -- no defect of ours
                    self._refused.inc()
            except Exception:
                log.exception("shadow_watch_failed")  # a defect of ours must not end the server
                self._refused.inc()
                seen = None
            await asyncio.sleep(reload_ms / 1000)


def new_comment(entry: Entry) -> Heard | None:
    """The comment that an entry brings in, as it was written; None for any other entry."""
    fact = entry.fact
    if not isinstance(fact, CommentPublished | CommentHeld | CommentRefused):
        return None
    if entry.comment is None or entry.comment.origin != entry.seq:
        return None  # a person's decision about one that came in earlier
    verdict = fact.verdict
    text = fact.content.text if verdict.original is None else verdict.original
    return Heard(entry.chain, entry.comment, text, verdict)
