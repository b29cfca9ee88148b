"""Destroying what is due: rows that ran out, and bodies whose term is over.

The terms are those of domain/privacy.py. Chains are followed entry by entry, each once for a rule,
up to the newest entry whose term is over; how far it went is kept, so that a stop costs nothing.
Destroying a body destroys its salt: the chain verifies as before.

What a legal hold covers is passed over. When one is lifted, every chain is followed anew from its
first entry: what was destroyed is not there any more, and what was passed over goes now.

Article: articles.Article.PERSONAL_DATA
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import Connection, and_, delete, func, inspect, select, update

from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.domain.legal_hold import LegalHold, Piece, covers, keeps_account
from danmaku.domain.measures import Measure
from danmaku.domain.privacy import (
    ACCOUNT,
    COMMENT,
    DISCLOSURE,
    IDENTITY,
    LEGAL_HOLD,
    REPORT,
    RESET,
    SESSION,
    TRADE,
    Destroyed,
    Holding,
    require_purposes,
)
from danmaku.store import filing_codec, schema
from danmaku.store.accounts import Write
from danmaku.store.bulk import is_shared, lock_all
from danmaku.store.case_codec import CaseCame, Decided, Escalated, Told
from danmaku.store.covered import accounts_of, covered_in
from danmaku.store.entries import KINDS, header_of
from danmaku.store.legal_hold_codec import HoldLifted
from danmaku.store.legal_hold_queries import holds_on
from danmaku.store.links import Readers
from danmaku.store.people_codec import AskedWho, Left, LookedAt, Reversed, Taken, Unverified
from danmaku.store.platform_codec import Filed
from danmaku.store.room_codec import Recalled, WasRefused
from danmaku.store.schema import AnyRow, AnySelect

ENTRIES_MAX = 500  # looked at in one transaction
ROWS_MAX = 500  # that ran out, of one table in one transaction

_chain, _entry, _swept = schema.chain.c, schema.entry.c, schema.swept.c
_room, _hold = schema.room.c, schema.legal_hold.c
_comment, _body, _measure = schema.comment.c, schema.body.c, schema.measure.c
_account, _token, _naming = schema.account.c, schema.token.c, schema.naming.c
_MEASURE = msgspec.json.Decoder(Measure)
_HIDDEN = (CommentStatus.RECALLED.value, CommentStatus.REFUSED.value)
_LIFTED = "lifted holds"  # in `swept`: the newest entry that chains were followed anew for
_LIFTED_NOTED = and_(_swept.chain == PLATFORM, _swept.rule == _LIFTED)
_PARTS = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
EXPIRING = (
    (SESSION, schema.session, schema.session.c.digest),
    (RESET, schema.reset, schema.reset.c.digest),
    (DISCLOSURE, schema.disclosure, schema.disclosure.c.id),
    (IDENTITY, schema.phone_code, schema.phone_code.c.account),
)
"""What runs out by itself: for what it is held, and the table with its key."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """What becomes of entries of some kinds when the term of a holding is over for them.

    `destroy` gets the due entries, in order; it says how many pieces it destroyed.
    """

    word: str  # in the table `swept`: it stays for ever
    holding: Holding
    kinds: frozenset[str]
    destroy: Callable[["_Step", Sequence[AnyRow]], int]
    is_platform: bool = True
    is_trade: bool = False  # of rooms that have sold goods; others have another term


@dataclass(frozen=True, slots=True)
class _Due:
    """A chain in which a rule has something to look at."""

    rule: _Rule
    chain: RoomId


@dataclass(frozen=True, slots=True)
class _Step:
    """What the destroying of one step knows."""

    connection: Connection
    rule: _Rule
    chain: RoomId
    upto_ms: Millis  # all that its term counts from by then is due
    holds: tuple[LegalHold, ...]


class Retention:
    """`actions.retention.Terms` over the tables."""

    def __init__(self, readers: Readers, write: Write) -> None:
        self._readers = readers
        self._write = write

    async def destroy_due(self, now_ms: Millis) -> Destroyed:
        """As `actions.retention.Terms.destroy_due`."""
        lifted_seq = await self._readers.ask(_newly_lifted)
        due = await self._readers.ask(lambda connection: _next_due(connection, now_ms))

        def write(connection: Connection) -> Destroyed:
            if lifted_seq is not None:
                return _begin_anew(connection, lifted_seq)
            if due is None:
                return _drop_expired(connection, now_ms)
            return _follow(connection, due, now_ms)

        destroyed: Destroyed = await self._write(write)
        return destroyed


def check_purposes(connection: Connection) -> None:
    """See that a purpose stands behind all that this database and this code can hold.

    Raises:
        Broken: Something is held without one.
    """
    tables = {*inspect(connection).get_table_names()}
    if is_shared(connection):  # a part of a table is held for what the table is held for
        tables -= {*connection.exec_driver_sql(_PARTS).scalars()}
    require_purposes(tables=tables, entries=KINDS)


# --- following a chain


def _newly_lifted(connection: Connection) -> Seq | None:
    """The entry that lifted a legal hold last, if chains were not followed anew since."""
    lifted = select(func.max(_hold.seq)).where(_hold.reach.is_(None)).scalar_subquery()
    noted = select(_swept.seq).where(_LIFTED_NOTED).scalar_subquery()
    return connection.scalar(select(lifted).where(lifted > func.coalesce(noted, 0)))


def _begin_anew(connection: Connection, lifted_seq: Seq) -> Destroyed:
    connection.execute(delete(schema.swept))
    place = {"chain": PLATFORM, "rule": _LIFTED, "seq": lifted_seq}
    connection.execute(schema.swept.insert(), place)
    return Destroyed({}, has_more=True)


def _next_due(connection: Connection, now_ms: Millis) -> _Due | None:
    """A chain whose next entry, by some rule, is old enough. Cost: two keys a chain and rule."""
    for rule in _RULES:
        at = and_(_swept.chain == _chain.id, _swept.rule == rule.word)
        following = func.coalesce(_swept.seq, 0) + 1
        wanted = (
            select(_chain.id)
            .outerjoin_from(schema.chain, schema.swept, at)
            .join(schema.entry, and_(_entry.chain == _chain.id, _entry.seq == following))
            .where(_entry.at_ms <= rule.holding.term.upto(now_ms), _chain.id.in_(_chains_of(rule)))
        )
        chain = connection.scalar(wanted.limit(1))
        if chain is not None:
            return _Due(rule, chain)
    return None


def _chains_of(rule: _Rule) -> AnySelect:
    if rule.is_platform:
        return select(_chain.id).where(_chain.id == PLATFORM)
    return _rooms_of(rule)


def _rooms_of(rule: _Rule) -> AnySelect:
    """Rooms whose comments have its term."""
    return select(_room.id).where(_room.has_sold.is_(rule.is_trade))


def _follow(connection: Connection, due: _Due, now_ms: Millis) -> Destroyed:
    rule, chain = due.rule, due.chain
    upto_ms = rule.holding.term.upto(now_ms)
    is_here = and_(_swept.chain == chain, _swept.rule == rule.word)
    lock_all(connection, _chain.id, [chain])  # another node may follow it, too
    before = connection.scalar(select(_swept.seq).where(is_here)) or 0
    wanted = select(_entry.seq, _entry.at_ms, _entry.kind, _entry.origin, _entry.header)
    wanted = wanted.where(_entry.chain == chain, _entry.seq > before).order_by(_entry.seq)
    rows = []
    for row in connection.execute(wanted.limit(ENTRIES_MAX)):
        if row.at_ms > upto_ms:
            break
        rows.append(row)
    if rows:
        connection.execute(delete(schema.swept).where(is_here))
        place = {"chain": chain, "rule": rule.word, "seq": rows[-1].seq}
        connection.execute(schema.swept.insert(), place)
    meant = [row for row in rows if row.kind in rule.kinds]
    step = _Step(connection, rule, chain, upto_ms, holds_on(connection))
    count = rule.destroy(step, meant) if meant else 0
    emptied = _left_in(step, meant) if rule.holding is ACCOUNT else ()
    return Destroyed({rule.holding.word: count}, has_more=True, emptied=tuple(emptied))


def _destroy_comments(step: _Step, rows: Sequence[AnyRow]) -> int:
    """Those which still stand as their entry left them, and which no later measure is about."""
    connection, room = step.connection, step.chain
    wanted = select(_measure.measure).join(
        schema.entry, and_(_entry.chain == PLATFORM, _entry.seq == _measure.taken_seq)
    )
    recent = wanted.where(_measure.room == room, _entry.at_ms > step.upto_ms)
    evidence = {_MEASURE.decode(raw).origin for raw in connection.scalars(recent)}
    stands = {row.origin: row.seq for row in rows if row.origin not in evidence}
    found = connection.execute(
        select(
            *(_comment.origin, _comment.account, _comment.at_ms),
            *(_comment.body_seq, _comment.changed_seq),
        ).where(
            _comment.room == room,
            _comment.origin.in_(stands),
            _comment.status.in_(_HIDDEN),
        )
    ).all()
    gone = [
        row
        for row in found
        if row.changed_seq == stands[row.origin] and not covers(step.holds, _comment_in(room, row))
    ]
    seqs = [seq for row in gone for seq in (row.origin, row.body_seq)]
    between = select(_entry.seq).where(
        _entry.chain == room, _entry.origin.in_([row.origin for row in gone]), schema.IS_HELD_ON
    )
    return _destroy_bodies(connection, room, [*seqs, *connection.scalars(between)])


def _comment_in(room: RoomId, row: AnyRow) -> Piece:
    return Piece(frozenset({row.account}), room, row.origin, row.at_ms)


def _destroy_evidence(step: _Step, rows: Sequence[AnyRow]) -> int:
    """Comments that outlived their own term because a measure was about them."""
    connection, count = step.connection, 0
    rooms = {*connection.scalars(_rooms_of(step.rule))}
    for row in rows:
        about = header_of(row.header).about
        assert isinstance(about, Taken)  # noqa: S101 -- the rule asks for no other kind
        room, origin = about.measure.room, about.measure.origin
        if room is None or room not in rooms or origin is None:
            continue
        lock_all(connection, _chain.id, [room])
        changed = connection.execute(
            select(_comment.changed_seq).where(_comment.room == room, _comment.origin == origin)
        ).scalar()
        last = select(_entry.origin, _entry.seq, _entry.at_ms)
        last = last.where(_entry.chain == room, _entry.seq == changed, _entry.at_ms <= step.upto_ms)
        if found := connection.execute(last).all():
            count += _destroy_comments(replace(step, chain=room), found)
    return count


def _destroy_writings(step: _Step, rows: Sequence[AnyRow]) -> int:
    kept = covered_in(step.connection, step.holds, rows)
    seqs = [row.seq for row in rows if row.seq not in kept]
    return _destroy_bodies(step.connection, step.chain, seqs)


def _destroy_bases(step: _Step, rows: Sequence[AnyRow]) -> int:
    """Why something was kept, and why no longer."""
    seqs = [row.seq for row in rows]
    for row in rows:
        about = header_of(row.header).about
        assert isinstance(about, HoldLifted)  # noqa: S101 -- the rule asks for no other kind
        seqs.append(about.laid)
    return _destroy_bodies(step.connection, step.chain, seqs)


def _empty_accounts(step: _Step, rows: Sequence[AnyRow]) -> int:
    """What is left is a random id, and rows that no name or secret leads to."""
    connection, leaving = step.connection, _left_in(step, rows)
    for account in leaving:
        nobody = {"login_key": f"~{account}", "login": "", "name": "", "password_hash": None}
        connection.execute(update(schema.account).where(_account.id == account).values(nobody))
        for table in (schema.session, schema.reset, schema.sealed_person, schema.phone_code):
            connection.execute(delete(table).where(table.c.account == account))
        issued = select(_token.issued_seq).where(_token.account == account)
        named = select(_naming.seq).where(_naming.account == account)
        written = [*connection.scalars(issued), *connection.scalars(named)]
        _destroy_bodies(connection, step.chain, [Seq(account), *written])
        connection.execute(update(schema.token).where(_token.account == account).values(label=""))
    return len(leaving)


def _left_in(step: _Step, rows: Sequence[AnyRow]) -> list[AccountId]:
    """Accounts that were given up, and that no legal hold names."""
    left = [account for row in rows for account in accounts_of(step.connection, row)]
    return [account for account in left if not keeps_account(step.holds, account)]


def _destroy_bodies(connection: Connection, chain: RoomId, seqs: Sequence[int]) -> int:
    gone = delete(schema.body).where(_body.chain == chain, _body.seq.in_({*seqs}))
    return connection.execute(gone).rowcount


_WRITINGS = (
    Filed,
    CaseCame,
    Escalated,
    Decided,
    Told,
    Taken,
    Reversed,
    AskedWho,
    LookedAt,
    Unverified,
    *(filing_codec.Begun, filing_codec.Revised, filing_codec.Turned, filing_codec.Mended),
    *(filing_codec.Ordered, filing_codec.OrderOver),
)

_REMOVING, _TAKING = frozenset({Recalled.kind(), WasRefused.kind()}), frozenset({Taken.kind()})

_RULES = (
    _Rule("comments", COMMENT, _REMOVING, _destroy_comments, is_platform=False),
    _Rule("trade", TRADE, _REMOVING, _destroy_comments, is_platform=False, is_trade=True),
    _Rule("evidence", COMMENT, _TAKING, _destroy_evidence),
    _Rule("trade evidence", TRADE, _TAKING, _destroy_evidence, is_trade=True),
    _Rule("bases", LEGAL_HOLD, frozenset({HoldLifted.kind()}), _destroy_bases),
    _Rule(
        "writings",
        REPORT,  # what people and staff wrote about people has one term
        frozenset(kind.kind() for kind in _WRITINGS),
        _destroy_writings,
    ),
    _Rule("accounts", ACCOUNT, frozenset({Left.kind()}), _empty_accounts),
)


# --- rows that ran out


def _drop_expired(connection: Connection, now_ms: Millis) -> Destroyed:
    counts: Counter[str] = Counter()
    for holding, table, key in EXPIRING:
        over = select(key).where(table.c.until_ms <= now_ms).limit(ROWS_MAX)
        counts[holding.word] = connection.execute(delete(table).where(key.in_(over))).rowcount
    return Destroyed(dict(+counts), has_more=any(n >= ROWS_MAX for n in counts.values()))
