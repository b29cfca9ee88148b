"""The staff, read from the tables: training, duty, second looks."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from danmaku.domain.anomalies import StaffAct
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Seq
from danmaku.domain.recheck import BEGINNING, Cursor, Draw, Judged, Recheck
from danmaku.domain.roster import Load
from danmaku.domain.team_facts import QuestionsIssued
from danmaku.domain.training import QuestionSet, Trained
from danmaku.store import schema
from danmaku.store import team_schema as tables
from danmaku.store.entries import entry_at
from danmaku.store.links import Readers
from danmaku.store.schema import AnyRow, AnySelect
from danmaku.store.team_decisions import acts_in, drawn_in
from danmaku.store.team_ground import LOTS
from danmaku.store.team_loads import loads_in, on_duty_in, open_rooms_in

_set, _training, _recheck = tables.question_set.c, tables.training.c, tables.recheck.c
_account = schema.account.c


class TeamQueries:
    """`actions.team_book.TeamBook` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    # --- training

    async def questions(self) -> QuestionSet | None:
        """As `TeamBook.questions`."""
        newest = select(_set.seq).order_by(_set.version.desc()).limit(1)

        def read(connection: Connection) -> QuestionSet | None:
            seq = connection.scalar(newest)
            entry = None if seq is None else entry_at(connection, PLATFORM, Seq(seq))
            fact = None if entry is None else entry.fact
            if not isinstance(fact, QuestionsIssued):
                return None
            return QuestionSet(fact.version, fact.pass_percent, fact.questions)

        return await self._readers.ask(read)

    async def trained(self, account: AccountId) -> Trained:
        """As `TeamBook.trained`."""
        newest = select(_set.version).order_by(_set.version.desc()).limit(1)
        wanted = select(tables.training).where(_training.account == account)

        def read(connection: Connection) -> Trained:
            rows = {row.has_passed: row for row in connection.execute(wanted)}
            return Trained(
                version=connection.scalar(newest) or 0,
                until_ms=rows[True].until_ms if True in rows else None,
                failed_ms=rows[False].at_ms if False in rows else None,
            )

        return await self._readers.ask(read)

    # --- roster

    async def on_duty(self, now_ms: Millis) -> int:
        """As `TeamBook.on_duty`."""
        return await self._readers.ask(lambda connection: on_duty_in(connection, now_ms))

    async def open_rooms(self) -> int:
        """As `TeamBook.open_rooms`."""
        return await self._readers.ask(open_rooms_in)

    async def loads(self, now_ms: Millis) -> list[Load]:
        """As `TeamBook.loads`."""
        return await self._readers.ask(lambda connection: loads_in(connection, now_ms))

    async def logins(self, accounts: Collection[AccountId]) -> dict[AccountId, str]:
        """As `TeamBook.logins`."""
        wanted = select(_account.id, _account.login).where(_account.id.in_({*accounts}))
        rows = await self._rows(wanted)
        return {row.id: row.login for row in rows}

    # --- second looks

    async def cursor(self) -> Cursor:
        """As `TeamBook.cursor`."""
        rows = await self._rows(select(tables.lots).where(tables.lots.c.name == LOTS))
        return Cursor(rows[0].upto_seq, rows[0].upto_ms) if rows else BEGINNING

    async def drawn_since(
        self, cursor: Cursor, upto_ms: Millis, *, permille: int, limit: int
    ) -> Draw:
        """As `TeamBook.drawn_since`."""
        return await self._readers.ask(
            lambda connection: drawn_in(connection, cursor, upto_ms, permille, limit)
        )

    async def waiting(self, since_ms: Millis, *, limit: int) -> list[Recheck]:
        """As `TeamBook.waiting`."""
        wanted = select(tables.recheck).where(_recheck.judged_seq.is_(None))
        wanted = wanted.where(_recheck.drawn_ms >= since_ms)
        rows = await self._rows(wanted.order_by(_recheck.recheck).limit(limit))
        return [_recheck_of(row) for row in rows]

    async def recheck(self, recheck: Seq) -> Recheck | None:
        """As `TeamBook.recheck`."""
        rows = await self._rows(select(tables.recheck).where(_recheck.recheck == recheck))
        return _recheck_of(rows[0]) if rows else None

    async def looked_again(self) -> list[tuple[str, AccountId, bool, int]]:
        """As `TeamBook.looked_again`."""
        agrees = (_recheck.violates == _recheck.says_violates).label("agrees")
        columns = (_recheck.category, _recheck.actor, agrees)
        counted = select(*columns, func.count()).where(_recheck.judged_seq.is_not(None))
        rows = await self._rows(counted.group_by(*columns))
        return [(category, actor, bool(same), count) for category, actor, same, count in rows]

    async def acts(self, since_ms: Millis) -> list[StaffAct]:
        """As `TeamBook.acts`."""
        return await self._readers.ask(lambda connection: acts_in(connection, since_ms))

    async def _rows(self, wanted: AnySelect) -> list[AnyRow]:
        return await self._readers.ask(lambda connection: list(connection.execute(wanted).all()))


def _recheck_of(row: AnyRow) -> Recheck:
    judged = Judged(
        chain=row.decided_chain,
        seq=row.decided_seq,
        at_ms=row.decided_ms,
        decider=row.actor,
        room=row.room,
        origin=row.origin,
        number=row.number,
        measure_id=row.measure_id,
        violates=row.violates,
        category=row.category,
    )
    return Recheck(
        row.recheck, judged, row.drawn_ms, row.second, row.says_violates, row.says_category
    )
