"""Rules with a life, read from the tables and the entries behind them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, Millis, Seq
from danmaku.domain.rule_facts import (
    BackScanBegun,
    BackScanTurned,
    BulkRecallPlanned,
    RulesDrafted,
    RuleStage,
    RulesTurned,
    ScanPhase,
    UrgentRuleSet,
)
from danmaku.domain.rule_reports import TrackRecord
from danmaku.domain.rule_sets import RuleSetRow, ScanKind, ScanRow, UrgentRow, scan_measures
from danmaku.errors import Broken
from danmaku.ports import MeasureRow
from danmaku.store import schema
from danmaku.store.codec import About
from danmaku.store.entries import ENTRIES, entries_of
from danmaku.store.links import Readers
from danmaku.store.people_queries import measure_rows_of
from danmaku.store.rule_codec import BulkRecallCame, ScanCame
from danmaku.store.rule_records import track_records_in
from danmaku.store.schema import AnyRow, AnySelect

LISTED_MAX = 200  # rule sets or back-scans in a list, newest first

_draft, _urgent, _reach = schema.rule_draft.c, schema.urgent_rule.c, schema.urgent_reach.c
_scan, _measure = schema.back_scan.c, schema.measure.c

_entry = schema.entry.c
_CAME: dict[ScanKind, type[About]] = {BackScanBegun: ScanCame, BulkRecallPlanned: BulkRecallCame}

Kind = TypeVar("Kind")


class RuleQueries:
    """`actions.rule_lives.RuleLives` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def rule_sets(self, *stages: RuleStage) -> list[RuleSetRow]:
        """As `actions.rule_lives.RuleLives.rule_sets`."""
        wanted = select(schema.rule_draft).order_by(_draft.draft.desc()).limit(LISTED_MAX)
        if stages:
            wanted = wanted.where(_draft.stage.in_([stage.value for stage in stages]))
        return await self._rule_sets(wanted)

    async def rule_set(self, draft: Seq) -> RuleSetRow | None:
        """As `actions.rule_lives.RuleLives.rule_set`."""
        found = await self._rule_sets(select(schema.rule_draft).where(_draft.draft == draft))
        return next(iter(found), None)

    async def urgent_rules(self, now_ms: Millis | None) -> list[UrgentRow]:
        """As `actions.rule_lives.RuleLives.urgent_rules`."""
        wanted = select(schema.urgent_rule).order_by(_urgent.urgent.desc()).limit(LISTED_MAX)
        if now_ms is not None:
            wanted = wanted.where(or_(_urgent.until_ms.is_(None), _urgent.until_ms > now_ms))

        def read(connection: Connection) -> list[UrgentRow]:
            rows = connection.execute(wanted).all()
            asked = _reach.urgent.in_([row.urgent for row in rows])
            reaches = connection.execute(select(schema.urgent_reach).where(asked)).all()
            entries = _entries(
                connection, [*(row.urgent for row in rows), *(row.seq for row in reaches)]
            )
            reached: defaultdict[Seq, list[tuple[str, Millis]]] = defaultdict(list)
            for reach in reaches:
                reached[reach.urgent].append((reach.node, entries[reach.seq].at_ms))
            return [_urgent_row(row, entries, reached[row.urgent]) for row in rows]

        return await self._readers.ask(read)

    async def scans(
        self, kind: ScanKind, *phases: ScanPhase, before: Seq | None = None
    ) -> list[ScanRow]:
        """As `actions.rule_lives.RuleLives.scans`."""
        came = and_(_entry.chain == PLATFORM, _entry.seq == _scan.scan)
        wanted = select(schema.back_scan).join(schema.entry, came)
        wanted = wanted.where(_entry.kind == _CAME[kind].kind())
        wanted = wanted.order_by(_scan.scan.desc()).limit(LISTED_MAX)
        if before is not None:
            wanted = wanted.where(_scan.scan < before)
        if phases:
            wanted = wanted.where(_scan.phase.in_([phase.value for phase in phases]))
        return await self._scans(wanted)

    async def scan(self, scan: Seq) -> ScanRow | None:
        """As `actions.rule_lives.RuleLives.scan`."""
        found = await self._scans(select(schema.back_scan).where(_scan.scan == scan))
        return next(iter(found), None)

    async def scan_measures(self, scan: Seq, *, after: str, limit: int) -> list[MeasureRow]:
        """As `actions.rule_lives.RuleLives.scan_measures`."""
        wanted = select(schema.measure).where(_is_of(scan), _measure.id > after)
        wanted = wanted.order_by(_measure.id).limit(limit)
        return await self._readers.ask(lambda connection: measure_rows_of(connection, wanted))

    async def scan_measures_count(self, scan: Seq) -> int:
        """As `actions.rule_lives.RuleLives.scan_measures_count`."""
        counted = select(func.count()).select_from(schema.measure).where(_is_of(scan))
        return await self._readers.ask(lambda connection: connection.scalar(counted) or 0)

    async def track_records(self) -> list[TrackRecord]:
        """As `actions.rule_lives.RuleLives.track_records`."""
        return await self._readers.ask(track_records_in)

    async def _rule_sets(self, wanted: AnySelect) -> list[RuleSetRow]:
        return await self._read(wanted, lambda row: (row.draft, row.seq), _rule_set_row)

    async def _scans(self, wanted: AnySelect) -> list[ScanRow]:
        return await self._read(wanted, lambda row: (row.scan, row.seq), _scan_row)

    async def _read(
        self,
        wanted: AnySelect,
        seqs_of: Callable[[AnyRow], tuple[Seq, Seq]],
        row_of: Callable[[AnyRow, Entry, Entry], Kind],
    ) -> list[Kind]:
        def read(connection: Connection) -> list[Kind]:
            rows = connection.execute(wanted).all()
            entries = _entries(connection, [seq for row in rows for seq in seqs_of(row)])
            return [row_of(row, *(entries[seq] for seq in seqs_of(row))) for row in rows]

        return await self._readers.ask(read)


def _is_of(scan: Seq) -> ColumnElement[bool]:
    """The ids of a back-scan's measures are a stretch of all ids."""
    first = scan_measures(scan)
    last = first[:-1] + chr(ord(first[-1]) + 1)
    return and_(_measure.id > first, _measure.id < last)


def _entries(connection: Connection, seqs: Iterable[Seq]) -> dict[Seq, Entry]:
    rows = connection.execute(ENTRIES.where(_entry.chain == PLATFORM, _entry.seq.in_({*seqs})))
    return {one.seq: one for one in entries_of(connection, rows)}


def _rule_set_row(row: AnyRow, came: Entry, newest: Entry) -> RuleSetRow:
    if not isinstance(came.fact, RulesDrafted) or not isinstance(
        newest.fact, RulesDrafted | RulesTurned
    ):
        raise Broken(f"The rule set {row.draft} stands on other kinds of entry.")
    return RuleSetRow(
        row.draft, came.at_ms, came.fact, RuleStage(row.stage), newest.at_ms, newest.fact.actor
    )


def _urgent_row(
    row: AnyRow, entries: dict[Seq, Entry], reached: list[tuple[str, Millis]]
) -> UrgentRow:
    came = entries[row.urgent]
    if not isinstance(came.fact, UrgentRuleSet):
        raise Broken(f"The urgent rule {row.urgent} stands on another kind of entry.")
    return UrgentRow(row.urgent, came.at_ms, came.fact, row.until_ms, tuple(sorted(reached)))


def _scan_row(row: AnyRow, came: Entry, newest: Entry) -> ScanRow:
    turned = None if newest.seq == came.seq else newest.fact
    begun = came.fact
    if not isinstance(begun, BackScanBegun | BulkRecallPlanned) or not isinstance(
        turned, BackScanTurned | None
    ):
        raise Broken(f"The back-scan {row.scan} stands on other kinds of entry.")
    return ScanRow(row.scan, came.at_ms, begun, turned, newest.at_ms)
