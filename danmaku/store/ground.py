"""What facts are judged against while one transaction is made.

`Ground` is taken from the writer's memory and the tables at the start, only as far as the waiting
facts touch it, and is carried forward by each fact admitted since; what differs from the start at
the end is written back. So facts of one transaction see each other, and a call that is refused
half-way is forgotten by taking the copy made before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Self, get_args

from sqlalchemy import BindParameter, Connection, Table, bindparam, select

from danmaku.domain.facts import (
    AccountRegistered,
    CommentHeld,
    CommentLiked,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Fact,
    NameJudged,
    PowersGranted,
    PowersRevoked,
    RoomOpened,
    TokenIssued,
    TokenRevoked,
)
from danmaku.domain.ids import PLATFORM, AccountId, Number, Pseudonym, RoomId, Seq
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled, ReportAnswered
from danmaku.domain.people_facts import MeasureReversed, MeasureTaken, MuteServed, WarningRead
from danmaku.ports import Append
from danmaku.store import feature_schema, schema
from danmaku.store.bulk import find_all, lock_all
from danmaku.store.comments import COMMENTS, CommentRow, Judgement, client_key_of, comment_row_of
from danmaku.store.memory import ChainHead, Memory

CommentKey = tuple[RoomId, Seq]
LikeKey = tuple[RoomId, Number, AccountId]
Row = tuple[tuple[str, object], ...]

# Built once: building them anew cost more than asking them.
_chain, _comment, _name, _account = (
    table.c for table in (schema.chain, schema.comment, schema.pseudonym, schema.account)
)
_like, _liked = feature_schema.comment_like.c, feature_schema.like_count.c
_KEYS: BindParameter[object] = bindparam("keys", expanding=True)
_NAMES = select(schema.pseudonym).where(_name.chain == bindparam("chain"), _name.account.in_(_KEYS))
_LOGINS = select(_account.id, _account.login_key).where(_account.login_key.in_(_KEYS))

_ACCOUNT_NAMES = frozenset({"actor", "author", "owner", "account", "holder", "reporter", "second"})
_ACCOUNT_FIELDS: dict[type[Fact], tuple[str, ...]] = {
    kind: tuple(name for name in kind.__dataclass_fields__ if name in _ACCOUNT_NAMES)
    for kind in get_args(Fact)
}


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
    likes: dict[LikeKey, LikeHead] = field(default_factory=dict)
    like_counts: dict[tuple[RoomId, Number], LikeCount] = field(default_factory=dict)
    newest: dict[tuple[Table, Row], Row] = field(default_factory=dict)  # see `Page.keep`

    @classmethod
    def under(cls, connection: Connection, memory: Memory, appends: Iterable[Append]) -> Self:
        """Find what these appends touch.

        What is not remembered is read. Where a database has others who write, chains are locked by
        that: there the memory must know none, and everything else is read after, so that it is as
        the last of them left it.
        """
        touched = _touched(appends)
        ground = cls()
        _load_chains(ground, connection, memory, touched)
        _load_people(ground, connection, memory, touched)
        _load_comments(ground, connection, touched)
        _load_likes(ground, connection, touched)
        _load_rights(ground, connection, touched)
        _load_keeping(ground, connection, touched)
        _load_namings(ground, connection, touched)
        return ground

    def teach(self, memory: Memory) -> None:
        """Have this remembered; only what is committed may be."""
        memory.chains.learn(self.chains)
        memory.pseudonyms.learn(self.pseudonyms)
        memory.versions.learn(self.versions)

    def copy(self) -> Self:
        """An independent ground that stands as this one does."""
        return type(self)(*(dict(getattr(self, name)) for name in _GROUND_FIELDS))


_GROUND_FIELDS = tuple(each.name for each in fields(Ground))


def login_key_of(login: str) -> str:
    """What makes two logins the same."""
    return login.casefold()


def origin_of(fact: Judgement) -> Seq | None:
    """The comment that a judgement is about; None: one that just came in."""
    return None if isinstance(fact, CommentHeld) else fact.origin


def new_key_of(chain: RoomId, fact: Fact) -> str | None:
    """The client's key of a comment that just came in; None for every other fact."""
    if isinstance(fact, Judgement) and origin_of(fact) is None:
        return client_key_of(chain, fact.author, fact.client_id)
    return None


@dataclass(slots=True)
class _Touched:
    """Keys of all that some appends are about."""

    chains: set[RoomId] = field(default_factory=set)
    clients: set[str] = field(default_factory=set)
    origins: set[tuple[RoomId, int]] = field(default_factory=set)
    numbers: set[tuple[RoomId, int]] = field(default_factory=set)
    people: set[tuple[RoomId, AccountId]] = field(default_factory=set)
    logins: set[str] = field(default_factory=set)
    grants: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)
    proposals: set[str] = field(default_factory=set)
    reports: set[Seq] = field(default_factory=set)
    namings: set[tuple[str, str]] = field(default_factory=set)
    standings: set[AccountId] = field(default_factory=set)
    likes: set[LikeKey] = field(default_factory=set)


def _touched(appends: Iterable[Append]) -> _Touched:
    touched = _Touched()
    for append in appends:
        touched.chains.add(append.chain)
        if isinstance(append.fact, RoomOpened):
            touched.chains.add(PLATFORM)
        for account in _accounts_in(append.fact):
            touched.people.add((append.chain, account))
        if append.standing is not None:
            touched.standings.add(append.standing[0])
        _touch_subject(touched, append)
    return touched


def _touch_subject(touched: _Touched, append: Append) -> None:
    match append.fact:
        case CommentPublished() | CommentHeld() | CommentRefused() as fact:
            if (key := new_key_of(append.chain, fact)) is not None:
                touched.clients.add(key)
            elif (origin := origin_of(fact)) is not None:
                touched.origins.add((append.chain, origin))
        case CommentRecalled(number=number) | CommentRestored(number=number):
            touched.numbers.add((append.chain, number))
        case CommentLiked(actor=actor, number=number):
            touched.numbers.add((append.chain, number))
            touched.likes.add((append.chain, number, actor))
        case NameJudged(surface=surface, subject=subject):
            touched.namings.add((surface.value, subject))
        case _:
            _touch_rights(touched, append.fact)


def _touch_rights(touched: _Touched, fact: Fact) -> None:
    match fact:
        case AccountRegistered(login=login):
            touched.logins.add(login_key_of(login))
        case PowersGranted() | PowersRevoked():
            touched.grants.add(_grant_id(fact))
        case TokenIssued(token_id=token_id) | TokenRevoked(token_id=token_id):
            touched.tokens.add(token_id)
        case MeasureTaken() | MeasureReversed() | WarningRead() | MuteServed():
            touched.measures.add(_measure_id(fact))
        case PowersProposed(proposal=proposal):
            touched.proposals.add(proposal.proposal_id)
        case ProposalSettled(proposal_id=proposal_id):
            touched.proposals.add(proposal_id)
        case ReportAnswered(report=report):
            touched.reports.add(report)
        case _:
            pass


def _grant_id(fact: PowersGranted | PowersRevoked) -> str:
    return fact.grant.grant_id if isinstance(fact, PowersGranted) else fact.grant_id


def _measure_id(fact: MeasureTaken | MeasureReversed | WarningRead | MuteServed) -> str:
    return fact.measure.measure_id if isinstance(fact, MeasureTaken) else fact.measure_id


def _accounts_in(fact: Fact) -> Iterator[AccountId]:
    for name in _ACCOUNT_FIELDS[type(fact)]:
        if (account := getattr(fact, name)) is not None:
            yield account


def _load_chains(ground: Ground, connection: Connection, memory: Memory, touched: _Touched) -> None:
    unknown = memory.chains.recall(touched.chains, ground.chains)
    # The platform's first: whoever makes a chain holds it, so that no other makes the same one, and
    # what they made meanwhile is seen by the question after.
    for keys in ([key for key in unknown if key == PLATFORM], unknown):
        if keys := [key for key in keys if key not in ground.chains]:
            for room, *head in lock_all(connection, _chain.id, keys):
                ground.chains[room] = ChainHead(*head)


def _load_comments(ground: Ground, connection: Connection, touched: _Touched) -> None:
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


def _load_likes(ground: Ground, connection: Connection, touched: _Touched) -> None:
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


def _load_people(ground: Ground, connection: Connection, memory: Memory, touched: _Touched) -> None:
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


def _load_rights(ground: Ground, connection: Connection, touched: _Touched) -> None:
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


def _load_keeping(ground: Ground, connection: Connection, touched: _Touched) -> None:
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


def _load_namings(ground: Ground, connection: Connection, touched: _Touched) -> None:
    naming = schema.naming.c
    for surface, subject in touched.namings:
        wanted = select(naming.seq).where(
            naming.surface == surface, naming.subject == subject, naming.over_seq.is_(None)
        )
        if (seq := connection.scalar(wanted)) is not None:
            ground.namings[surface, subject] = seq
