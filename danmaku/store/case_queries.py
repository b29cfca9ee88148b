"""Cases, read from their tables."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_

from danmaku.domain.case_lists import QUEUE_PAGE, Backlog, CaseFilter, FiledCase, Glimpse
from danmaku.domain.cases import Case, CaseKind, CaseOutcome, CaseState, Desk, Subject, Terms
from danmaku.domain.categories import CATEGORIES, named_in
from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.filter.rules import Klass
from danmaku.store import schema
from danmaku.store.case_glimpses import glimpses_of
from danmaku.store.cases import case_of
from danmaku.store.entries import ENTRIES, entries_of, entry_at
from danmaku.store.links import Readers
from danmaku.store.schema import IS_OPEN, AnyRow, AnySelect

_case, _receipt, _entry = schema.case_file.c, schema.case_receipt.c, schema.entry.c
_FILED = select(schema.case_file, schema.case_receipt).join_from(
    schema.case_receipt, schema.case_file
)


class CaseQueries:
    """`actions.case_book.CaseBook` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def case(self, case_id: str) -> Case | None:
        """As `CaseBook.case`."""
        found = await self._cases(select(schema.case_file).where(_case.id == case_id))
        return next(iter(found), None)

    async def cases(
        self,
        wanted: CaseFilter,
        now_ms: Millis,
        *,
        after: tuple[int, str] | None = None,
        limit: int = QUEUE_PAGE,
    ) -> list[Case]:
        """As `CaseBook.cases`."""
        where = [IS_OPEN, *_about(wanted), *_standing(wanted, now_ms)]
        if after is not None:
            where.append(tuple_(_case.rank, _case.id) > after)
        ordered = select(schema.case_file).where(*where).order_by(_case.rank, _case.id)
        return await self._cases(ordered.limit(limit))

    async def ended_cases(
        self,
        wanted: CaseFilter,
        *,
        before: tuple[Millis, str] | None = None,
        limit: int = QUEUE_PAGE,
    ) -> list[Case]:
        """As `CaseBook.ended_cases`."""
        state = wanted.state
        is_over = _case.ending.is_not(None) if state is None else _case.ending == state.value
        where = [is_over, *_about(wanted)]
        if before is not None:
            where.append(tuple_(_case.ended_ms, _case.id) < before)
        ordered = select(schema.case_file).where(*where)
        ordered = ordered.order_by(_case.ended_ms.desc(), _case.id.desc())
        return await self._cases(ordered.limit(limit))

    async def next_cases(
        self,
        desks: frozenset[Desk],
        now_ms: Millis,
        *,
        kinds: frozenset[CaseKind] = frozenset(),
        after: tuple[int, str] | None = None,
        limit: int,
    ) -> list[Case]:
        """As `CaseBook.next_cases`."""
        # The index alone finds them: a table looked up for each that is passed over costs seconds.
        where = [IS_OPEN, _waits_at(desks, now_ms), _is_free(now_ms)]
        if kinds:
            where.append(_case.kind.in_(sorted(kind.value for kind in kinds)))
        if after is not None:
            where.append(tuple_(_case.rank, _case.id) > after)
        first = select(_case.id).where(*where).order_by(_case.rank, _case.id).limit(limit)
        whole = select(schema.case_file).where(_case.id.in_(first))
        return await self._cases(whole.order_by(_case.rank, _case.id))

    async def cases_on(self, subject: Subject, against: AccountId | None) -> list[Case]:
        """As `CaseBook.cases_on`."""
        wanted = select(schema.case_file).where(_case.subject == subject.key(against))
        return await self._cases(wanted.order_by(_case.opened_ms, _case.id).limit(QUEUE_PAGE))

    async def has_filed(self, case_id: str, account: AccountId) -> bool:
        """As `CaseBook.has_filed`."""
        wanted = select(_receipt.receipt)
        wanted = wanted.where(_receipt.case_id == case_id, _receipt.filer == account)
        return bool(await self._rows(wanted.limit(1)))

    async def filers(self, case_id: str, *, limit: int) -> list[AccountId]:
        """As `CaseBook.filers`."""
        wanted = select(_receipt.filer, func.min(_receipt.filed_seq).label("first_seq"))
        wanted = wanted.where(_receipt.case_id == case_id, _receipt.filer.is_not(None))
        rows = await self._rows(wanted.group_by(_receipt.filer).order_by("first_seq").limit(limit))
        return [row.filer for row in rows]

    async def filings(self, case_id: str, *, limit: int) -> list[Entry]:
        """As `CaseBook.filings`."""
        seqs = select(_receipt.filed_seq).where(_receipt.case_id == case_id)
        seqs = seqs.order_by(_receipt.filed_seq).limit(limit)
        wanted = ENTRIES.where(_entry.chain == PLATFORM, _entry.seq.in_(seqs)).order_by(_entry.seq)
        return await self._readers.ask(
            lambda connection: entries_of(connection, connection.execute(wanted).all())
        )

    async def filed(self, receipt: str) -> FiledCase | None:
        """As `CaseBook.filed`."""
        rows = await self._rows(_FILED.where(_receipt.receipt == receipt))
        return next((_filed(row) for row in rows), None)

    async def filed_by(
        self, account: AccountId, *, before: Seq | None = None, limit: int = QUEUE_PAGE
    ) -> list[FiledCase]:
        """As `CaseBook.filed_by`."""
        wanted = _FILED.where(_receipt.filer == account)
        if before is not None:
            wanted = wanted.where(_receipt.filed_seq < before)
        rows = await self._rows(wanted.order_by(_receipt.filed_seq.desc()).limit(limit))
        return [_filed(row) for row in rows]

    async def filed_on(
        self, account: AccountId, kind: CaseKind, subject: Subject, against: AccountId | None
    ) -> FiledCase | None:
        """As `CaseBook.filed_on`."""
        wanted = _FILED.where(_receipt.filer == account, _case.kind == kind.value, IS_OPEN)
        wanted = wanted.where(_case.subject == subject.key(against))
        rows = await self._rows(wanted.order_by(_receipt.filed_seq).limit(1))
        return next((_filed(row) for row in rows), None)

    async def waiting_count(self, account: AccountId) -> int:
        """As `CaseBook.waiting_count`."""
        counted = select(func.count()).select_from(schema.case_receipt).join(schema.case_file)
        [row] = await self._rows(counted.where(_receipt.filer == account, IS_OPEN))
        return int(row[0])

    async def outcomes_of(
        self, accounts: Sequence[AccountId], *, limit: int
    ) -> dict[AccountId, list[CaseOutcome]]:
        """As `CaseBook.outcomes_of`."""
        newest = func.row_number().over(
            partition_by=_receipt.filer, order_by=(_case.ended_ms.desc(), _receipt.filed_seq.desc())
        )
        is_kept = select(schema.report.c.seq).where(schema.report.c.answered_seq == _case.ended_seq)
        decided = (
            select(_receipt.filer, _case.outcome, newest.label("place"))
            .join_from(schema.case_receipt, schema.case_file)
            .where(_receipt.filer.in_(accounts), _case.kind == CaseKind.REPORT.value)
            .where(_case.ending == CaseState.DECIDED.value, ~is_kept.exists())
            .subquery()
        )
        wanted = select(decided).where(decided.c.place <= limit)
        found: dict[AccountId, list[CaseOutcome]] = {}
        for row in await self._rows(wanted.order_by(decided.c.filer, decided.c.place)):
            found.setdefault(row.filer, []).append(CaseOutcome(row.outcome))
        return found

    async def turned_ms(self, case_ids: Sequence[str]) -> dict[str, Millis]:
        """As `CaseBook.turned_ms`."""
        wanted = select(_case.id, _entry.at_ms).where(
            _case.id.in_(case_ids), _entry.chain == PLATFORM, _entry.seq == _case.turned_seq
        )
        return {row.id: Millis(row.at_ms) for row in await self._rows(wanted)}

    async def judged(self, room: RoomId, origin: Seq) -> Entry | None:
        """As `CaseBook.judged`."""
        comment = schema.comment.c
        wanted = select(comment.body_seq).where(comment.room == room, comment.origin == origin)
        rows = await self._rows(wanted)
        if not rows:
            return None
        seq = Seq(rows[0].body_seq)
        return await self._readers.ask(lambda connection: entry_at(connection, room, seq))

    async def glimpses(self, cases: Sequence[Case]) -> dict[str, Glimpse]:
        """As `CaseBook.glimpses`."""
        return await self._readers.ask(lambda connection: glimpses_of(connection, cases))

    async def backlog(self, terms: Terms, now_ms: Millis) -> Backlog:
        """As `CaseBook.backlog`."""
        by_term = sorted({terms.term_ms(kind, one) for kind in CaseKind for one in CATEGORIES})
        columns = [_count_before(now_ms, 0), *(_count_before(now_ms, term) for term in by_term)]
        # One walk along the index `case_overdue`.
        grouped = select(_case.kind, _case.category, *columns).where(IS_OPEN)
        open_count: Counter[CaseKind] = Counter()
        overdue_count: Counter[CaseKind] = Counter()
        for row in await self._rows(grouped.group_by(_case.kind, _case.category)):
            kind, category, waiting, *overdue = row
            term = terms.term_ms(CaseKind(kind), category)
            open_count[CaseKind(kind)] += waiting
            overdue_count[CaseKind(kind)] += overdue[by_term.index(term)]
        return Backlog(dict(+open_count), dict(+overdue_count))

    async def _cases(self, wanted: AnySelect) -> list[Case]:
        return [case_of(row) for row in await self._rows(wanted)]

    async def _rows(self, wanted: AnySelect) -> list[AnyRow]:
        return await self._readers.ask(lambda connection: list(connection.execute(wanted).all()))


def _filed(row: AnyRow) -> FiledCase:
    return FiledCase(row.receipt, Millis(row.filed_ms), row.filer, case_of(row))


def _about(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.kinds:
        yield _case.kind.in_([kind.value for kind in wanted.kinds])
    if wanted.room is not None:
        yield _case.room == wanted.room
    if wanted.categories:
        yield _case.category.in_(wanted.categories)
    if wanted.klass is Klass.HOUSE:  # whatever no other class names, rules' own words too
        others = named_in(Klass.ILLEGAL) | named_in(Klass.NEGATIVE)
        yield _case.category.not_in(sorted(others))
    elif wanted.klass is not None:
        yield _case.category.in_(sorted(named_in(wanted.klass)))


def _standing(wanted: CaseFilter, now_ms: Millis) -> Iterator[ColumnElement[bool]]:
    if wanted.desks:
        yield _waits_at(wanted.desks, now_ms)
    if wanted.claimant is not None:
        yield and_(_case.claimant == wanted.claimant, _case.lease_until_ms > now_ms)
    if wanted.overdue_by is not None:
        yield _is_overdue(wanted.overdue_by, now_ms)
    match wanted.state:
        case CaseState.CLAIMED:
            yield _case.lease_until_ms > now_ms
        case CaseState.ESCALATED:
            yield and_(_is_free(now_ms), _case.desk == Desk.EDITOR.value)
        case CaseState.OPEN:
            yield and_(_is_free(now_ms), _case.desk != Desk.EDITOR.value)
        case _:
            pass


def _count_before(now_ms: Millis, term: int) -> ColumnElement[int]:
    return func.sum(case((_case.queue_ms <= now_ms - term, 1), else_=0))


def _is_free(now_ms: Millis) -> ColumnElement[bool]:
    return or_(_case.lease_until_ms.is_(None), _case.lease_until_ms <= now_ms)


def _waits_at(desks: frozenset[Desk], now_ms: Millis) -> ColumnElement[bool]:
    """Where a case waits: at its room's keepers until its time there is over."""
    is_theirs = _case.queue_ms > now_ms
    by_desk = {
        Desk.KEEPERS: and_(_case.desk == Desk.KEEPERS.value, is_theirs),
        Desk.PLATFORM: and_(_case.desk != Desk.EDITOR.value, ~is_theirs),
        Desk.EDITOR: _case.desk == Desk.EDITOR.value,
    }
    return or_(*(by_desk[desk] for desk in sorted(desks)))


def _is_overdue(terms: Terms, now_ms: Millis) -> ColumnElement[bool]:
    """Of the categories that people choose from each kind has few terms: one range for each."""
    ranges = []
    for kind in CaseKind:
        plain_ms = terms.by_kind[kind]
        by_term: dict[int, list[str]] = {}
        for category in sorted(CATEGORIES):
            by_term.setdefault(terms.term_ms(kind, category), []).append(category)
        others = [name for term, names in by_term.items() if term != plain_ms for name in names]
        ranges += [
            and_(
                _case.kind == kind.value,
                _case.category.in_(names),
                _case.queue_ms <= now_ms - term,
            )
            for term, names in by_term.items()
            if term != plain_ms
        ]
        ranges.append(
            and_(
                _case.kind == kind.value,
                _case.category.not_in(others),
                _case.queue_ms <= now_ms - plain_ms,
            )
        )
    return or_(*ranges)
