"""How much each of the staff has in hand and has done, counted from the tables."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from danmaku.domain.cases import CaseKind, CaseOutcome, CaseState, review_id
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.room import Status
from danmaku.domain.roster import WINDOW_MS, Load, Shift, median_of
from danmaku.domain.times import DAY_MS
from danmaku.store import schema
from danmaku.store import team_schema as tables
from danmaku.store.people_queries import measure_rows_of
from danmaku.store.room_codec import state_of
from danmaku.store.schema import IS_OPEN, AnyRow
from danmaku.store.team_decisions import STAFF

LOOKED_AT = 10_000  # decisions that medians are taken over, the newest
APPEALS_MAX = 2_000  # granted ones that are counted, the newest
ROWS_AT_ONCE = 1_000

_case, _grant, _account = schema.case_file.c, schema.power_grant.c, schema.account.c
_duty, _training, _measure = tables.duty.c, tables.training.c, schema.measure.c
_IS_DECIDED = and_(_case.ending.is_not(None), _case.ending == CaseState.DECIDED.value)
_GRANTED = (CaseOutcome.UPHELD.value, CaseOutcome.PARTLY.value)


def on_duty_in(connection: Connection, now_ms: Millis) -> int:
    """As `TeamBook.on_duty`; whoever may decide no longer is on duty no longer, either."""
    is_staff = _duty.account.in_(select(_grant.account).where(_is_granted(now_ms)))
    counted = select(func.count()).select_from(tables.duty)
    return connection.scalar(counted.where(_duty.until_ms > now_ms, is_staff)) or 0


def open_rooms_in(connection: Connection) -> int:
    """As `TeamBook.open_rooms`."""
    wanted = select(schema.room.c.state).execution_options(yield_per=ROWS_AT_ONCE)
    states = connection.scalars(wanted)
    return sum(state_of(state).status is not Status.CLOSED for state in states)


def loads_in(connection: Connection, now_ms: Millis) -> list[Load]:
    """As `TeamBook.loads`."""
    since_ms = now_ms - WINDOW_MS
    claimed = _counted(connection, _case.claimant, and_(IS_OPEN, _case.lease_until_ms > now_ms))
    today = _decided_since(connection, now_ms - DAY_MS)
    decided = _decided_since(connection, since_ms)
    overturned, took = _overturned(connection, since_ms), _took_ms(connection, since_ms)
    trained = select(_training.account, _training.until_ms).where(_training.has_passed)
    until = {row.account: row.until_ms for row in connection.execute(trained)}
    shifts = {row.account: _shift_of(row) for row in connection.execute(_on_duty(now_ms))}
    return [
        Load(
            account=row.id,
            login=row.login,
            shift=shifts.get(row.id),
            trained_until_ms=until.get(row.id),
            claimed_count=claimed[row.id],
            today_count=today[row.id],
            decided_count=decided[row.id],
            median_ms=median_of(took[row.id]),
            overturned_count=overturned[row.id],
        )
        for row in connection.execute(_staff(now_ms))
    ]


def _staff(now_ms: Millis) -> Any:
    """Whose grants allow them to decide now, by login."""
    is_theirs = and_(_grant.account == _account.id, _is_granted(now_ms))
    wanted = select(_account.id, _account.login).join(schema.power_grant, is_theirs)
    return wanted.distinct().order_by(_account.login)


def _is_granted(now_ms: Millis) -> ColumnElement[bool]:
    return and_(
        _grant.room.is_(None),
        _grant.bundle.in_(STAFF),
        _grant.revoked_seq.is_(None),
        or_(_grant.until_ms.is_(None), _grant.until_ms > now_ms),
    )


def _on_duty(now_ms: Millis) -> Any:
    return select(tables.duty).where(_duty.until_ms > now_ms)


def _shift_of(row: AnyRow) -> Shift:
    return Shift(row.account, row.begun_ms, row.until_ms)


def _counted(
    connection: Connection, whose: ColumnElement[Any], where: ColumnElement[bool]
) -> Counter[AccountId]:
    counted = select(whose, func.count()).where(where, whose.is_not(None)).group_by(whose)
    return Counter(dict(connection.execute(counted).all()))


def _decided_since(connection: Connection, since_ms: int) -> Counter[AccountId]:
    return _counted(connection, _case.decider, and_(_IS_DECIDED, _case.ended_ms >= since_ms))


def _took_ms(connection: Connection, since_ms: int) -> defaultdict[AccountId, list[int]]:
    """From the last claim to the decision; what was decided without a claim is left out."""
    entry = schema.entry.c
    is_claim = and_(entry.chain == PLATFORM, entry.seq == _case.turned_seq)
    newest = (
        select(_case.decider, (_case.ended_ms - entry.at_ms).label("took_ms"))
        .join(schema.entry, is_claim)
        .where(_IS_DECIDED, _case.claimant == _case.decider, _case.ended_ms >= since_ms)
        .order_by(_case.ended_ms.desc())
        .limit(LOOKED_AT)
    )
    took: defaultdict[AccountId, list[int]] = defaultdict(list)
    for decider, took_ms in connection.execute(newest):
        took[decider].append(took_ms)
    return took


def _overturned(connection: Connection, since_ms: int) -> Counter[AccountId]:
    """Appeals and second looks that were granted, by who had decided what they were against."""
    kinds = (CaseKind.APPEAL.value, CaseKind.RECHECK.value)
    granted = (
        select(schema.case_file)
        .where(_IS_DECIDED, _case.kind.in_(kinds), _case.outcome.in_(_GRANTED))
        .where(_case.ended_ms >= since_ms)
        .order_by(_case.ended_ms.desc())
        .limit(APPEALS_MAX)
    )
    rows = connection.execute(granted).all()
    return _of_measures(connection, rows) + _of_refusals(connection, rows)


def _of_measures(connection: Connection, rows: Any) -> Counter[AccountId]:
    ids = [row.measure_id for row in rows if row.measure_id is not None]
    wanted = select(schema.measure).where(_measure.id.in_(ids))
    takers = {
        row.fact.measure.measure_id: row.fact.actor for row in measure_rows_of(connection, wanted)
    }
    actors = (takers.get(one) for one in ids)
    return Counter(actor for actor in actors if actor is not None)


def _of_refusals(connection: Connection, rows: Any) -> Counter[AccountId]:
    """Of held comments that somebody refused: the case of each says who."""
    ids = [
        review_id(row.room, row.origin)
        for row in rows
        if row.measure_id is None and row.room is not None and row.origin is not None
    ]
    deciders = dict(
        connection.execute(select(_case.id, _case.decider).where(_case.id.in_(ids))).all()
    )
    actors = (deciders.get(one) for one in ids)
    return Counter(actor for actor in actors if actor is not None)
