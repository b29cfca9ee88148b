"""Destroying what is due: rows that ran out, and bodies whose term is over.

The terms are those of domain/privacy.py. Chains are followed entry by entry, each once for a rule,
up to the newest entry whose term is over; how far it went is kept, so that a stop costs nothing.
Destroying a body destroys its salt: the chain verifies as before.

Article: articles.Article.PERSONAL_DATA
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, and_, delete, func, inspect, select, update

from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.domain.measures import Measure
from danmaku.domain.privacy import (
    ACCOUNT,
    COMMENT,
    DISCLOSURE,
    IDENTITY,
    REPORT,
    RESET,
    SESSION,
    Destroyed,
    Holding,
    require_purposes,
)
from danmaku.store import schema
from danmaku.store.accounts import Write
from danmaku.store.bulk import is_shared, lock_all
from danmaku.store.entries import KINDS, header_of
from danmaku.store.links import Readers
from danmaku.store.people_codec import Left, LookedAt, Reversed, Taken, Unverified
from danmaku.store.platform_codec import Filed
from danmaku.store.room_codec import Recalled, WasRefused
from danmaku.store.schema import AnyRow

ENTRIES_MAX = 500  # looked at in one transaction
ROWS_MAX = 500  # that ran out, of one table in one transaction

_chain, _entry, _swept = schema.chain.c, schema.entry.c, schema.swept.c
_comment, _body, _measure = schema.comment.c, schema.body.c, schema.measure.c
_account, _token, _naming = schema.account.c, schema.token.c, schema.naming.c
_MEASURE = msgspec.json.Decoder(Measure)
_HIDDEN = (CommentStatus.RECALLED.value, CommentStatus.REFUSED.value)
_PARTS = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
_EXPIRING = (
    (SESSION, schema.session, schema.session.c.digest),
    (RESET, schema.reset, schema.reset.c.digest),
    (DISCLOSURE, schema.disclosure, schema.disclosure.c.id),
    (IDENTITY, schema.phone_code, schema.phone_code.c.account),
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What becomes of entries of some kinds when the term of a holding is over for them.

    `destroy` gets the due entries, in order, and the moment up to which they are due; it says how
    many pieces it destroyed.
    """

    word: str  # in the table `swept`: it stays for ever
    holding: Holding
    kinds: frozenset[str]
    destroy: Callable[[Connection, RoomId, Sequence[AnyRow], Millis], int]
    is_platform: bool = True


@dataclass(frozen=True, slots=True)
class _Due:
    """A chain in which a rule has something to look at."""

    rule: _Rule
    chain: RoomId


class Retention:
    """`actions.retention.Terms` over the tables."""

    def __init__(self, readers: Readers, write: Write) -> None:
        self._readers = readers
        self._write = write

    async def destroy_due(self, now_ms: Millis) -> Destroyed:
        """As `actions.retention.Terms.destroy_due`."""
        due = await self._readers.ask(lambda connection: _next_due(connection, now_ms))

        def write(connection: Connection) -> Destroyed:
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


def _next_due(connection: Connection, now_ms: Millis) -> _Due | None:
    """A chain whose next entry, by some rule, is old enough. Cost: two keys a chain and rule."""
    for rule in _RULES:
        at = and_(_swept.chain == _chain.id, _swept.rule == rule.word)
        following = func.coalesce(_swept.seq, 0) + 1
        wanted = (
            select(_chain.id)
            .outerjoin_from(schema.chain, schema.swept, at)
            .join(schema.entry, and_(_entry.chain == _chain.id, _entry.seq == following))
            .where(
                _entry.at_ms <= rule.holding.term.upto(now_ms),
                (_chain.id == PLATFORM) == rule.is_platform,
            )
        )
        chain = connection.scalar(wanted.limit(1))
        if chain is not None:
            return _Due(rule, chain)
    return None


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
    count = rule.destroy(connection, chain, meant, upto_ms) if meant else 0
    emptied = _accounts_in(connection, meant) if rule.holding is ACCOUNT else ()
    return Destroyed({rule.holding.word: count}, has_more=True, emptied=tuple(emptied))


def _destroy_comments(
    connection: Connection, room: RoomId, rows: Sequence[AnyRow], upto_ms: Millis
) -> int:
    """Those which still stand as their entry left them, and which no later measure is about."""
    wanted = select(_measure.measure).join(
        schema.entry, and_(_entry.chain == PLATFORM, _entry.seq == _measure.taken_seq)
    )
    recent = wanted.where(_measure.room == room, _entry.at_ms > upto_ms)
    evidence = {_MEASURE.decode(raw).origin for raw in connection.scalars(recent)}
    stands = {row.origin: row.seq for row in rows if row.origin not in evidence}
    found = connection.execute(
        select(_comment.origin, _comment.body_seq, _comment.changed_seq).where(
            _comment.room == room,
            _comment.origin.in_(stands),
            _comment.status.in_(_HIDDEN),
        )
    ).all()
    seqs = [
        seq
        for row in found
        if row.changed_seq == stands[row.origin]
        for seq in (row.origin, row.body_seq)
    ]
    return _destroy_bodies(connection, room, seqs)


def _destroy_evidence(
    connection: Connection, _platform: RoomId, rows: Sequence[AnyRow], upto_ms: Millis
) -> int:
    """Comments that outlived their own term because a measure was about them."""
    count = 0
    for row in rows:
        about = header_of(row.header).about
        assert isinstance(about, Taken)  # noqa: S101 -- the rule asks for no other kind
        room, origin = about.measure.room, about.measure.origin
        if room is None or origin is None:
            continue
        lock_all(connection, _chain.id, [room])
        changed = connection.execute(
            select(_comment.changed_seq).where(_comment.room == room, _comment.origin == origin)
        ).scalar()
        last = select(_entry.origin, _entry.seq, _entry.at_ms)
        last = last.where(_entry.chain == room, _entry.seq == changed, _entry.at_ms <= upto_ms)
        if found := connection.execute(last).all():
            count += _destroy_comments(connection, room, found, upto_ms)
    return count


def _destroy_writings(
    connection: Connection, chain: RoomId, rows: Sequence[AnyRow], _upto_ms: Millis
) -> int:
    return _destroy_bodies(connection, chain, [row.seq for row in rows])


def _empty_accounts(
    connection: Connection, chain: RoomId, rows: Sequence[AnyRow], _upto_ms: Millis
) -> int:
    """What is left is a random id, and rows that no name or secret leads to."""
    for account in _accounts_in(connection, rows):
        nobody = {"login_key": f"~{account}", "login": "", "name": "", "password_hash": None}
        connection.execute(update(schema.account).where(_account.id == account).values(nobody))
        for table in (schema.session, schema.reset, schema.sealed_person, schema.phone_code):
            connection.execute(delete(table).where(table.c.account == account))
        issued = select(_token.issued_seq).where(_token.account == account)
        named = select(_naming.seq).where(_naming.account == account)
        written = [*connection.scalars(issued), *connection.scalars(named)]
        _destroy_bodies(connection, chain, [Seq(account), *written])
        connection.execute(update(schema.token).where(_token.account == account).values(label=""))
    return len(rows)


def _accounts_in(connection: Connection, rows: Sequence[AnyRow]) -> list[AccountId]:
    known = schema.pseudonym.c
    names = [getattr(header_of(row.header).about, "account", None) for row in rows]
    wanted = select(known.account).where(known.chain == PLATFORM, known.pseudonym.in_(names))
    return list(connection.scalars(wanted))


def _destroy_bodies(connection: Connection, chain: RoomId, seqs: Sequence[int]) -> int:
    gone = delete(schema.body).where(_body.chain == chain, _body.seq.in_({*seqs}))
    return connection.execute(gone).rowcount


_RULES = (
    _Rule(
        "comments",
        COMMENT,
        frozenset({Recalled.kind(), WasRefused.kind()}),
        _destroy_comments,
        is_platform=False,
    ),
    _Rule("evidence", COMMENT, frozenset({Taken.kind()}), _destroy_evidence),
    _Rule(
        "writings",
        REPORT,  # what people and staff wrote about people has one term
        frozenset(kind.kind() for kind in (Filed, Taken, Reversed, LookedAt, Unverified)),
        _destroy_writings,
    ),
    _Rule("accounts", ACCOUNT, frozenset({Left.kind()}), _empty_accounts),
)


# --- rows that ran out


def _drop_expired(connection: Connection, now_ms: Millis) -> Destroyed:
    counts: Counter[str] = Counter()
    for holding, table, key in _EXPIRING:
        over = select(key).where(table.c.until_ms <= now_ms).limit(ROWS_MAX)
        counts[holding.word] = connection.execute(delete(table).where(key.in_(over))).rowcount
    return Destroyed(dict(+counts), has_more=any(n >= ROWS_MAX for n in counts.values()))
