"""What facts are judged against while one transaction is made.

`Ground` is taken from the writer's memory and the tables at the start, only as far as the waiting
facts touch it, and is carried forward by each fact admitted since; what differs from the start at
the end is written back. So facts of one transaction see each other, and a call that is refused
half-way is forgotten by taking the copy made before it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Self

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    func,
    select,
)

from danmaku.domain.ids import PLATFORM, AccountId, Number, Pseudonym, RoomId, RoomNumber, Seq
from danmaku.domain.recheck import Cursor
from danmaku.domain.rule_facts import ScanPhase
from danmaku.ports import Append
from danmaku.store import feature_schema, schema
from danmaku.store.barred_ground import alike_in, barred_in, free_in
from danmaku.store.bulk import find_all, lock_all
from danmaku.store.cases import CaseRow, case_row_of
from danmaku.store.comments import COMMENTS, CommentRow, comment_row_of
from danmaku.store.control_ground import Laid, controls_in
from danmaku.store.endpoint_ground import removed_in
from danmaku.store.filing_heads import FilingHead, FilingSubject, OrderHead
from danmaku.store.memory import ChainHead, Memory
from danmaku.store.rule_ground import phases_in
from danmaku.store.team_ground import lots_in, questions_in, waiting_in
from danmaku.store.touched import Filing, LikeKey, Touched, touched_by

CommentKey = tuple[RoomId, Seq]
Row = tuple[tuple[str, object], ...]

# Built once: building them anew cost more than asking them.
_chain, _comment, _name, _account = (
    table.c for table in (schema.chain, schema.comment, schema.pseudonym, schema.account)
)
_like, _liked = feature_schema.comment_like.c, feature_schema.like_count.c
_KEYS: BindParameter[object] = bindparam("keys", expanding=True)
_NAMES = select(schema.pseudonym).where(_name.chain == bindparam("chain"), _name.account.in_(_KEYS))
_LOGINS = select(_account.id, _account.login_key).where(_account.login_key.in_(_KEYS))


@dataclass(frozen=True, slots=True)
class MeasureHead:
    """How a measure stands."""

    account: AccountId | None
    is_reversed: bool = False
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class LikeHead:
    """What an account has said last of a comment, and where."""

    stands: bool
    seq: Seq


@dataclass(frozen=True, slots=True)
class LikeCount:
    """How many like a comment, since when."""

    likes: int
    seq: Seq


@dataclass(slots=True)
class Ground:
    """See the module. Every value is immutable; the dictionaries are this ground's own."""

    chains: dict[RoomId, ChainHead] = field(default_factory=dict)
    room_numbers: dict[RoomId, RoomNumber] = field(default_factory=dict)  # newest, of the platform
    origins: dict[str, Seq] = field(default_factory=dict)  # by `client_key_of`
    numbered: dict[tuple[RoomId, Number], Seq] = field(default_factory=dict)
    comments: dict[CommentKey, CommentRow] = field(default_factory=dict)
    pseudonyms: dict[tuple[RoomId, AccountId], Pseudonym] = field(default_factory=dict)
    versions: dict[AccountId, Seq] = field(default_factory=dict)
    logins: dict[str, AccountId] = field(default_factory=dict)  # by `login_key_of`
    grants: dict[str, AccountId | None] = field(default_factory=dict)  # None: revoked
    tokens: dict[str, AccountId | None] = field(default_factory=dict)  # None: revoked
    measures: dict[str, MeasureHead] = field(default_factory=dict)
    proposals: dict[str, AccountId | None] = field(default_factory=dict)  # None: settled
    reports: dict[Seq, bool] = field(default_factory=dict)  # whether it was answered
    namings: dict[tuple[str, str], Seq] = field(default_factory=dict)  # which of a subject stands
    editions: dict[str, int] = field(default_factory=dict)  # the newest version of a document
    likes: dict[LikeKey, LikeHead] = field(default_factory=dict)
    like_counts: dict[tuple[RoomId, Number], LikeCount] = field(default_factory=dict)
    cases: dict[str, CaseRow] = field(default_factory=dict)
    open_cases: dict[Filing, str] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)  # cases by `filed_under`
    filed_in: dict[Seq, str] = field(default_factory=dict)  # which case a report is in
    filing_heads: dict[Seq, FilingHead] = field(default_factory=dict)
    open_filings: dict[FilingSubject, Seq] = field(default_factory=dict)
    order_heads: dict[str, OrderHead] = field(default_factory=dict)
    rechecks: dict[Seq, bool] = field(default_factory=dict)  # whether nobody has looked yet
    lots: dict[str, Cursor] = field(default_factory=dict)  # see `team_ground.LOTS`
    barred: dict[AccountId, bool] = field(default_factory=dict)  # persons that are to be verified
    alike: dict[AccountId, frozenset[AccountId]] = field(default_factory=dict)  # to be barred
    free: dict[AccountId, bool] = field(default_factory=dict)  # of those: verified, without a bar
    controls: dict[str, Laid] = field(default_factory=dict)  # by scope; empty: the platform
    removed_endpoints: dict[str, bool] = field(default_factory=dict)
    questions: dict[str, int] = field(default_factory=dict)  # the newest version of the test
    scans: dict[Seq, ScanPhase] = field(default_factory=dict)  # that are turned
    newest: dict[tuple[Table, Row], Row] = field(default_factory=dict)  # see `Page.keep`

    @classmethod
    def under(cls, connection: Connection, memory: Memory, appends: Iterable[Append]) -> Self:
        """Find what these appends touch.

        What is not remembered is read. Where a database has others who write, chains are locked by
        that: there the memory must know none, and everything else is read after, so that it is as
        the last of them left it.
        """
        touched = touched_by(appends := [*appends])
        ground = cls()
        _load_chains(ground, connection, memory, touched)
        _load_people(ground, connection, memory, touched)
        _load_comments(ground, connection, touched)
        _load_likes(ground, connection, touched)
        _load_rights(ground, connection, touched)
        _load_keeping(ground, connection, touched)
        _load_namings(ground, connection, touched)
        _load_cases(ground, connection, touched)
        touched.papers.load(
            connection, ground.filing_heads, ground.open_filings, ground.order_heads
        )
        ground.rechecks = waiting_in(connection, appends)
        ground.lots = lots_in(connection, appends)
        ground.barred = barred_in(connection, appends)
        ground.alike = alike_in(connection, appends)
        ground.free = free_in(connection, ground.alike.values())
        ground.controls = controls_in(connection, appends)
        ground.removed_endpoints = removed_in(connection, appends)
        ground.questions = questions_in(connection, appends)
        ground.scans = phases_in(connection, appends)
        return ground

    def case_named(self, name: str | None) -> str | None:
        """The id of a case, where a fact of the same commit names it by `filed_under`."""
        return None if name is None else self.receipts.get(name, name)

    def teach(self, memory: Memory) -> None:
        """Have this remembered; only what is committed may be."""
        memory.chains.learn(self.chains)
        memory.pseudonyms.learn(self.pseudonyms)
        memory.versions.learn(self.versions)

    def copy(self) -> Self:
        """An independent ground that stands as this one does."""
        return type(self)(*(dict(getattr(self, name)) for name in _GROUND_FIELDS))


_GROUND_FIELDS = tuple(each.name for each in fields(Ground))


def _load_chains(ground: Ground, connection: Connection, memory: Memory, touched: Touched) -> None:
    unknown = memory.chains.recall(touched.chains, ground.chains)
    # The platform's first: whoever makes a chain holds it, so that no other makes the same one, and
    # what they made meanwhile is seen by the question after.
    for keys in ([key for key in unknown if key == PLATFORM], unknown):
        if keys := [key for key in keys if key not in ground.chains]:
            for room, *head in lock_all(connection, _chain.id, keys):
                ground.chains[room] = ChainHead(*head)
    if touched.opens_room:  # the platform's chain is held: nobody else gives numbers now
        newest = connection.scalar(select(func.max(schema.room.c.number)))
        ground.room_numbers[PLATFORM] = RoomNumber(newest or 0)


def _load_comments(ground: Ground, connection: Connection, touched: Touched) -> None:
    ground.origins.update(
        find_all(
            connection,
            _comment.client_key,
            _comment.origin,
            [*touched.clients],
            within=(_comment.room, [*touched.chains]),
        )
    )
    for column, keys in ((_comment.origin, touched.origins), (_comment.number, touched.numbers)):
        for room, wanted in _by_chain(keys).items():
            rows = connection.execute(COMMENTS.where(_comment.room == room, column.in_(wanted)))
            for row in map(comment_row_of, rows):
                _take(ground, row)


def _load_likes(ground: Ground, connection: Connection, touched: Touched) -> None:
    for room, number, account in touched.likes:
        said = select(_like.stands, _like.seq)
        said = said.where(_like.room == room, _like.number == number, _like.account == account)
        if (row := connection.execute(said).first()) is not None:
            ground.likes[room, number, account] = LikeHead(row.stands, row.seq)
        if (room, number) in ground.like_counts:
            continue
        counted = select(_liked.likes, _liked.seq)
        counted = counted.where(_liked.room == room, _liked.number == number)
        if (row := connection.execute(counted).first()) is not None:
            ground.like_counts[room, number] = LikeCount(row.likes, row.seq)


def _take(ground: Ground, row: CommentRow) -> None:
    ground.comments[row.room, row.comment.origin] = row
    if row.comment.number is not None:
        ground.numbered[row.room, row.comment.number] = row.comment.origin


def _by_chain(keys: Iterable[tuple[RoomId, int]]) -> dict[RoomId, list[int]]:
    # A query for each chain: no database looks up pairs by an index as well.
    grouped = defaultdict(list)
    for chain, key in keys:
        grouped[chain].append(key)
    return grouped


def _load_people(ground: Ground, connection: Connection, memory: Memory, touched: Touched) -> None:
    nameless = memory.pseudonyms.recall(touched.people, ground.pseudonyms)
    for chain, wanted in _by_chain(nameless).items():
        for row in connection.execute(_NAMES, {"chain": chain, "keys": wanted}):
            ground.pseudonyms[row.chain, row.account] = row.pseudonym
    accounts = touched.standings.union([account for _, account in touched.people])
    if unknown := memory.versions.recall(accounts, ground.versions):
        ground.versions.update(find_all(connection, _account.id, _account.version, unknown))
    if touched.logins:
        for row in connection.execute(_LOGINS, {"keys": list(touched.logins)}):
            ground.logins[row.login_key] = row.id


def _load_rights(ground: Ground, connection: Connection, touched: Touched) -> None:
    for table, ids, rights in (
        (schema.power_grant, touched.grants, ground.grants),
        (schema.token, touched.tokens, ground.tokens),
    ):
        if not ids:
            continue
        right = table.c
        for row in connection.execute(
            select(right.id, right.account, right.revoked_seq).where(right.id.in_(ids))
        ):
            rights[row.id] = row.account if row.revoked_seq is None else None
    if touched.measures:
        wanted = select(schema.measure).where(schema.measure.c.id.in_(touched.measures))
        for row in connection.execute(wanted):
            ground.measures[row.id] = MeasureHead(
                row.account, row.reversed_seq is not None, row.read_seq is not None
            )


def _load_keeping(ground: Ground, connection: Connection, touched: Touched) -> None:
    if touched.proposals:
        proposal = schema.proposal.c
        wanted = select(proposal.id, proposal.account, proposal.settled_seq)
        for row in connection.execute(wanted.where(proposal.id.in_(touched.proposals))):
            ground.proposals[row.id] = row.account if row.settled_seq is None else None
    if touched.reports:
        report = schema.report.c
        asked = select(report.seq, report.answered_seq).where(report.seq.in_(touched.reports))
        for found in connection.execute(asked):
            ground.reports[found.seq] = found.answered_seq is not None


def _load_namings(ground: Ground, connection: Connection, touched: Touched) -> None:
    naming = schema.naming.c
    for surface, subject in touched.namings:
        wanted = select(naming.seq).where(
            naming.surface == surface, naming.subject == subject, naming.over_seq.is_(None)
        )
        if (seq := connection.scalar(wanted)) is not None:
            ground.namings[surface, subject] = seq
    if touched.documents:
        document = schema.document.c
        newest = select(document.kind, func.max(document.version)).group_by(document.kind)
        for kind, version in connection.execute(newest.where(document.kind.in_(touched.documents))):
            ground.editions[kind] = version


def _load_cases(ground: Ground, connection: Connection, touched: Touched) -> None:
    case, receipt = schema.case_file.c, schema.case_receipt.c
    if touched.reports:
        filed = select(receipt.filed_seq, receipt.case_id)
        for row in connection.execute(filed.where(receipt.filed_seq.in_(touched.reports))):
            ground.filed_in[row.filed_seq] = row.case_id
    wanted = touched.cases.union(ground.filed_in.values())
    asked: list[ColumnElement[bool]] = [case.id.in_(wanted)] if wanted else []
    for kind, subject in touched.filings:
        asked.append(and_(case.kind == kind.value, case.subject == subject, schema.IS_OPEN))
    for condition in asked:
        for row in connection.execute(select(schema.case_file).where(condition)):
            found = case_row_of(row)
            ground.cases[row.id] = found
            if found.case.ending is None:
                ground.open_cases[found.case.kind, row.subject] = row.id
