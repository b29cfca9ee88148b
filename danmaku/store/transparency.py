"""Counting what everybody may know, from the entries that everybody may open."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import Connection, and_, func, select

from danmaku.domain.cases import CaseKind, CaseOutcome
from danmaku.domain.comment import CommentStatus, RecalledBy
from danmaku.domain.figures import Spread, spread_of
from danmaku.domain.ids import Millis, RoomId
from danmaku.domain.transparency import ROOMS_MAX, RoomShare, Transparency
from danmaku.store import schema
from danmaku.store.entries import header_of
from danmaku.store.inspection_codec import Timed
from danmaku.store.links import Readers
from danmaku.store.room_codec import Published, Recalled
from danmaku.store.schema import AnyRow, AnySelect

ROWS_AT_ONCE = 1000

_entry, _comment = schema.entry.c, schema.comment.c
_first = schema.entry.alias("first")
_RECALLS = (
    select(_entry.header, (_entry.at_ms - _first.c.at_ms).label("took_ms"))
    .join(schema.comment, and_(_comment.room == _entry.chain, _comment.origin == _entry.origin))
    .join(_first, and_(_first.c.chain == _comment.room, _first.c.seq == _comment.published_seq))
    .where(_entry.kind == Recalled.kind())
)
_APPROVALS = (
    select((_entry.at_ms - _comment.at_ms).label("took_ms"))
    .join(schema.entry, and_(_entry.chain == _comment.room, _entry.seq == _comment.published_seq))
    .where(_comment.late, _entry.kind == Published.kind())
)

Key = TypeVar("Key", bound=StrEnum)
_Outcomes = Counter[tuple[CaseKind, CaseOutcome]]


class PublicFigures:
    """`actions.public_figures.Counts` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def count(self, now_ms: Millis) -> Transparency:
        """As `actions.public_figures.Counts.count`."""
        return await self._readers.ask(lambda connection: _counted(connection, now_ms))


def _counted(connection: Connection, now_ms: Millis) -> Transparency:
    took_ms: defaultdict[CaseKind, list[int]] = defaultdict(list)
    outcomes: _Outcomes = Counter()
    reports_count = 0
    wanted = select(_entry.header, _entry.at_ms).where(_entry.kind == Timed.kind())
    for row in _rows(connection, wanted):
        about = header_of(row.header).about
        if isinstance(about, Timed):
            took_ms[about.case_kind].append(row.at_ms - about.opened_ms)
            outcomes[about.case_kind, about.outcome] += 1
            reports_count += about.reports_count
    recalled: defaultdict[RecalledBy, list[int]] = defaultdict(list)
    for row in _rows(connection, _RECALLS):
        about = header_of(row.header).about
        if isinstance(about, Recalled):
            recalled[about.by].append(row.took_ms)
    return Transparency(
        at_ms=now_ms,
        rooms=_rooms(connection),
        handled=_spreads(took_ms),
        outcomes=dict(outcomes),
        reports_count=reports_count,
        recalled=_spreads(recalled),
        approved=spread_of(row.took_ms for row in _rows(connection, _APPROVALS)),
    )


def _rooms(connection: Connection) -> list[RoomShare]:
    hidden: defaultdict[RoomId, dict[RecalledBy, int]] = defaultdict(dict)
    counted = select(_comment.room, _comment.by, func.count().label("comments"))
    counted = counted.where(_comment.status == CommentStatus.RECALLED.value)
    for row in connection.execute(counted.group_by(_comment.room, _comment.by)):
        hidden[row.room][RecalledBy(row.by)] = row.comments
    chain = schema.chain.c
    most = select(chain.id, chain.number_top).where(chain.number_top > 0)
    most = most.order_by(chain.number_top.desc(), chain.id).limit(ROOMS_MAX)
    return [
        RoomShare(row.id, row.number_top, hidden.get(row.id, {}))
        for row in connection.execute(most)
    ]


def _rows(connection: Connection, wanted: AnySelect) -> Iterable[AnyRow]:
    return connection.execute(wanted.execution_options(yield_per=ROWS_AT_ONCE))


def _spreads(took_ms: dict[Key, list[int]]) -> dict[Key, Spread]:
    return {key: spread_of(took_ms[key]) for key in sorted(took_ms, key=str)}
