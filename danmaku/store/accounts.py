"""Who is who: standings from the chain's projections; sessions and resets, which no chain holds."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Table,
    Update,
    bindparam,
    case,
    or_,
    select,
)

from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId
from danmaku.filter.names import likeness_of
from danmaku.ports import Clock, Credentials, SessionRow, SessionTerms, TokenRow
from danmaku.store import schema
from danmaku.store.intake import Work
from danmaku.store.keeping_queries import grant_of
from danmaku.store.links import Readers
from danmaku.store.people_queries import (
    accepted_by,
    identity_of,
    is_closed,
    level_of,
    measures_of,
)
from danmaku.store.touched import login_key_of

_account, _grant, _token = schema.account.c, schema.power_grant.c, schema.token.c
_session, _reset = schema.session.c, schema.reset.c
_signed_out = schema.signed_out.c

# Whoever acts is looked up by one of these: building them anew took longer than asking.
_AT_MS: BindParameter[int] = bindparam("at_ms", type_=BigInteger)
_IN_FORCE = (
    _token.revoked_seq.is_(None),
    or_(_token.expires_ms.is_(None), _token.expires_ms > _AT_MS),
)
_TOKEN = select(_token.account, _token.room).where(_token.digest == bindparam("of"), *_IN_FORCE)
_SESSION = select(_session.account, _session.used_ms).where(
    _session.digest == bindparam("of"), _session.until_ms > _AT_MS
)

Write = Callable[[Work], Awaitable[Any]]
"""Has work done by the writer, in a transaction."""


class AccountQueries:
    """`ports.Accounts` over the tables."""

    def __init__(self, readers: Readers, write: Write, clock: Clock) -> None:
        self._readers = readers
        self._write = write
        self._clock = clock

    async def standing(self, account: AccountId) -> Standing | None:
        """As `ports.Accounts.standing`."""
        now_ms = self._clock()

        def read(connection: Connection) -> Standing | None:
            found = connection.execute(select(schema.account).where(_account.id == account))
            if (row := found.first()) is None:
                return None
            return Standing(
                row.id,
                row.login,
                row.name,
                row.version,
                _grants(connection, account),
                identity=identity_of(connection, account),
                accepted=accepted_by(connection, account),
                measures=measures_of(connection, account, now_ms),
                level=level_of(connection, account),
                is_closed=is_closed(connection, account),
                since_ms=_registered_ms(connection, account),
            )

        return await self._readers.ask(read)

    async def credentials(self, login: str) -> Credentials | None:
        """As `ports.Accounts.credentials`."""
        wanted = select(_account.id, _account.password_hash)
        wanted = wanted.where(_account.login_key == login_key_of(login))
        row = await self._readers.ask(lambda connection: connection.execute(wanted).first())
        return None if row is None else Credentials(row.id, row.password_hash)

    async def has_namesake(
        self, likeness: str, now_ms: Millis, *, but: AccountId | None = None
    ) -> bool:
        """As `ports.Accounts.has_namesake`.

        Cost: the names of all who hold such powers, in a reader's thread.
        """
        held = select(_grant.account).where(
            _grant.bundle != Bundle.VIEWER.value,
            _grant.revoked_seq.is_(None),
            or_(_grant.until_ms.is_(None), _grant.until_ms > now_ms),
        )
        wanted = select(_account.name).where(
            _account.id.in_(held), _account.id.is_distinct_from(but)
        )

        def read(connection: Connection) -> bool:
            return any(likeness_of(name) == likeness for name in connection.scalars(wanted))

        return await self._readers.ask(read)

    async def holders_of(self, bundle: Bundle, now_ms: Millis) -> list[AccountId]:
        """As `ports.Accounts.holders_of`."""
        wanted = select(_grant.account).where(
            _grant.bundle == bundle.value,
            _grant.room.is_(None),
            _grant.revoked_seq.is_(None),
            or_(_grant.until_ms.is_(None), _grant.until_ms > now_ms),
        )
        ordered = wanted.distinct().order_by(_grant.account)
        return await self._readers.ask(lambda connection: list(connection.scalars(ordered)))

    async def token(self, digest: bytes, now_ms: Millis) -> tuple[AccountId, RoomId | None] | None:
        """As `ports.Accounts.token`."""
        asked = {"of": digest, "at_ms": now_ms}
        row = await self._readers.ask(lambda connection: connection.execute(_TOKEN, asked).first())
        return None if row is None else (row.account, row.room)

    async def tokens(self, account: AccountId, now_ms: Millis) -> list[TokenRow]:
        """As `ports.Accounts.tokens`."""
        wanted = select(schema.token).where(_token.account == account, *_IN_FORCE)
        ordered = wanted.order_by(_token.issued_seq)
        rows = await self._readers.ask(
            lambda connection: connection.execute(ordered, {"at_ms": now_ms}).all()
        )
        return [
            TokenRow(row.id, row.label, row.created_ms, row.expires_ms, row.room) for row in rows
        ]

    async def open_session(
        self,
        digest: bytes,
        account: AccountId,
        until_ms: Millis,
        *,
        session_id: str | None = None,
        device: str = "",
    ) -> None:
        """As `ports.Accounts.open_session`."""
        now_ms = self._clock()
        told = {"id": session_id, "device": device, "opened_ms": now_ms, "used_ms": now_ms}
        await self._open(schema.session, digest, account, until_ms, **told)

    async def sessions(self, account: AccountId, now_ms: Millis) -> list[SessionRow]:
        """As `ports.Accounts.sessions`."""
        told = (_session.id, _session.device, _session.opened_ms)
        wanted = select(*told, _session.until_ms, _session.used_ms).where(
            _session.account == account, _session.until_ms > now_ms, _session.id.is_not(None)
        )
        rows = await self._readers.ask(
            lambda connection: connection.execute(wanted.order_by(_session.opened_ms)).all()
        )
        return [SessionRow(*row) for row in rows]

    async def close_session_of(self, account: AccountId, session_id: str) -> bool:
        """As `ports.Accounts.close_session_of`."""
        closed = schema.session.delete().where(
            _session.account == account, _session.id == session_id
        )
        found: bool = await self._write(lambda connection: connection.execute(closed).rowcount == 1)
        return found

    async def sign_out(self, account: AccountId, at_ms: Millis) -> None:
        """As `ports.Accounts.sign_out`."""

        def write(connection: Connection) -> None:
            connection.execute(schema.signed_out.delete().where(_signed_out.account == account))
            connection.execute(schema.signed_out.insert(), {"account": account, "at_ms": at_ms})

        await self._write(write)

    async def signed_out_ms(self, account: AccountId) -> Millis:
        """As `ports.Accounts.signed_out_ms`."""
        wanted = select(_signed_out.at_ms).where(_signed_out.account == account)
        at_ms = await self._readers.ask(lambda connection: connection.scalar(wanted))
        return Millis(at_ms or 0)

    async def session(
        self, digest: bytes, now_ms: Millis
    ) -> tuple[AccountId, Millis | None] | None:
        """As `ports.Accounts.session`."""
        asked = {"of": digest, "at_ms": now_ms}
        row = await self._readers.ask(
            lambda connection: connection.execute(_SESSION, asked).first()
        )
        return None if row is None else (row.account, row.used_ms)

    async def use_sessions(self, uses: Mapping[bytes, Millis], terms: SessionTerms) -> None:
        """As `ports.Accounts.use_sessions`. Nodes take the rows in one order."""
        noted = _used(terms)
        rows = [{"of": digest, "at_ms": at_ms} for digest, at_ms in sorted(uses.items())]
        await self._write(lambda connection: connection.execute(noted, rows))

    async def close_sessions(self, account: AccountId, *, but: bytes | None = None) -> None:
        """As `ports.Accounts.close_sessions`."""
        closed = schema.session.delete().where(_session.account == account)
        if but is not None:
            closed = closed.where(_session.digest != but)
        await self._write(lambda connection: connection.execute(closed))

    async def close_session(self, digest: bytes) -> None:
        """As `ports.Accounts.close_session`."""
        closed = schema.session.delete().where(_session.digest == digest)
        await self._write(lambda connection: connection.execute(closed))

    async def open_reset(self, digest: bytes, account: AccountId, until_ms: Millis) -> None:
        """As `ports.Accounts.open_reset`."""
        await self._open(schema.reset, digest, account, until_ms)

    async def take_reset(self, digest: bytes, now_ms: Millis) -> AccountId | None:
        """As `ports.Accounts.take_reset`."""
        taken = schema.reset.delete().where(_reset.digest == digest, _reset.until_ms > now_ms)
        account: AccountId | None = await self._write(
            lambda connection: connection.scalar(taken.returning(_reset.account))
        )
        return account

    async def _open(
        self, table: Table, digest: bytes, account: AccountId, until_ms: Millis, **told: object
    ) -> None:
        now_ms = self._clock()

        def write(connection: Connection) -> None:
            # Whoever comes again clears away what ran out: nothing else ever would.
            connection.execute(
                table.delete().where(table.c.account == account, table.c.until_ms <= now_ms)
            )
            values = {"digest": digest, "account": account, "until_ms": until_ms, **told}
            connection.execute(table.insert(), values)

        await self._write(write)


def _used(terms: SessionTerms) -> Update:
    latest_ms, idle_ms = _session.opened_ms + terms.life_ms, _AT_MS + terms.idle_ms
    return (
        schema.session.update()
        .where(
            _session.digest == bindparam("of"),
            _session.until_ms > _AT_MS,
            _session.opened_ms.is_not(None),  # what began before that was kept ends as it would
            or_(_session.used_ms.is_(None), _session.used_ms <= _AT_MS - terms.apart_ms),
        )
        .values(used_ms=_AT_MS, until_ms=case((latest_ms < idle_ms, latest_ms), else_=idle_ms))
    )


def _registered_ms(connection: Connection, account: AccountId) -> Millis | None:
    entry = schema.entry.c  # an account's id is the seq of its registration
    wanted = select(entry.at_ms).where(entry.chain == PLATFORM, entry.seq == account)
    return connection.scalar(wanted)


def _grants(connection: Connection, account: AccountId) -> tuple[PowerGrant, ...]:
    wanted = select(schema.power_grant).where(
        _grant.account == account, _grant.revoked_seq.is_(None)
    )
    return tuple(grant_of(row) for row in connection.execute(wanted.order_by(_grant.granted_seq)))
