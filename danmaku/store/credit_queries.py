"""What credit is reckoned from, read from the tables."""

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Connection, func, literal_column, select

from danmaku.domain.comment import CommentStatus
from danmaku.domain.credit import DAY_MS, Ledger
from danmaku.domain.ids import AccountId
from danmaku.domain.measures import Measure
from danmaku.ports import LedgerRow
from danmaku.store import schema
from danmaku.store.links import Readers

_account, _day, _measure = schema.account.c, schema.clean_day.c, schema.measure.c
_MEASURE = msgspec.json.Decoder(Measure)


class CreditQueries:
    """`ports.Ledgers` over the tables. Cost: by the days on which people wrote, not by comments."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def ledger(self, account: AccountId) -> LedgerRow | None:
        """As `ports.Ledgers.ledger`."""
        found = await self._ledgers(_account.id == account, 1)
        return next(iter(found), None)

    async def ledgers(self, *, after: AccountId, limit: int) -> list[LedgerRow]:
        """As `ports.Ledgers.ledgers`."""
        return await self._ledgers(_account.id > after, limit)

    async def _ledgers(self, where: Any, limit: int) -> list[LedgerRow]:
        wanted = (
            select(_account.id, _account.login, schema.credit.c.level)
            .select_from(
                schema.account.outerjoin(schema.credit, schema.credit.c.account == _account.id)
            )
            .where(where)
            .order_by(_account.id)
            .limit(limit)
        )

        def read(connection: Connection) -> list[LedgerRow]:
            rows = connection.execute(wanted).all()
            ledgers = _of(connection, [row.id for row in rows])
            return [LedgerRow(row.id, row.login, ledgers[row.id], row.level) for row in rows]

        return await self._readers.ask(read)


def fault_of_days(connection: Connection) -> str | None:
    """What is wrong with the days, held against the comments that they count; None: nothing."""
    comment = schema.comment.c
    kept = select(_day.account, _day.day, _day.comments).where(_day.comments != 0)
    # Spelt out: PostgreSQL does not take two values for one when it groups by them.
    on_day = comment.at_ms // literal_column(str(DAY_MS), BigInteger)
    counted = (
        select(comment.account, on_day, func.count())
        .where(comment.status == CommentStatus.PUBLISHED.value, comment.imported.is_(False))
        .group_by(comment.account, on_day)
    )
    for one, other in ((kept, counted), (counted, kept)):
        if connection.execute(one.except_(other).limit(1)).first() is not None:
            return "clean_day counts other comments than there are"
    return None


def _of(connection: Connection, accounts: list[AccountId]) -> dict[AccountId, Ledger]:
    clean: defaultdict[AccountId, dict[int, int]] = defaultdict(dict)
    for row in connection.execute(select(schema.clean_day).where(_day.account.in_(accounts))):
        clean[row.account][row.day] = row.comments
    measures: defaultdict[AccountId, list[Measure]] = defaultdict(list)
    taken = select(_measure.account, _measure.measure).where(
        _measure.account.in_(accounts), _measure.reversed_seq.is_(None)
    )
    for row in connection.execute(taken.order_by(_measure.taken_seq)):
        measures[row.account].append(_MEASURE.decode(row.measure))
    return {account: Ledger(clean[account], tuple(measures[account])) for account in accounts}
