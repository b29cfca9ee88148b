"""What credit is reckoned from, read from the tables; and whose turn it is to reckon everybody."""

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Connection, func, literal_column, select

from danmaku.domain.comment import CommentStatus
from danmaku.domain.credit import Ledger, LedgerRow, SurveyNote, Turn, turn_after
from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.measures import Measure
from danmaku.domain.times import DAY_MS
from danmaku.store import schema
from danmaku.store.accounts import Write
from danmaku.store.bulk import insert_new
from danmaku.store.links import Readers

SURVEY = "credit_survey"  # of the record's notes on itself: who reckons everybody, since when

_meta = schema.meta.c
_account, _day, _measure = schema.account.c, schema.clean_day.c, schema.measure.c
_NOTE = msgspec.json.Decoder(SurveyNote)
_MEASURE = msgspec.json.Decoder(Measure)


class CreditQueries:
    """`actions.credit.Ledgers` over the tables.

    Cost: by the days on which people wrote, not by comments.
    """

    def __init__(self, readers: Readers, write: Write) -> None:
        self._readers = readers
        self._write = write

    async def ledger(self, account: AccountId) -> LedgerRow | None:
        """As `actions.credit.Ledgers.ledger`."""
        found = await self._ledgers(_account.id == account, 1)
        return next(iter(found), None)

    async def ledgers(self, *, after: AccountId, limit: int) -> list[LedgerRow]:
        """As `actions.credit.Ledgers.ledgers`."""
        return await self._ledgers(_account.id > after, limit)

    async def take_survey(self, mark: str, now_ms: Millis) -> Turn:
        """As `actions.credit.Ledgers.take_survey`."""

        def write(connection: Connection) -> Turn:
            insert_new(connection, schema.meta, [{"name": SURVEY, "value": ""}])
            found = connection.scalar(select(_meta.value).where(_meta.name == SURVEY)) or ""
            turn = turn_after(_NOTE.decode(found) if found else None, mark, now_ms)
            if turn is not Turn.YOURS:
                return turn
            note = _text_of(SurveyNote(mark, now_ms, is_over=False))
            is_as_found = (_meta.name == SURVEY, _meta.value == found)
            taken = schema.meta.update().where(*is_as_found).values(value=note)
            # Of several who have found the same at once, one replaces it.
            return Turn.YOURS if connection.execute(taken).rowcount == 1 else Turn.TAKEN

        turn: Turn = await self._write(write)
        return turn

    async def end_survey(self, mark: str, now_ms: Millis) -> None:
        """As `actions.credit.Ledgers.end_survey`."""
        note = _text_of(SurveyNote(mark, now_ms, is_over=True))
        over = schema.meta.update().where(_meta.name == SURVEY).values(value=note)
        await self._write(lambda connection: connection.execute(over))

    async def _ledgers(self, where: Any, limit: int) -> list[LedgerRow]:
        wanted = (
            select(_account.id, _account.login, _account.version, schema.credit.c.level)
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
            return [
                LedgerRow(row.id, row.login, row.version, ledgers[row.id], row.level)
                for row in rows
            ]

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


def _text_of(note: SurveyNote) -> str:
    return msgspec.json.encode(note).decode()
