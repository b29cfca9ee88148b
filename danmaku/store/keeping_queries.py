"""Who keeps rooms, and what they do with reports, read from the tables."""

from sqlalchemy import ColumnElement, Connection, and_, func, select

from danmaku.domain.account import Bundle, Power, PowerGrant
from danmaku.domain.facts import Entry, PowersGranted, PowersRevoked, ReportFiled
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.domain.keeping import Keeper, Outcome
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled, ReportAnswered
from danmaku.domain.petitions import EndedGrant, ProposalRow, RoomReport
from danmaku.errors import Broken
from danmaku.store import schema
from danmaku.store.entries import ENTRIES, entries_of, entry_at
from danmaku.store.links import Readers
from danmaku.store.schema import IS_HIDDEN, AnyRow, AnySelect

_grant, _account = schema.power_grant.c, schema.account.c
_proposal, _report, _comment = schema.proposal.c, schema.report.c, schema.comment.c

_KEEPERS = select(schema.power_grant, _account.login, _account.name).join_from(
    schema.power_grant, schema.account
)
_ENDED = select(schema.power_grant).where(_grant.room.is_not(None), _grant.revoked_seq.is_not(None))
_PROPOSALS = select(schema.proposal, _account.login, _account.name).join_from(
    schema.proposal, schema.account
)

_receipt, _case = schema.case_receipt.c, schema.case_file.c
_WITH_CASES = schema.report.join(schema.case_receipt, _receipt.receipt == _report.receipt).join(
    schema.case_file
)
_REPORTS = select(schema.report, _case.ended_ms).select_from(_WITH_CASES)


def grant_of(row: AnyRow) -> PowerGrant:
    """The grant in a row of `power_grant`."""
    powers = None if row.powers is None else frozenset(map(Power, row.powers.split()))
    return PowerGrant(row.id, Bundle(row.bundle), row.room, row.until_ms, powers)


class KeepingQueries:
    """`actions.keepers.Keepers` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def keepers(self, room: RoomId) -> list[Keeper]:
        """As `actions.keepers.Keepers.keepers`."""
        return await self._keepers(_grant.room == room)

    async def keeper(self, grant_id: str) -> Keeper | None:
        """As `actions.keepers.Keepers.keeper`."""
        is_it = and_(_grant.id == grant_id, _grant.room.is_not(None))
        return next(iter(await self._keepers(is_it)), None)

    async def ended_grant(self, seq: Seq) -> EndedGrant | None:
        """As `actions.keepers.Keepers.ended_grant`."""

        def read(connection: Connection) -> list[EndedGrant]:
            entry = entry_at(connection, PLATFORM, seq)
            if entry is None or not isinstance(entry.fact, PowersRevoked):
                return []
            return _ended(connection, _ENDED.where(_grant.id == entry.fact.grant_id))

        return next(iter(await self._readers.ask(read)), None)

    async def ended_grants(self, account: AccountId, *, limit: int = 20) -> list[EndedGrant]:
        """As `actions.keepers.Keepers.ended_grants`."""
        wanted = _ENDED.where(_grant.account == account).order_by(_grant.revoked_seq.desc())
        return await self._readers.ask(lambda connection: _ended(connection, wanted.limit(limit)))

    async def proposal(self, proposal_id: str) -> ProposalRow | None:
        """As `actions.keepers.Keepers.proposal`."""
        found = await self._proposals(_PROPOSALS.where(_proposal.id == proposal_id))
        return next(iter(found), None)

    async def proposals(
        self,
        *,
        bundle: Bundle,
        room: RoomId | None = None,
        account: AccountId | None = None,
        waiting: bool = True,
        limit: int = 100,
    ) -> list[ProposalRow]:
        """As `actions.keepers.Keepers.proposals`."""
        wanted = _PROPOSALS.where(_proposal.bundle == bundle.value)
        if room is not None:
            wanted = wanted.where(_proposal.room == room)
        if account is not None:
            wanted = wanted.where(_proposal.account == account)
        if waiting:
            wanted = wanted.where(_proposal.settled_seq.is_(None))
        return await self._proposals(wanted.order_by(_proposal.proposed_seq.desc()).limit(limit))

    async def room_reports(self, room: RoomId, *, limit: int = 100) -> list[RoomReport]:
        """As `actions.keepers.Keepers.room_reports`."""
        wanted = _REPORTS.where(_report.room == room)
        return await self._reports(wanted.order_by(_report.seq.desc()).limit(limit))

    async def report(self, seq: Seq) -> RoomReport | None:
        """As `actions.keepers.Keepers.report`."""
        found = await self._reports(_REPORTS.where(_report.seq == seq))
        return next(iter(found), None)

    async def answers(self, room: RoomId, *, limit: int) -> list[tuple[Millis, Millis | None]]:
        """As `actions.keepers.Keepers.answers`."""
        wanted = select(_receipt.filed_ms, _case.ended_ms).select_from(_WITH_CASES)
        wanted = wanted.where(_report.room == room).order_by(_report.seq.desc()).limit(limit)
        rows = await self._readers.ask(lambda connection: connection.execute(wanted).all())
        return [(row.filed_ms, row.ended_ms) for row in rows]

    async def hidden(self, room: RoomId) -> dict[str, int]:
        """As `actions.keepers.Keepers.hidden`."""
        wanted = (
            select(_comment.category, func.count().label("hidden_count"))
            .where(_comment.room == room, IS_HIDDEN)
            .group_by(_comment.category)
        )
        rows = await self._readers.ask(lambda connection: connection.execute(wanted).all())
        return {row.category or "other": row.hidden_count for row in rows}

    async def _keepers(self, where: ColumnElement[bool]) -> list[Keeper]:
        wanted = _KEEPERS.where(where, _grant.revoked_seq.is_(None)).order_by(_grant.granted_seq)

        def read(connection: Connection) -> list[Keeper]:
            rows = connection.execute(wanted).all()
            entries = _entries(connection, [row.granted_seq for row in rows])
            return [_keeper(row, entries[row.granted_seq]) for row in rows]

        return await self._readers.ask(read)

    async def _proposals(self, wanted: AnySelect) -> list[ProposalRow]:
        def read(connection: Connection) -> list[ProposalRow]:
            rows = connection.execute(wanted).all()
            entries = _entries(
                connection, [seq for row in rows for seq in (row.proposed_seq, row.settled_seq)]
            )
            return [_proposal_row(row, entries) for row in rows]

        return await self._readers.ask(read)

    async def _reports(self, wanted: AnySelect) -> list[RoomReport]:
        def read(connection: Connection) -> list[RoomReport]:
            rows = connection.execute(wanted).all()
            entries = _entries(
                connection, [seq for row in rows for seq in (row.seq, row.answered_seq)]
            )
            return [_report_row(row, entries) for row in rows]

        return await self._readers.ask(read)


def _entries(connection: Connection, seqs: list[Seq | None]) -> dict[Seq, Entry]:
    entry = schema.entry.c
    wanted = [seq for seq in seqs if seq is not None]
    rows = connection.execute(ENTRIES.where(entry.chain == PLATFORM, entry.seq.in_(wanted)))
    return {one.seq: one for one in entries_of(connection, rows)}


def _keeper(row: AnyRow, entry: Entry) -> Keeper:
    if not isinstance(entry.fact, PowersGranted):
        raise Broken(f"The grant {row.id} stands on another kind of entry.")
    return Keeper(grant_of(row), row.account, row.login, row.name, entry.fact.actor)


def _ended(connection: Connection, wanted: AnySelect) -> list[EndedGrant]:
    rows = connection.execute(wanted).all()
    around = [row.revoked_seq + step for row in rows for step in (-1, 0, 1)]
    entries = _entries(connection, [*around, *(row.granted_seq for row in rows)])
    return [_ended_grant(connection, row, entries) for row in rows]


def _ended_grant(connection: Connection, row: AnyRow, entries: dict[Seq, Entry]) -> EndedGrant:
    granted, entry = entries[row.granted_seq].fact, entries[row.revoked_seq]
    fact, grant = entry.fact, grant_of(row)
    if not isinstance(granted, PowersGranted) or not isinstance(fact, PowersRevoked):
        raise Broken(f"The grant {row.id} stands on other kinds of entry.")
    smaller = _in_place_of(grant, fact, entries.get(row.revoked_seq + 1))
    is_left = smaller is not None and _exists(
        connection, _grant.id == smaller.grant_id, _grant.revoked_seq.is_(None)
    )
    is_by_keeper = fact.actor is not None and _exists(
        connection,
        _grant.account == fact.actor,
        _grant.room == grant.room,
        _grant.bundle == Bundle.STREAMER.value,
    )
    return EndedGrant(
        *(entry.seq, entry.at_ms, fact, grant, granted.actor, smaller),
        is_smaller_left=is_left,
        is_by_keeper=is_by_keeper,
        is_applied_for=_is_given_anew(fact, entries.get(row.revoked_seq - 1)),
    )


def _in_place_of(grant: PowerGrant, ended: PowersRevoked, after: Entry | None) -> PowerGrant | None:
    """What the entry right after gives in place of a grant; None: nothing of the kind."""
    fact = None if after is None else after.fact
    if not isinstance(fact, PowersGranted) or fact.holder != ended.holder:
        return None
    is_alike = (fact.grant.bundle, fact.grant.room) == (grant.bundle, grant.room)
    return fact.grant if is_alike else None


def _is_given_anew(ended: PowersRevoked, before: Entry | None) -> bool:
    """Whether a grant ended because its holder had applied and is given another in its commit."""
    fact = None if before is None else before.fact
    if not isinstance(fact, ProposalSettled):
        return False
    return (fact.account, fact.outcome) == (ended.holder, Outcome.GRANTED)


def _exists(connection: Connection, *terms: ColumnElement[bool]) -> bool:
    return connection.execute(select(_grant.id).where(*terms).limit(1)).first() is not None


def _proposal_row(row: AnyRow, entries: dict[Seq, Entry]) -> ProposalRow:
    entry = entries[row.proposed_seq]
    settled = None if row.settled_seq is None else entries[row.settled_seq].fact
    if not isinstance(entry.fact, PowersProposed) or not isinstance(
        settled, ProposalSettled | None
    ):
        raise Broken(f"The proposal {row.id} stands on other kinds of entry.")
    return ProposalRow(entry.seq, entry.at_ms, entry.fact, row.login, row.name, settled)


def _report_row(row: AnyRow, entries: dict[Seq, Entry]) -> RoomReport:
    entry = entries[row.seq]
    answered = None if row.answered_seq is None else entries[row.answered_seq]
    answer = None if answered is None else answered.fact
    if not isinstance(entry.fact, ReportFiled) or not isinstance(answer, ReportAnswered | None):
        raise Broken(f"The report {row.seq} stands on other kinds of entry.")
    return RoomReport(entry.seq, entry.at_ms, entry.fact, answer, row.ended_ms)
