"""Doing what a back-scan or a bulk recall says: a few measures at a time, and all of it undone.

It goes on from where the record says it stands. Every measure has an id of its own that follows
from the comment, so that looking at a stretch again after a crash takes none twice. How far it has
come is entered every few seconds.

Article: articles.Article.BETTER_METHODS, articles.Article.EMERGENCY_RESPONSE
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from dataclasses import replace
from time import monotonic
from typing import Final, Protocol

import structlog

from danmaku.actions.case_book import CaseBook
from danmaku.actions.rule_lives import RuleLives
from danmaku.domain.account import Standing
from danmaku.domain.case_facts import CaseFiled, CaseWithdrawn
from danmaku.domain.cases import CaseKind, filed_id, reported
from danmaku.domain.comment import CommentStatus, RecalledBy
from danmaku.domain.facts import CommentRecalled, CommentRestored, Entry
from danmaku.domain.filing_items import after_bulk
from danmaku.domain.ids import PLATFORM, AccountId, Seq
from danmaku.domain.measures import Measure, Step
from danmaku.domain.people_facts import MeasureReversed, MeasureTaken
from danmaku.domain.rule_facts import BackScanBegun, BackScanTurned, ScanPhase, Treatment
from danmaku.domain.rule_reports import ScanHit, Sift, Sifted
from danmaku.domain.rule_sets import (
    ScanKind,
    ScanRow,
    basis_in,
    scan_measure_id,
    scan_receipt,
)
from danmaku.errors import DanmakuError, Refused, Stale
from danmaku.ports import Append, Clock, MeasureRow, Reader, Record

MEASURES_AT_ONCE: Final = 2
REST_SHARE: Final = 1.0  # of the time that they took: a busy server gets longer rests
REST_S: Final = 0.004  # at least
ENTER_S: Final = 5.0  # between two times that it is entered how far it has come
LOOK_S: Final = 30.0  # for what another server has left undone
AGAIN_S: Final = 1.0
UNDONE_WHY: Final = "undone as a whole"

log = structlog.get_logger(__name__)


Judges = tuple[bytes, ...]


class Sifts(Protocol):
    """Looks at comments of the record again."""

    def sift(self, sift: Sift, judges: Judges, beside: Judges) -> AsyncIterator[Sifted]:
        """Look at comments again, a stretch at a time, by room and then as they came.

        Raises:
            StoreDown: The record gives no answer.
        """


class Plans(Protocol):
    """Says what is to be done, of one kind of work."""

    @property
    def kind(self) -> ScanKind:
        """The fact that it begins with."""

    async def task(self, row: ScanRow) -> tuple[Sift, Judges] | None:
        """What to look for, from the beginning; None: it would not be what was previewed."""


class BulkWork:
    """See the module. One server of a house does it.

    Args:
        plans: Whose work this is.
        report_ms: Within what time the department hears of what was unlawful.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        lives: RuleLives,
        plans: Plans,
        sifter: Sifts,
        cases: CaseBook,
        *,
        clock: Clock,
        report_ms: int,
    ) -> None:
        self._record = record
        self._reader = reader
        self._lives = lives
        self._plans = plans
        self._sifter = sifter
        self._cases = cases
        self._clock = clock
        self._report_ms = report_ms
        self._has_work = asyncio.Event()
        self._ended: set[Seq] = set()  # by somebody's word, while it was running here

    @property
    def name(self) -> str:
        """What its task is called."""
        return self._plans.kind.__name__

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit, of any server."""
        for entry in entries:
            if isinstance(entry.fact, BackScanTurned) and entry.fact.phase is ScanPhase.STOPPED:
                self._ended.add(entry.fact.scan)
            if isinstance(entry.fact, BackScanTurned | self._plans.kind):
                self._has_work.set()

    async def run(self) -> None:
        """Do what is to be done, and whatever a former life has left, until cancelled."""
        while True:
            self._has_work.clear()
            try:
                await self.finish()
            except (DanmakuError, OSError) as error:
                log.warning("bulk_work_waits", reason=str(error))
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._has_work.wait()
            except TimeoutError:
                continue

    async def finish(self) -> None:
        """Do all that is to be done now.

        Raises:
            DanmakuError: It could not go on; asking again goes on from there.
        """
        waiting = (ScanPhase.RUNNING, ScanPhase.UNDOING)
        for listed in reversed(await self._lives.scans(self._plans.kind, *waiting)):
            self._ended.discard(listed.scan)
            # Read anew: while it waited for those before it, somebody may have stopped it.
            row = await self._lives.scan(listed.scan)
            if row is not None and row.phase is ScanPhase.RUNNING:
                await self._act(row)
            elif row is not None and row.phase is ScanPhase.UNDOING:
                await self._undo(row)

    # --- in earnest

    async def _act(self, row: ScanRow) -> None:
        if (task := await self._plans.task(row)) is None:
            log.error("bulk_work_stopped", ruleset=row.fact.version)
            await self._enter(turned(row, ScanPhase.STOPPED))
            return
        (whole, judges), at = task, row.turned
        after = None if at is None or at.room is None or at.origin is None else (at.room, at.origin)
        sift = replace(whole, after=after, acts=True)
        now, entered_s = turned(row, ScanPhase.RUNNING), monotonic()
        async for sifted in self._sifter.sift(sift, judges, judges):
            now = await self._take_all(row, now, sifted)  # its measures are counted when entered
            if row.scan in self._ended:
                await self._enter(_in_phase(now, ScanPhase.STOPPED))
                return
            if monotonic() - entered_s > ENTER_S:
                await self._enter(now)
                entered_s = monotonic()
        await self._enter(_in_phase(now, ScanPhase.ENDED))

    async def _take_all(self, row: ScanRow, now: BackScanTurned, sifted: Sifted) -> BackScanTurned:
        """Act on a stretch, and say how far that is."""
        for first in range(0, len(sifted.hits), MEASURES_AT_ONCE):
            if row.scan in self._ended:
                return now
            hits = sifted.hits[first : first + MEASURES_AT_ONCE]
            await _and_rest(self._take(row, hit) for hit in hits)
        room, origin = sifted.last
        seen = now.seen + sifted.seen
        return BackScanTurned(row.scan, ScanPhase.RUNNING, seen, now.hits, room, origin)

    async def _take(self, row: ScanRow, hit: ScanHit) -> None:
        """Take one measure, unless people have decided otherwise meanwhile, or it was taken."""
        author = await self._reader.author(hit.room, hit.number)
        if author is None:
            return
        try:
            case_id = None
            fact = row.fact
            if isinstance(fact, BackScanBegun) and fact.treatment is Treatment.HOLD:
                case_id = await self._case_of(row.scan, fact, hit, author)
            taken = self._measure(row, hit, author, case_id)
            begun = self._to_be_reported(row, hit) if case_id is None else []
            await self._write(*taken, *begun)
        except (Stale, Refused):
            return

    async def _case_of(
        self, scan: Seq, begun: BackScanBegun, hit: ScanHit, author: AccountId
    ) -> str:
        """A case for a person to look into; the same one if there is one."""
        found = await self._reader.comment(hit.room, hit.number)
        if found is None or found[1].status is not CommentStatus.PUBLISHED:
            raise Stale("It is not public any more.")
        measure_id = scan_measure_id(scan, hit.room, hit.origin)
        receipt = scan_receipt(begun.secret, measure_id)
        if (known := await self._cases.filed(receipt)) is not None:
            return known.case.case_id  # a former life came as far as that
        filed = CaseFiled(
            receipt,
            CaseKind.PATROL,
            reported(hit.room, hit.number),
            hit.category,
            begun.actor,
            author,
        )
        [entry] = await self._write(Append(PLATFORM, filed))
        fact = entry.fact
        joined = fact.case_id if isinstance(fact, CaseFiled) else None
        return joined or filed_id(CaseKind.PATROL, entry.seq)

    def _measure(
        self, row: ScanRow, hit: ScanHit, author: AccountId, case_id: str | None
    ) -> list[Append]:
        fact = row.fact
        measure = Measure(
            measure_id=scan_measure_id(row.scan, hit.room, hit.origin),
            step=Step.DELETE,
            category=hit.category,
            basis=basis_in(row, hit.rule_id),
            from_ms=self._clock(),
            room=hit.room,
            number=hit.number,
            origin=hit.origin,
        )
        taken = MeasureTaken(
            measure, author, fact.actor, case_id=case_id, is_provisional=case_id is not None
        )
        recalled = CommentRecalled(fact.actor, hit.number, RecalledBy.PLATFORM, hit.category)
        return [Append(PLATFORM, taken), Append(hit.room, recalled)]

    def _to_be_reported(self, row: ScanRow, hit: ScanHit) -> list[Append]:
        """What the department has to hear: the item of the whole work, begun by its first measure.

        Article: articles.Article.STOP_DELETE_KEEP_REPORT
        """
        begun = after_bulk(row.scan, row.fact, hit.category, self._clock(), self._report_ms)
        return [Append(PLATFORM, fact) for fact in begun]

    # --- as if it had not been

    async def _undo(self, row: ScanRow) -> None:
        after = ""
        while rows := await self._lives.scan_measures(
            row.scan, after=after, limit=MEASURES_AT_ONCE
        ):
            standing = [each for each in rows if not each.is_reversed]
            await _and_rest(self._reverse(row, each) for each in standing)
            after = rows[-1].fact.measure.measure_id
        await self._enter(turned(row, ScanPhase.UNDONE))

    async def _reverse(self, row: ScanRow, taken: MeasureRow) -> None:
        """Reverse one measure; what people have done with it since, stands.

        Nor does anybody undo what was taken against themselves: that waits for an appeal.
        """
        measure, actor = taken.fact.measure, self._undoer(row)
        room, number = measure.room, measure.number
        if room is None or number is None or taken.fact.account == actor:
            return
        reversed_ = MeasureReversed(measure.measure_id, taken.fact.account, actor, UNDONE_WHY)
        appends = [Append(PLATFORM, reversed_)]
        found = await self._reader.comment(room, number)
        if found is not None and found[1].status is CommentStatus.RECALLED:
            appends.append(Append(room, CommentRestored(actor, number)))
        try:
            await self._write(*appends)
            if taken.fact.case_id is not None and isinstance(row.fact, BackScanBegun):
                receipt = scan_receipt(row.fact.secret, measure.measure_id)
                withdrawn = CaseWithdrawn(taken.fact.case_id, receipt, row.fact.actor)
                await self._write(Append(PLATFORM, withdrawn))
        except (Stale, Refused):
            return

    @staticmethod
    def _undoer(row: ScanRow) -> AccountId:
        by = None if row.turned is None else row.turned.actor
        return row.fact.actor if by is None else by

    async def _write(self, *appends: Append) -> list[Entry]:
        """As `Record.commit`, after all people who wait."""
        patient = (replace(append, is_patient=True) for append in appends)
        return await self._record.commit(*patient)

    async def _enter(self, fact: BackScanTurned) -> None:
        """Enter how far it is, unless somebody has turned it meanwhile: then their word stands."""
        hits = await self._lives.scan_measures_count(fact.scan)
        try:
            await self._write(Append(PLATFORM, replace(fact, hits=hits)))
        except Stale:
            return
        log.info("bulk_work_turned", phase=fact.phase.value, count=hits)


async def _and_rest(works: Iterable[Awaitable[None]]) -> None:
    """Wait for all, and then for as long as they took: who is live comes first.

    Raises what the first of them raised: none goes on behind the others.
    """
    began_s = monotonic()
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if outcome is not None:
            raise outcome
    await asyncio.sleep(max(REST_S, REST_SHARE * (monotonic() - began_s)))


def turned(row: ScanRow, phase: ScanPhase, *, actor: Standing | None = None) -> BackScanTurned:
    """The fact that such work goes over into another phase where it stands."""
    account = None if actor is None else actor.account
    if row.turned is None:
        return BackScanTurned(row.scan, phase, 0, 0, actor=account)
    return replace(row.turned, phase=phase, actor=account)


def _in_phase(now: BackScanTurned, phase: ScanPhase) -> BackScanTurned:
    return replace(now, phase=phase)
