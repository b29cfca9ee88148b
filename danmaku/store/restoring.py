"""Bringing a backup back: proved, with a new epoch, into a directory of its own; or not at all."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, select

from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.errors import BadMessage, Broken, Code, Coded
from danmaku.formats.chain_copy import HEADS_FORMAT
from danmaku.store import schema
from danmaku.store.backups import Backup, OnStep, proved
from danmaku.store.beginnings import begun_anew, noted
from danmaku.store.chain import is_signed
from danmaku.store.database import DATABASE_FILE, write_engine
from danmaku.store.disk import sync_directory
from danmaku.store.envelope import MasterKey
from danmaku.store.keys import adopt_head_key
from danmaku.store.sqlite import LOCK_FILE, locked
from danmaku.store.vault import empty_vault

HEAD_LINE_BYTES_MAX = 4096


@dataclass(frozen=True, slots=True)
class Lost:
    """Entries of a chain that somebody vouched for, and the backup does not have."""

    chain: RoomId
    first: Seq
    last: Seq  # that is known of


@dataclass(frozen=True, slots=True)
class Restored:
    """A record that was brought back, and is still to be served."""

    made_ms: Millis  # when the backup was
    former_epoch: str
    epoch: str
    entries_of: dict[RoomId, int]  # by chain
    lost: tuple[Lost, ...]
    vault_key_id: str | None  # what opens the vault; None: it has no keys


class _Begin(msgspec.Struct, frozen=True):
    format: str
    epoch: str
    key: str


class _Head(msgspec.Struct, frozen=True):
    chain: str
    seq: int
    link: str
    signature: str


def restore(
    file: BinaryIO,
    keys: Sequence[MasterKey],
    into: Path,
    on_step: OnStep,
    *,
    heads: BinaryIO | None = None,
    forgets_identities: bool = False,
) -> Restored:
    """Bring a backup back into a directory, which appears when everything in it is proved.

    Args:
        file: The backup.
        keys: One of them opens it.
        into: Not there, or empty. What a restore that broke off has left beside it is removed.
        on_step: Told how far it has come.
        heads: A copy of `/heads` that was taken later: what is lost since is counted by it.
        forgets_identities: Whether the vault comes back empty, as its key is destroyed.

    Raises:
        Coded: DUPLICATE: something is in the directory.
        BadMessage: The directory is a file system of its own, which cannot be put in place whole.
            The backup or the heads are not what was written, or none of the keys opens it.
        Broken: What is in it is not sound, or not of one course with the heads.
        StoreLocked: Somebody else brings a backup back there.
    """
    into = into.absolute()
    if into.is_mount():
        raise BadMessage(f"{into} is a file system of its own: restore into a directory within it.")
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Coded(Code.DUPLICATE, f"{into} is not empty: a record is never laid over another.")
    backup = Backup(file, keys)
    part = into.with_name(f".{into.name}.part")
    with locked(part):
        _empty(part)
        try:
            restored = _poured(backup, part, heads, on_step, forgets_identities=forgets_identities)
            adopt_head_key(part, backup.head_key)
            sync_directory(part)
        except BaseException:
            _empty(part)
            (part / LOCK_FILE).unlink()
            part.rmdir()
            raise
        part.replace(into)
        sync_directory(into.parent)
    return restored


def _empty(part: Path) -> None:
    for left in part.iterdir():
        if left.name != LOCK_FILE:
            left.unlink()


def _poured(
    backup: Backup,
    part: Path,
    heads: BinaryIO | None,
    on_step: OnStep,
    *,
    forgets_identities: bool,
) -> Restored:
    place = part / DATABASE_FILE
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        backup.pour(target, on_step)
    engine = write_engine(place)
    try:
        with engine.connect() as connection, connection.begin():
            sound = proved(connection, backup.head_key, on_step)
            former = noted(connection, "epoch") or ""
            lost = tuple(_lost(connection, backup.head_key, former, heads)) if heads else ()
            if forgets_identities:
                empty_vault(connection)
            return Restored(
                made_ms=backup.about.made_ms,
                former_epoch=former,
                epoch=begun_anew(connection),
                entries_of={chain.chain: chain.entries_count for chain in sound},
                lost=lost,
                vault_key_id=connection.scalar(select(schema.vault_key.c.master)),
            )
    finally:
        engine.dispose()


def _lost(
    connection: Connection, key: Ed25519PrivateKey, epoch: str, heads: BinaryIO
) -> Iterator[Lost]:
    public = key.public_key()
    for head in _heads_in(heads, public, epoch):
        chain, seq = RoomId(head.chain), Seq(head.seq)
        at = schema.chain.c
        top = connection.scalar(select(at.top).where(at.id == chain)) or 0
        if seq > top:
            yield Lost(chain, Seq(top + 1), seq)
            continue
        entry = schema.entry.c
        wanted = select(entry.link).where(entry.chain == chain, entry.seq == seq)
        link = connection.scalar(wanted)
        if link is None or link.hex() != head.link:
            raise Broken(f"{chain}, entry {seq}: the heads vouch for another one.")


def _heads_in(heads: BinaryIO, key: Ed25519PublicKey, epoch: str) -> Iterator[_Head]:
    """The heads of a file, each with a signature of this record's key.

    Raises:
        BadMessage: The file is something else, or of another record or life.
    """
    try:
        begin = msgspec.json.decode(heads.readline(HEAD_LINE_BYTES_MAX), type=_Begin)
        if begin.format != HEADS_FORMAT or begin.epoch != epoch:
            raise BadMessage("These are no heads of the record that the backup was made of.")
        while line := heads.readline(HEAD_LINE_BYTES_MAX):
            head = msgspec.json.decode(line, type=_Head)
            if not _is_ours(head, key, epoch):
                raise BadMessage(f"The head of {head.chain} at {head.seq} is not signed by us.")
            yield head
    except (msgspec.MsgspecError, ValueError) as error:
        raise BadMessage("This is no file of heads.") from error


def _is_ours(head: _Head, key: Ed25519PublicKey, epoch: str) -> bool:
    return is_signed(
        key,
        bytes.fromhex(head.signature),
        epoch=epoch,
        chain=RoomId(head.chain),
        seq=Seq(head.seq),
        link=bytes.fromhex(head.link),
    )
