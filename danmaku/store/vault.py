"""The vault: who accounts belong to, sealed; fingerprints of the barred; requests to disclose.

No chain holds any of it. Rows are bound to their account: one that is moved does not open. The
key file and the database change in an order that leaves the vault open to somebody after a crash at
any moment: the new key is in the file before anything is sealed with it, and the old one stays
until nothing is.
"""

from dataclasses import replace
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, func, or_, select

from danmaku.config import StoreSettings
from danmaku.domain.identity import Disclosure, Kept, Strength
from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.legal_hold import keeps_account
from danmaku.domain.persons import Person
from danmaku.domain.phone_codes import Expected, judged
from danmaku.errors import Broken, Code, Coded
from danmaku.ports import Clock
from danmaku.store import schema
from danmaku.store.accounts import Write
from danmaku.store.endpoint_schema import endpoint_secret
from danmaku.store.endpoint_secrets import reseal_secrets
from danmaku.store.envelope import (
    Envelope,
    MasterKey,
    master_keys,
    opened,
    sealed,
    write_master_keys,
)
from danmaku.store.legal_hold_queries import holds_on
from danmaku.store.links import Readers

VAULT_FILE = "vault.key"
DISCLOSURES_MAX = 1000  # shown at a time

_sealed, _barred, _disclosure = schema.sealed_person.c, schema.barred_person.c, schema.disclosure.c
_code = schema.phone_code.c
_bar, _measure = schema.identity_bar.c, schema.measure.c
_PERSON = msgspec.json.Decoder(tuple[Strength, str, str])
_REQUEST = msgspec.json.Decoder(Disclosure)
_CODE = msgspec.json.Decoder(Expected)


def key_file_of(settings: StoreSettings) -> Path:
    """Where the master keys lie: a file of their own, or beside the record."""
    return settings.vault_key_file or settings.data_dir / VAULT_FILE


class Vault:
    """`vault_port.Vault` over tables, and a key file beside them.

    Args:
        readers: Who reads.
        write: Who writes.
        clock: The time.
        key_file: Where the master keys lie.
    """

    def __init__(self, readers: Readers, write: Write, clock: Clock, key_file: Path) -> None:
        self._readers = readers
        self._write = write
        self._clock = clock
        self._key_file = key_file

    async def keep(self, account: AccountId, person: Person, *, accounts_max: int) -> Kept:
        """As `vault_port.Vault.keep`."""

        def write(connection: Connection) -> Kept:
            envelope = self._open(connection)
            print_ = envelope.fingerprint(person.mark)
            if _is_barred(connection, print_, self._clock()):
                return Kept.BARRED
            others = select(func.count()).where(
                _sealed.fingerprint == print_, _sealed.account != account
            )
            if (connection.scalar(others) or 0) >= accounts_max:
                return Kept.TAKEN
            _put(connection, envelope, account, person)
            return Kept.KEPT

        kept: Kept = await self._write(write)
        return kept

    async def persons(self, account: AccountId) -> list[Person]:
        """As `vault_port.Vault.persons`."""

        def read(connection: Connection) -> list[Person]:
            wanted = select(schema.sealed_person).where(_sealed.account == account)
            rows = connection.execute(wanted.order_by(_sealed.strength)).all()
            if (envelope := _existing(connection, self._key_file)) is None:
                return []
            return [_person_in(row, envelope) for row in rows]

        return await self._readers.ask(read)

    async def forget(self, account: AccountId) -> None:
        """As `vault_port.Vault.forget`."""

        def write(connection: Connection) -> None:
            if not keeps_account(holds_on(connection), account):
                connection.execute(delete(schema.sealed_person).where(_sealed.account == account))
            connection.execute(delete(schema.phone_code).where(_code.account == account))

        await self._write(write)

    async def keep_out(self, account: AccountId, fingerprint_id: str) -> list[str]:
        """As `vault_port.Vault.keep_out`."""
        own = select(_sealed.fingerprint).where(_sealed.account == account)

        def write(connection: Connection) -> list[str]:
            prints = set(connection.scalars(own))
            known = select(_barred.fingerprint, _barred.id).where(_barred.fingerprint.in_(prints))
            ids = {row.fingerprint: row.id for row in connection.execute(known)}
            if new := sorted(prints - ids.keys()):
                rows = [{"fingerprint": each, "id": fingerprint_id} for each in new]
                connection.execute(schema.barred_person.insert(), rows)
                ids |= dict.fromkeys(new, fingerprint_id)
            return sorted(set(ids.values()))

        ids: list[str] = await self._write(write)
        return ids

    async def accounts_like(self, account: AccountId) -> list[AccountId]:
        """As `vault_port.Vault.accounts_like`."""
        own = select(_sealed.fingerprint).where(_sealed.account == account)
        same = select(_sealed.account).where(
            _sealed.fingerprint.in_(own), _sealed.account != account
        )
        wanted = same.distinct().order_by(_sealed.account)
        return await self._readers.ask(lambda connection: list(connection.scalars(wanted)))

    # --- codes that were sent to phones

    async def expect_code(self, account: AccountId, expected: Expected) -> None:
        """As `vault_port.Vault.expect_code`."""

        def write(connection: Connection) -> None:
            _put_code(connection, self._open(connection), account, expected)

        await self._write(write)

    async def drop_code(self, account: AccountId, code: str) -> None:
        """As `vault_port.Vault.drop_code`."""

        def write(connection: Connection) -> None:
            envelope = self._open(connection)
            known = _code_of(connection, envelope, account)
            if known is not None and known.code == code:
                _put_code(connection, envelope, account, None)

        await self._write(write)

    async def try_code(self, account: AccountId, code: str) -> str | None:
        """As `vault_port.Vault.try_code`."""
        now_ms = self._clock()

        def write(connection: Connection) -> str | None:
            envelope = self._open(connection)
            phone, left = judged(_code_of(connection, envelope, account), code, now_ms)
            _put_code(connection, envelope, account, left)
            return phone

        phone: str | None = await self._write(write)
        return phone

    # --- requests to disclose

    async def put_disclosure(self, request: Disclosure) -> None:
        """As `vault_port.Vault.put_disclosure`."""
        over = delete(schema.disclosure).where(_disclosure.until_ms <= self._clock())

        def write(connection: Connection) -> None:
            connection.execute(over)
            _put_disclosure(connection, self._open(connection), request)

        await self._write(write)

    async def second_disclosure(self, request_id: str, second: AccountId) -> bool:
        """As `vault_port.Vault.second_disclosure`."""
        wanted = select(_disclosure.sealed).where(
            _disclosure.id == request_id, _disclosure.until_ms > self._clock()
        )

        def write(connection: Connection) -> bool:
            blob, envelope = connection.scalar(wanted), self._open(connection)
            request = None if blob is None else _request_in(request_id, blob, envelope)
            if request is None or request.second is not None:
                return False
            _put_disclosure(connection, envelope, replace(request, second=second))
            return True

        seconded: bool = await self._write(write)
        return seconded

    async def disclosures(self) -> list[Disclosure]:
        """As `vault_port.Vault.disclosures`."""
        wanted = select(_disclosure.id, _disclosure.sealed)
        wanted = wanted.where(_disclosure.until_ms > self._clock())
        wanted = wanted.order_by(_disclosure.until_ms.desc()).limit(DISCLOSURES_MAX)

        def read(connection: Connection) -> list[Disclosure]:
            rows = connection.execute(wanted).all()
            if (envelope := _existing(connection, self._key_file)) is None:
                return []
            return [_request_in(row.id, row.sealed, envelope) for row in rows]

        return await self._readers.ask(read)

    async def take_disclosure(self, request_id: str) -> bool:
        """As `vault_port.Vault.take_disclosure`."""
        gone = delete(schema.disclosure).where(_disclosure.id == request_id)
        taken: bool = await self._write(lambda connection: connection.execute(gone).rowcount == 1)
        return taken

    # --- keys

    async def rotate(self) -> int:
        """As `vault_port.Vault.rotate`."""
        await self._readers.ask(lambda connection: _existing(connection, self._key_file))
        fresh = MasterKey.fresh()
        write_master_keys(self._key_file, [fresh, *master_keys(self._key_file)])
        resealed: int = await self._write(lambda connection: self._reseal(connection, fresh))
        write_master_keys(self._key_file, [fresh])
        return resealed

    def _reseal(self, connection: Connection, master: MasterKey) -> int:
        old = self._open(connection)
        new = old.rotated()
        people = connection.execute(select(schema.sealed_person)).all()
        for row in people:
            _put(connection, new, AccountId(row.account), _person_in(row, old))
        for row in connection.execute(select(schema.disclosure)).all():
            _put_disclosure(connection, new, _request_in(row.id, row.sealed, old))
        reseal_secrets(connection, old=old, new=new)
        connection.execute(delete(schema.phone_code))  # they live for minutes: one asks anew
        connection.execute(delete(schema.vault_key))
        _put_keys(connection, new, master)
        return len(people)

    def _open(self, connection: Connection) -> Envelope:
        return keys_of(connection, self._key_file)


def keys_of(connection: Connection, key_file: Path) -> Envelope:
    """What seals and opens; made, where nothing was sealed so far.

    Raises:
        Broken: The key file is missing, or is that of another vault.
    """
    return _existing(connection, key_file) or _fresh(connection, key_file)


def prepare_key(connection: Connection, key_file: Path) -> None:
    """Make the keys of a new vault, or see that one that something lies in can be opened.

    A node that cannot open an empty vault may run: it verifies nobody until it has the key.

    Raises:
        Broken: The key file is missing, is that of another vault, or cannot be made.
    """
    if connection.execute(select(schema.vault_key)).first() is None:
        _fresh(connection, key_file)
    elif _is_used(connection):
        _existing(connection, key_file)


def is_key_here(connection: Connection, key_file: Path) -> bool:
    """Whether this node can open the vault, which may have no keys yet."""
    try:
        _existing(connection, key_file)
    except Broken:
        return False
    return True


def carry_key(connection: Connection, origin: Path, target: Path) -> None:
    """Put what opens the vault of a record where that record will be served from.

    Raises:
        Coded: DUPLICATE: another vault's keys are there.
        Broken: Something lies in the vault, and its key is nowhere.
    """
    row = connection.execute(select(schema.vault_key)).first()
    if row is None:
        return
    there = master_keys(target)
    if any(key.key_id == row.master for key in there):
        return
    if there:
        raise Coded(Code.DUPLICATE, f"{target} holds the keys of another vault.")
    if _is_used(connection) or is_key_here(connection, origin):
        _existing(connection, origin)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_master_keys(target, master_keys(origin))


def empty_vault(connection: Connection) -> None:
    """Destroy what nobody can open any more, fingerprints of the barred included.

    Accounts stay marked as verified until that runs out or is ended.
    """
    tables = (schema.sealed_person, schema.barred_person, schema.disclosure, schema.phone_code)
    for table in (*tables, schema.vault_key):
        connection.execute(delete(table))


def _is_used(connection: Connection) -> bool:
    """Whether anything lies in the vault that only its key opens, or was made with it."""
    tables = (schema.sealed_person, schema.barred_person, schema.disclosure, endpoint_secret)
    return any(connection.execute(select(table).limit(1)).first() for table in tables)


def _existing(connection: Connection, key_file: Path) -> Envelope | None:
    row = connection.execute(select(schema.vault_key)).first()
    if row is None:
        return None
    found = [key for key in master_keys(key_file) if key.key_id == row.master]
    if not found:
        raise Broken(f"{key_file} does not hold the key {row.master} of this vault.")
    return Envelope.unwrapped(row.wrapped, found[0])


def _fresh(connection: Connection, key_file: Path) -> Envelope:
    masters = master_keys(key_file)
    if not masters:
        masters = [MasterKey.fresh()]
        try:
            write_master_keys(key_file, masters)
        except OSError as error:
            raise Broken(f"{key_file} cannot be written: {error.strerror}.") from error
    envelope = Envelope.fresh()
    _put_keys(connection, envelope, masters[0])
    return envelope


def _is_barred(connection: Connection, fingerprint: bytes, now_ms: Millis) -> bool:
    """Whether a measure in force stands behind a fingerprint that was kept.

    One whose measure was reversed, ended or never taken is worth nothing.
    """
    held = (
        select(_barred.id)
        .join(schema.identity_bar, _bar.fingerprint_id == _barred.id)
        .join(schema.measure, _measure.id == _bar.measure_id)
        .where(
            _barred.fingerprint == fingerprint,
            _measure.reversed_seq.is_(None),
            or_(_measure.until_ms.is_(None), _measure.until_ms > now_ms),
        )
    )
    return connection.scalar(held.limit(1)) is not None


def _put_keys(connection: Connection, envelope: Envelope, master: MasterKey) -> None:
    wrapped = {"master": master.key_id, "wrapped": envelope.wrapped(master)}
    connection.execute(schema.vault_key.insert(), wrapped)


def _put(connection: Connection, envelope: Envelope, account: AccountId, person: Person) -> None:
    key = (_sealed.account == account, _sealed.strength == person.strength.value)
    connection.execute(delete(schema.sealed_person).where(*key))
    content = msgspec.json.encode((person.strength, person.number, person.legal_name))
    row = {
        "account": account,
        "strength": person.strength.value,
        "fingerprint": envelope.fingerprint(person.mark),
        "sealed": sealed(envelope.seal_key, content, purpose=f"person {account}"),
    }
    connection.execute(schema.sealed_person.insert(), row)


def _person_in(row: schema.AnyRow, envelope: Envelope) -> Person:
    content = opened(envelope.seal_key, row.sealed, purpose=f"person {row.account}")
    return Person(*_PERSON.decode(content))


def _put_disclosure(connection: Connection, envelope: Envelope, request: Disclosure) -> None:
    connection.execute(delete(schema.disclosure).where(_disclosure.id == request.request_id))
    blob = sealed(
        envelope.seal_key, msgspec.json.encode(request), purpose=f"request {request.request_id}"
    )
    row = {"id": request.request_id, "until_ms": request.until_ms, "sealed": blob}
    connection.execute(schema.disclosure.insert(), row)


def _request_in(request_id: str, blob: bytes, envelope: Envelope) -> Disclosure:
    return _REQUEST.decode(opened(envelope.seal_key, blob, purpose=f"request {request_id}"))


def _code_of(connection: Connection, envelope: Envelope, account: AccountId) -> Expected | None:
    # Locked, where others write too: of two tries at once, each counts.
    wanted = select(_code.sealed).where(_code.account == account).with_for_update()
    blob = connection.scalar(wanted)
    if blob is None:
        return None
    return _CODE.decode(opened(envelope.seal_key, blob, purpose=f"code {account}"))


def _put_code(
    connection: Connection, envelope: Envelope, account: AccountId, expected: Expected | None
) -> None:
    connection.execute(delete(schema.phone_code).where(_code.account == account))
    if expected is None:
        return
    content = msgspec.json.encode(expected)
    blob = sealed(envelope.seal_key, content, purpose=f"code {account}")
    row = {"account": account, "until_ms": expected.until_ms, "sealed": blob}
    connection.execute(schema.phone_code.insert(), row)
