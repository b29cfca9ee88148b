"""What the staff have decided about comments, from the tables of measures and cases.

A comment that was taken away stands in a measure; what was refused, published or left alone stands
in the case that ended. So each decision is met once, whichever way it came in.
"""

from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from danmaku.domain.account import BUNDLES, Bundle, Power
from danmaku.domain.anomalies import StaffAct
from danmaku.domain.cases import CaseKind, CaseOutcome, CaseState, SubjectKind
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Seq
from danmaku.domain.measures import Step
from danmaku.domain.recheck import Cursor, Draw, Judged, is_drawn
from danmaku.ports import MeasureRow
from danmaku.store import schema
from danmaku.store.people_queries import measure_rows_of
from danmaku.store.schema import AnyRow

ACTS_MAX = 10_000  # the newest are looked at for oddities

STAFF = tuple(bundle.value for bundle in Bundle if Power.CASE_DECIDE in BUNDLES[bundle])
"""Bundles whose holders decide cases of the platform."""

_case, _measure, _entry = schema.case_file.c, schema.measure.c, schema.entry.c
_comment, _grant = schema.comment.c, schema.power_grant.c
_LET_STAND = (CaseKind.REPORT.value, CaseKind.COMPLAINT.value, CaseKind.PATROL.value)
_IS_OF_COMMENT = and_(
    _case.ending == CaseState.DECIDED.value,
    _case.subject_kind == SubjectKind.COMMENT.value,
    or_(
        _case.kind == CaseKind.REVIEW.value,
        and_(_case.kind.in_(_LET_STAND), _case.outcome == CaseOutcome.REJECTED.value),
    ),
)
_ITS_COMMENT = and_(
    _comment.room == _case.room,
    or_(_comment.origin == _case.origin, _comment.number == _case.number),
)


# --- second looks


def drawn_in(
    connection: Connection, cursor: Cursor, upto_ms: Millis, permille: int, limit: int
) -> Draw:
    """As `TeamBook.drawn_since`."""
    taken = connection.execute(_taken_since(cursor, upto_ms).limit(limit)).all()
    ended = connection.execute(_ended_since(cursor, upto_ms).limit(limit)).all()
    has_more = limit in {len(taken), len(ended)}
    if len(ended) == limit:  # what ended in one moment may be cut through: it comes next time
        ended = [row for row in ended if row.ended_ms < ended[-1].ended_ms] or ended
    after = Cursor(
        Seq(taken[-1].taken_seq) if taken else cursor.seq,
        Millis(ended[-1].ended_ms) if ended else cursor.ms,
    )
    drawn = [row.id for row in taken if is_drawn(row.link, permille)]
    wanted = select(schema.measure).where(_measure.id.in_(drawn)).order_by(_measure.taken_seq)
    found = [
        *(_taken_of(row) for row in measure_rows_of(connection, wanted)),
        *(_ended_of(row) for row in ended if is_drawn(row.link, permille)),
    ]
    staff = _staff_in(connection)
    return Draw(
        tuple(one for one in found if one is not None and one.decider in staff),
        cursor,
        after,
        has_more,
    )


def _taken_since(cursor: Cursor, upto_ms: Millis) -> Select[Any]:
    """Comments that were taken away."""
    is_it = and_(_entry.chain == PLATFORM, _entry.seq == _measure.taken_seq)
    return (
        select(_measure.id, _measure.taken_seq, _entry.link)
        .join(schema.entry, is_it)
        .where(_measure.step == Step.DELETE.value, _measure.taken_seq > cursor.seq)
        .where(_entry.at_ms <= upto_ms)
        .order_by(_measure.taken_seq)
    )


def _ended_since(cursor: Cursor, upto_ms: Millis) -> Select[Any]:
    """Comments that were refused, published or left alone."""
    is_it = and_(_entry.chain == _case.ended_chain, _entry.seq == _case.ended_seq)
    return (
        select(schema.case_file, _entry.link)
        .add_columns(_comment.number.label("its_number"), _comment.origin.label("its_origin"))
        .join(schema.entry, is_it)
        .join(schema.comment, _ITS_COMMENT)
        .where(_case.ending.is_not(None), _IS_OF_COMMENT)
        .where(_case.ended_ms > cursor.ms, _case.ended_ms <= upto_ms)
        .order_by(_case.ended_ms, _case.id)
    )


def _taken_of(row: MeasureRow) -> Judged | None:
    measure, actor = row.fact.measure, row.fact.actor
    if actor is None or measure.room is None or measure.origin is None:
        return None
    return Judged(
        chain=PLATFORM,
        seq=row.seq,
        at_ms=row.at_ms,
        decider=actor,
        room=measure.room,
        origin=measure.origin,
        number=measure.number,
        measure_id=measure.measure_id,
        violates=True,
        category=measure.category,
    )


def _ended_of(row: AnyRow) -> Judged | None:
    if row.decider is None:
        return None
    return Judged(
        chain=row.ended_chain,
        seq=row.ended_seq,
        at_ms=row.ended_ms,
        decider=row.decider,
        room=row.room,
        origin=row.its_origin,
        number=row.its_number,
        measure_id=None,
        violates=row.outcome == CaseOutcome.UPHELD.value,
        category=row.category,
    )


def _staff_in(connection: Connection) -> set[AccountId]:
    """Who was ever given a grant to decide on the platform."""
    wanted = select(_grant.account).where(_grant.room.is_(None), _grant.bundle.in_(STAFF))
    return {*connection.scalars(wanted)}


# --- oddities


def acts_in(connection: Connection, since_ms: Millis) -> list[StaffAct]:
    """As `TeamBook.acts`: decided cases, whoever they concerned, and how long that took."""
    claim = schema.entry.alias("claim")
    is_claim = and_(
        claim.c.chain == PLATFORM,
        claim.c.seq == _case.turned_seq,
        _case.claimant == _case.decider,
    )
    newest = (
        select(_case.decider, _case.ended_ms, _case.against, _comment.account, claim.c.at_ms)
        .outerjoin(claim, is_claim)
        .outerjoin(schema.comment, _ITS_COMMENT)
        .where(_case.ending.is_not(None), _case.ending == CaseState.DECIDED.value)
        .where(_case.decider.is_not(None), _case.ended_ms >= since_ms)
        .order_by(_case.ended_ms.desc(), _case.id.desc())
        .limit(ACTS_MAX)
    )
    staff = _staff_in(connection)
    acts = [
        StaffAct(
            actor=decider,
            at_ms=ended_ms,
            author=against if account is None else account,
            took_ms=None if claimed_ms is None else ended_ms - claimed_ms,
        )
        for decider, ended_ms, against, account, claimed_ms in connection.execute(newest)
        if decider in staff
    ]
    return acts[::-1]
