"""Whether the projections say what the entries say.

Each entry is held against the rows it must have made, one at a time and in bounded memory; then
the rows are counted, so that none can stand there that no entry made.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import Connection, Table, select

from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import PLATFORM, AccountId, RoomId
from danmaku.store import schema
from danmaku.store.case_projections import CaseProjections
from danmaku.store.codec import (
    About,
    canonical,
    judgement_of,
    powers_text_of,
    publication_of,
)
from danmaku.store.comments import client_key_of
from danmaku.store.entries import Header
from danmaku.store.filing_projections import FilingProjections
from danmaku.store.keeping_codec import Answered, Proposed, Settled
from danmaku.store.like_projections import LikeProjections
from danmaku.store.naming_codec import Named
from danmaku.store.naming_projections import fault_of_name, fault_of_standing_names
from danmaku.store.people_projections import PeopleProjections
from danmaku.store.platform_codec import (
    Filed,
    Granted,
    Issued,
    Registered,
    Revoked,
    Withdrawn,
    sealed_account_of,
)
from danmaku.store.room_codec import (
    Changed,
    Judged,
    Liked,
    Opened,
    Published,
    Recalled,
    Restored,
    WasHeld,
    WasRefused,
    WordsSet,
    state_of,
)
from danmaku.store.rule_projections import RULE_ROWS, RULE_TABLES
from danmaku.store.schema import AnyRow
from danmaku.store.table_rows import Columns, NewestRows, TableRows, difference
from danmaku.store.team_projections import TeamProjections
from danmaku.store.touched import login_key_of

_STATUS_AFTER: dict[type[About], CommentStatus] = {
    Published: CommentStatus.PUBLISHED,
    WasHeld: CommentStatus.HELD,
    WasRefused: CommentStatus.REFUSED,
    Recalled: CommentStatus.RECALLED,
    Restored: CommentStatus.PUBLISHED,
}


class Projections(Protocol):
    """What the entries of one kind of chain make."""

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """What is wrong with the rows of this entry; entries come in order.

        Args:
            row: Of `chain_proof.ROWS`: the entry, its bodies, its comment.
            header: Of that entry.
        """

    def fault_left(self) -> str | None:
        """What is wrong with the rest, after the last entry."""


class RoomProjections:
    """`room` and `comment`, of one room."""

    def __init__(self, connection: Connection, room: RoomId) -> None:
        self._connection = connection
        self._room = room
        self._comments = 0
        self._settled = 0
        self._opened: tuple[int, AccountId | None] | None = None
        self._state: bytes | None = None
        self._words_seq: int | None = None
        self._has_sold = False
        self._likes = LikeProjections(connection, room)
        self._cases = CaseProjections(connection, room)

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """As `Projections.fault_in`."""
        about = header.about
        if isinstance(about, Opened):
            self._opened = (row.at_ms, TableRows(self._connection, self._room).account(about.owner))
        if isinstance(about, Opened | Changed):
            self._state = row.open_content
            self._has_sold |= state_of(row.open_content).commerce
            return None
        if isinstance(about, WordsSet):
            self._words_seq = row.seq
            return None
        return self._cases.fault_in(row, header) or self._fault_of_comment(row, about)

    def _fault_of_comment(self, row: AnyRow, about: About) -> str | None:
        if row.c_origin is None:
            return "its comment is not in the list"
        if isinstance(about, Liked):
            return self._likes.fault_in(row, about)
        if row.seq == row.origin:
            self._comments += 1
        if row.seq == row.changed_seq:
            self._settled += 1
        faults = [_fault_of_state(row, about)]
        if isinstance(about, Judged):
            faults.append(_fault_of_judgement(row, about))
        return next((fault for fault in faults if fault), None)

    def fault_left(self) -> str | None:
        """As `Projections.fault_left`."""
        comment, room = schema.comment, schema.room
        rows = TableRows(self._connection).count(comment, comment.c.room == self._room)
        if not rows == self._comments == self._settled:
            return f"the list has {rows} comments, the entries make {self._comments}"
        kept = self._connection.execute(select(room).where(room.c.id == self._room)).first()
        if kept is None or self._state is None:
            return "the room has no state"
        fault = self._fault_of_room(kept, self._state)
        return fault or self._likes.fault_left() or self._cases.fault_left()

    def _fault_of_room(self, kept: AnyRow, state: bytes) -> str | None:
        if (kept.created_ms, kept.owner) != self._opened:
            return "the room was opened at another time, or is another's"
        if kept.state not in {state, canonical(state_of(state))}:
            return "the room's state is not the one last recorded"
        if kept.has_sold != self._has_sold:
            return "the room has sold goods, or has not, against its states"
        if kept.words_seq != self._words_seq:
            return "the room's own words are not those last recorded"
        return None


def _fault_of_state(row: AnyRow, about: About) -> str | None:
    if row.seq > row.changed_seq:
        return "its comment stands as it did before"
    if row.seq < row.changed_seq:
        return None
    expected = (_STATUS_AFTER[type(about)], getattr(about, "by", None), _category_of(row, about))
    if (row.status, row.by, row.category) != expected:
        return "its comment does not stand as it says"
    return None


def _category_of(row: AnyRow, about: About) -> str | None:
    if isinstance(about, WasHeld | WasRefused):
        erased = row.sealed_content is None
        return row.category if erased else judgement_of(row.sealed_content, 0).category
    return getattr(about, "category", None)


def _fault_of_judgement(row: AnyRow, about: Judged) -> str | None:
    if row.seq < row.changed_seq and not isinstance(about, Published):
        return None  # a later judgement replaced it; nothing replaces a publication
    if row.body_seq != row.seq:
        return "its comment shows another text"
    expected = (about.author, about.author, about.received_ms, about.position_ms)
    if (row.author, row.name, row.c_at_ms, row.position_ms) != expected:
        return "its comment has another author, time or place"
    published: tuple[object, ...] = (None, None, False, False)
    if isinstance(about, Published):
        published = (about.number, row.seq, about.late, about.imported)
    if (row.c_number, row.published_seq, row.late, row.imported) != published:
        return "its comment is numbered or marked otherwise"
    if row.client_key != _client_key_of(row, about):
        return "its comment is another sender's"
    return None


def _client_key_of(row: AnyRow, about: Judged) -> object:
    raw = row.sealed_content
    if raw is None:
        return row.client_key
    sealed = publication_of(raw) if isinstance(about, Published) else judgement_of(raw, 0)
    return client_key_of(row.chain, row.account, sealed.client_id)


class PlatformProjections:
    """Accounts, grants, tokens, reports, proposals; and what `PeopleProjections` looks at."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = rows = TableRows(connection)
        self._people = PeopleProjections(rows)
        self._cases = CaseProjections(connection, PLATFORM)
        self._rules = NewestRows(rows, RULE_TABLES, RULE_ROWS)
        self._filings = FilingProjections(rows)
        self._team = TeamProjections(rows)
        self._made: Counter[Table] = Counter()
        self._ended: Counter[Table] = Counter()
        self._settled = 0

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """As `Projections.fault_in`."""
        parts = (self._cases, self._rules, self._filings, self._team)
        faults = (part.fault_in(row, header) for part in parts)
        return next((one for one in faults if one), None) or self._fault_of_row(row, header)

    def _fault_of_row(self, row: AnyRow, header: Header) -> str | None:
        about = header.about
        if (made := _MADE.get(type(about))) is None:
            return self._people.fault_in(row, header) or self._fault_of_account(row, about)
        table, key, expected = made(row, about)
        is_end = isinstance(about, Withdrawn | Revoked | Settled | Answered)
        (self._ended if is_end else self._made)[table] += 1
        found = self._row(table, key)
        if found is None:
            return f"it has no row in {table.name}"
        if fault := difference(table, found, expected):
            return fault
        if isinstance(about, Registered | Named) and (
            fault := fault_of_name(self._connection, row, found)
        ):
            return fault
        if isinstance(about, Granted | Issued | Proposed | Named) and (
            about.account is not None and found.account != self._rows.account(about.account)
        ):
            return f"its row in {table.name} has another holder"
        return self._fault_of_account(row, about)

    def fault_left(self) -> str | None:
        """As `Projections.fault_left`."""
        for table in (schema.account, schema.naming, *_ENDS):
            if self._rows.count(table) != self._made[table]:
                return f"{table.name} has rows that no entry made"
        for table, end in _ENDS.items():
            if self._rows.count(table, table.c[end].is_not(None)) != self._ended[table]:
                return f"{table.name} has rows that no entry ended"
        if self._settled != self._made[schema.account]:
            return "an account has a version that no entry gave it"
        if (fault := fault_of_standing_names(self._connection)) is not None:
            return fault
        parts = (self._people, self._cases, self._rules, self._filings, self._team)
        return next((fault for part in parts if (fault := part.fault_left())), None)

    def _fault_of_account(self, row: AnyRow, about: About) -> str | None:
        if (name := getattr(about, "account", None)) is None:
            return None
        account = self._rows.account(name)
        found = None if account is None else self._row(schema.account, account)
        if found is None:
            return "its account is missing"
        if found.version == row.seq:
            self._settled += 1
        return "its account stands as it did before" if row.seq > found.version else None

    def _row(self, table: Table, key: object) -> AnyRow | None:
        (column,) = table.primary_key.columns
        return self._rows.row(table, {column.name: key})


_Made = tuple[Table, object, Columns]  # a table, a key there, and what its row must say


def _account_made(row: AnyRow, _about: Registered) -> _Made:
    if row.sealed_content is None:
        return schema.account, row.seq, {}
    sealed = sealed_account_of(row.sealed_content)
    said: Columns = {"login": sealed.login, "login_key": login_key_of(sealed.login)}
    return schema.account, row.seq, said


def _grant_made(row: AnyRow, about: Granted) -> _Made:
    grant = about.grant
    return (
        schema.power_grant,
        grant.grant_id,
        {
            "bundle": grant.bundle,
            "room": grant.room,
            "until_ms": grant.until_ms,
            "powers": powers_text_of(grant),
            "granted_seq": row.seq,
        },
    )


def _token_made(row: AnyRow, about: Issued) -> _Made:
    return (
        schema.token,
        about.token_id,
        {"room": about.room, "expires_ms": about.expires_ms, "issued_seq": row.seq},
    )


def _grant_ended(row: AnyRow, about: Withdrawn) -> _Made:
    return schema.power_grant, about.grant_id, {"revoked_seq": row.seq}


def _token_ended(row: AnyRow, about: Revoked) -> _Made:
    return schema.token, about.token_id, {"revoked_seq": row.seq}


def _name_made(row: AnyRow, about: Named) -> _Made:
    said: Columns = {"surface": about.surface.value, "state": about.state.value}
    if about.room is not None:
        said["subject"] = about.room
    return schema.naming, row.seq, said


def _report_made(row: AnyRow, about: Filed) -> _Made:
    return schema.report, row.seq, {"receipt": about.receipt, "room": about.room}


def _report_ended(row: AnyRow, about: Answered) -> _Made:
    said: Columns = {"answered_seq": row.seq, "finding": about.finding.value}
    return schema.report, about.report, said


def _proposal_made(row: AnyRow, about: Proposed) -> _Made:
    proposal = about.proposal
    said: Columns = {
        "room": proposal.room,
        "bundle": proposal.bundle.value,
        "proposed_seq": row.seq,
    }
    return schema.proposal, proposal.proposal_id, said


def _proposal_ended(row: AnyRow, about: Settled) -> _Made:
    said: Columns = {"settled_seq": row.seq, "outcome": about.outcome.value}
    return schema.proposal, about.proposal_id, said


_ENDS: dict[Table, str] = {
    schema.power_grant: "revoked_seq",
    schema.token: "revoked_seq",
    schema.report: "answered_seq",
    schema.proposal: "settled_seq",
}
"""Tables whose rows one entry makes and another may end, and the column that says so."""


_MADE: dict[type[About], Callable[[AnyRow, Any], _Made]] = {
    Registered: _account_made,
    Granted: _grant_made,
    Issued: _token_made,
    Withdrawn: _grant_ended,
    Revoked: _token_ended,
    Filed: _report_made,
    Answered: _report_ended,
    Proposed: _proposal_made,
    Settled: _proposal_ended,
    Named: _name_made,
}
