"""Endpoints in their tables: how far each was told, and what it has to be told next."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, delete, func, literal, or_, select, update

from danmaku.domain.deliveries import CHAINS_MAX, TRIES_KEPT, EndpointRow, Stretch, Try, Turn
from danmaku.domain.endpoints import OF_ROOMS, SECRET_KEPT_MS, EndpointSet, EndpointState
from danmaku.domain.ids import PLATFORM, Millis, RoomId, Seq
from danmaku.errors import Broken
from danmaku.store import schema
from danmaku.store.accounts import Write
from danmaku.store.endpoint_dues import dues_of, kinds_of
from danmaku.store.endpoint_schema import (
    endpoint,
    endpoint_place,
    endpoint_secret,
    endpoint_try,
    endpoint_turn,
)
from danmaku.store.endpoint_secrets import put_secrets, secrets_in
from danmaku.store.entries import ENTRIES, entries_of
from danmaku.store.links import Readers
from danmaku.store.schema import AnyRow, AnySelect
from danmaku.store.vault import keys_of

_chain, _entry = schema.chain.c, schema.entry.c
_endpoint, _turn = endpoint.c, endpoint_turn.c
_place, _try = endpoint_place.c, endpoint_try.c
_OF_IT = (endpoint_secret, endpoint_place, endpoint_turn, endpoint_try)


class EndpointQueries:
    """`actions.endpoint_book.EndpointBook` over the tables.

    Args:
        readers: Who reads.
        write: Who writes.
        key_file: The master keys of what secrets are sealed with.
    """

    def __init__(self, readers: Readers, write: Write, key_file: Path) -> None:
        self._readers = readers
        self._write = write
        self._key_file = key_file

    async def endpoints(self) -> list[EndpointRow]:
        """As `EndpointBook.endpoints`."""
        return await self._readers.ask(_rows)

    async def prepare(self, new: EndpointSet, secret: bytes) -> None:
        """As `EndpointBook.prepare`."""
        here = select(literal(new.endpoint_id), _chain.id, _chain.top).where(_covers(new))

        def write(connection: Connection) -> None:
            envelope = keys_of(connection, self._key_file)
            put_secrets(connection, envelope, new.endpoint_id, [(secret, None)])
            connection.execute(
                endpoint_place.insert().from_select(["endpoint", "chain", "seq"], here)
            )
            connection.execute(
                endpoint_turn.insert(),
                {"endpoint": new.endpoint_id, "node": "", "until_ms": 0, "tries": 0, "next_ms": 0},
            )

        await self._write(write)

    async def secrets(self, endpoint_id: str, now_ms: Millis) -> list[bytes]:
        """As `EndpointBook.secrets`."""

        def read(connection: Connection) -> list[bytes]:
            envelope = keys_of(connection, self._key_file)
            kept = secrets_in(connection, envelope, endpoint_id)
            return [secret for secret, until_ms in kept if until_ms is None or now_ms < until_ms]

        return await self._readers.ask(read)

    async def rotate(self, endpoint_id: str, secret: bytes, now_ms: Millis) -> None:
        """As `EndpointBook.rotate`."""

        def write(connection: Connection) -> None:
            envelope = keys_of(connection, self._key_file)
            until_ms = Millis(now_ms + SECRET_KEPT_MS)
            kept = secrets_in(connection, envelope, endpoint_id)
            former = [(old, until_ms) for old, _ in kept[:1]]
            put_secrets(connection, envelope, endpoint_id, [(secret, None), *former])

        await self._write(write)

    async def forget(self, endpoint_id: str) -> None:
        """As `EndpointBook.forget`."""

        def write(connection: Connection) -> None:
            for table in _OF_IT:
                connection.execute(delete(table).where(table.c.endpoint == endpoint_id))

        await self._write(write)

    async def forget_removed(self) -> None:
        """As `EndpointBook.forget_removed`."""
        removed = select(_endpoint.id).where(_endpoint.state == EndpointState.REMOVED.value)

        def write(connection: Connection) -> None:
            for table in _OF_IT:
                connection.execute(delete(table).where(table.c.endpoint.in_(removed)))

        await self._write(write)

    async def begin_anew(self, endpoint_id: str) -> None:
        """As `EndpointBook.begin_anew`."""
        fresh = update(endpoint_turn).where(_turn.endpoint == endpoint_id)
        fresh = fresh.values(tries=0, next_ms=0, failing_since_ms=None)
        await self._write(lambda connection: connection.execute(fresh).rowcount)

    async def go_back(self, told: EndpointSet, since_ms: Millis) -> int:
        """As `EndpointBook.go_back`."""

        def write(connection: Connection) -> int:
            chains = connection.execute(_written_since(told, since_ms)).all()
            for row in chains:
                seq = _last_before(connection, row.id, row.top, since_ms)
                _put_place(connection, told.endpoint_id, row.id, seq)
            return len(chains)

        count: int = await self._write(write)
        await self.begin_anew(told.endpoint_id)
        return count

    async def turn(self, endpoint_id: str) -> Turn | None:
        """As `EndpointBook.turn`."""
        wanted = select(endpoint_turn).where(_turn.endpoint == endpoint_id)
        row = await self._readers.ask(lambda connection: connection.execute(wanted).first())
        return None if row is None else _turn_of(row)

    async def take(
        self, endpoint_id: str, node: str, *, now_ms: Millis, until_ms: Millis
    ) -> Turn | None:
        """As `EndpointBook.take`."""
        is_free = or_(_turn.node == node, _turn.until_ms <= now_ms)
        taken = update(endpoint_turn).where(_turn.endpoint == endpoint_id, is_free)
        wanted = select(endpoint_turn).where(_turn.endpoint == endpoint_id)

        def write(connection: Connection) -> Turn | None:
            if not connection.execute(taken.values(node=node, until_ms=until_ms)).rowcount:
                return None
            return _turn_of(connection.execute(wanted).one())

        turn: Turn | None = await self._write(write)
        return turn

    async def release(self, node: str) -> None:
        """As `EndpointBook.release`."""
        free = update(endpoint_turn).where(_turn.node == node).values(until_ms=0)
        await self._write(lambda connection: connection.execute(free).rowcount)

    async def due(self, told: EndpointSet, *, after: RoomId, limit: int) -> list[Stretch]:
        """As `EndpointBook.due`."""
        behind = _behind(told).where(_chain.id > after).order_by(_chain.id).limit(CHAINS_MAX)
        kinds = kinds_of(told.wanted)

        def read(connection: Connection) -> list[Stretch]:
            found, left = [], limit
            for row in connection.execute(behind).all():
                wanted = ENTRIES.where(
                    _entry.chain == row.id,
                    _entry.seq > row.seq,
                    _entry.seq <= row.top,
                    _entry.kind.in_(kinds),
                ).order_by(_entry.seq)
                entries = entries_of(connection, connection.execute(wanted.limit(left)).all())
                upto = row.top if len(entries) < left else entries[-1].seq
                found.append(Stretch(row.id, row.seq, upto, dues_of(connection, row.id, entries)))
                left -= len(entries)
                if not left:
                    break
            return found

        return await self._readers.ask(read)

    async def note(
        self,
        endpoint_id: str,
        turn: Turn,
        places: Sequence[tuple[RoomId, Seq]],
        tries: Sequence[Try],
    ) -> bool:
        """As `EndpointBook.note`."""
        noted = update(endpoint_turn).where(_turn.endpoint == endpoint_id, _turn.node == turn.node)
        values = {
            "tries": turn.tries,
            "next_ms": turn.next_ms,
            "failing_since_ms": turn.failing_since_ms,
        }

        def write(connection: Connection) -> bool:
            if not connection.execute(noted.values(**values)).rowcount:
                return False
            for chain, seq in places:
                _put_place(connection, endpoint_id, chain, seq)
            _put_tries(connection, endpoint_id, tries)
            return True

        is_ours: bool = await self._write(write)
        return is_ours

    async def note_tries(self, endpoint_id: str, tries: Sequence[Try]) -> None:
        """As `EndpointBook.note_tries`."""
        await self._write(lambda connection: _put_tries(connection, endpoint_id, tries))

    async def tries(self, endpoint_id: str, *, limit: int) -> list[Try]:
        """As `EndpointBook.tries`."""
        wanted = select(endpoint_try).where(_try.endpoint == endpoint_id)
        wanted = wanted.order_by(_try.number.desc()).limit(limit)
        rows = await self._readers.ask(lambda connection: connection.execute(wanted).all())
        return [Try(*row[2:]) for row in rows]


def _rows(connection: Connection) -> list[EndpointRow]:
    standing = select(_endpoint.seq).where(_endpoint.state != EndpointState.REMOVED.value)
    wanted = ENTRIES.where(_entry.chain == PLATFORM, _entry.seq.in_(standing))
    turns = {row.endpoint: row for row in connection.execute(select(endpoint_turn))}
    found = []
    for entry in entries_of(connection, connection.execute(wanted.order_by(_entry.seq))):
        if not isinstance(entry.fact, EndpointSet):
            raise Broken("An endpoint stands on another kind of entry.")
        turn = turns.get(entry.fact.endpoint_id)
        behind = _behind(entry.fact).subquery()
        total = select(func.coalesce(func.sum(behind.c.top - behind.c.seq), 0))
        found.append(
            EndpointRow(
                entry.fact,
                entry.at_ms,
                Turn("", Millis(0)) if turn is None else _turn_of(turn),
                int(connection.scalar(total) or 0),
            )
        )
    return sorted(found, key=lambda row: row.fact.endpoint_id)


def _behind(told: EndpointSet) -> AnySelect:
    """Chains that reach beyond the endpoint's place in them, with that place and their top."""
    seq = func.coalesce(_place.seq, 0)
    its = and_(_place.endpoint == told.endpoint_id, _place.chain == _chain.id)
    wanted = select(_chain.id, _chain.top, seq.label("seq"))
    wanted = wanted.select_from(schema.chain.outerjoin(endpoint_place, its))
    return wanted.where(_covers(told), _chain.top > seq)


def _covers(told: EndpointSet) -> ColumnElement[bool]:
    """Which chains can hold what it is told of."""
    of_rooms, of_platform = bool(told.wanted & OF_ROOMS), bool(told.wanted - OF_ROOMS)
    is_room = _chain.id != PLATFORM if told.room is None else _chain.id == told.room
    if of_rooms and of_platform:
        return or_(is_room, _chain.id == PLATFORM)
    return is_room if of_rooms else _chain.id == PLATFORM


def _written_since(told: EndpointSet, since_ms: Millis) -> AnySelect:
    newest = and_(_entry.chain == _chain.id, _entry.seq == _chain.top)
    wanted = select(_chain.id, _chain.top).join_from(schema.chain, schema.entry, newest)
    return wanted.where(_covers(told), _entry.at_ms >= since_ms)


def _last_before(connection: Connection, chain: RoomId, top: Seq, since_ms: Millis) -> Seq:
    """The last entry before a moment: halved until it is found, for no index knows times."""
    low, high = 0, int(top)
    while low < high:
        middle = (low + high + 1) // 2
        at = select(_entry.at_ms).where(_entry.chain == chain, _entry.seq == middle)
        if (connection.scalar(at) or 0) < since_ms:
            low = middle
        else:
            high = middle - 1
    return Seq(low)


def _put_place(connection: Connection, endpoint_id: str, chain: RoomId, seq: Seq) -> None:
    its = and_(_place.endpoint == endpoint_id, _place.chain == chain)
    if not connection.execute(update(endpoint_place).where(its).values(seq=seq)).rowcount:
        row = {"endpoint": endpoint_id, "chain": chain, "seq": seq}
        connection.execute(endpoint_place.insert(), row)


def _put_tries(connection: Connection, endpoint_id: str, tries: Sequence[Try]) -> None:
    if not tries:
        return
    top = select(func.max(_try.number)).where(_try.endpoint == endpoint_id)
    number = connection.scalar(top) or 0
    rows = [
        {"endpoint": endpoint_id, "number": number + place, **_values_of(one)}
        for place, one in enumerate(tries[-TRIES_KEPT:], start=1)
    ]
    connection.execute(endpoint_try.insert(), rows)
    old = _try.number <= number + len(rows) - TRIES_KEPT
    connection.execute(delete(endpoint_try).where(_try.endpoint == endpoint_id, old))


def _values_of(one: Try) -> dict[str, object]:
    return {name: getattr(one, name) for name in Try.__dataclass_fields__}


def _turn_of(row: AnyRow) -> Turn:
    return Turn(row.node, row.until_ms, row.tries, row.next_ms, row.failing_since_ms)
