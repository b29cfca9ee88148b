"""Backups of the embedded record: one sealed file each, made beside a running server.

What is in one: the database as it stood at one moment, identities sealed as they lie there, and the
key that signs heads. What is not: the keys of the vault, and the key that opens the backup.

    length of what the backup says of itself (4 bytes), that as JSON, the database

Article: articles.Article.SAFE_MEANS
"""

import contextlib
import math
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
from alembic.util import CommandError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis
from danmaku.errors import BadMessage, Code, Coded
from danmaku.store.database import DATABASE_FILE, engine_over
from danmaku.store.disk import named_when_whole, unnamed_database
from danmaku.store.envelope import MasterKey
from danmaku.store.keys import existing_head_key
from danmaku.store.migrations import migrate
from danmaku.store.sealed_file import CHUNK_BYTES, SealedReader, SealedWriter
from danmaku.store.verify import Progress, Sound, prove, require_record

NEWEST_FILE = "newest-backup.json"  # in the data directory

_PAGES_AT_ONCE = 256  # a mebibyte, as a rule
_LENGTH_BYTES = 4
_ABOUT_BYTES_MAX = 65_536
_ROLLBACK_JOURNAL = b"\x01\x01"  # as the versions of the file format
_FORMAT_AT = 18  # bytes from the beginning of the database


@dataclass(frozen=True, slots=True)
class Stage:
    """How far one part of the work has come."""

    verb: str
    bytes_count: int
    bytes_total: int


Step = Stage | Progress | Sound
OnStep = Callable[[Step], None]


class About(msgspec.Struct, frozen=True):
    """What a backup says of itself."""

    made_ms: Millis
    record_bytes: int
    head_key: bytes  # private


class Newest(msgspec.Struct, frozen=True):
    """The newest backup of a record, as noted beside it."""

    made_ms: Millis
    sha256: str
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup that would come back whole."""

    made_ms: Millis
    sha256: str
    chains_count: int
    entries_count: int


def make(
    settings: StoreSettings, key: MasterKey, target: Path, now_ms: Millis, on_step: OnStep
) -> Newest:
    """Write a backup of the record as it stands now; servers go on.

    It takes the disk for half of the time at most. Until the database is copied, its log is not
    begun anew, so it grows by what is written meanwhile.

    Args:
        settings: Where the record lies; for the time of the work there is room for another.
        key: Opens the backup.
        target: The file; it appears when it is whole, and is on the disk then.
        now_ms: The time.
        on_step: Told how far it has come.

    Raises:
        Coded: NOT_FOUND: there is no embedded record. DUPLICATE: the target is there.
        Broken: There is no key of heads.
    """
    place = settings.data_dir / DATABASE_FILE
    if settings.url or not place.exists():
        raise Coded(Code.NOT_FOUND, "There is no embedded record; PostgreSQL has tools of its own.")
    head_key = existing_head_key(settings.data_dir).private_bytes_raw()
    with (
        named_when_whole(target) as file,
        unnamed_database(settings.data_dir) as (copy, content),
    ):
        _copy(place, copy, on_step)
        # As a file that needs no log beside it, since it has none.
        os.pwrite(content.fileno(), _ROLLBACK_JOURNAL, _FORMAT_AT)
        about = About(now_ms, os.fstat(content.fileno()).st_size, head_key)
        sha256 = _seal(about, content, file, key, on_step)
        file_bytes = file.tell()
    newest = Newest(now_ms, sha256, file_bytes)
    _note(settings.data_dir / NEWEST_FILE, newest)
    return newest


def check(file: BinaryIO, keys: Sequence[MasterKey], on_step: OnStep) -> Checked:
    """See that a backup would come back: open it all, and prove every chain in it.

    The database lies meanwhile in a file without a name, where the system keeps such.

    Args:
        file: The backup.
        keys: One of them opens it.
        on_step: Told how far it has come.

    Raises:
        BadMessage: It is not what was written, or none of the keys is its own.
        Broken: What is in it is not sound.
    """
    with unnamed_database() as (database, content):
        backup = Backup(file, keys)
        sha256 = backup.pour(content, on_step)
        engine = engine_over(database)
        with engine.connect() as connection, contextlib.closing(connection.begin()):
            sound = proved(connection, backup.head_key, on_step)
    entries_count = sum(chain.entries_count for chain in sound)
    return Checked(backup.about.made_ms, sha256, len(sound), entries_count)


def newest_of(data_dir: Path) -> Newest | None:
    """The newest backup of the record that lies there; None: none, as far as is known here."""
    try:
        return msgspec.json.decode((data_dir / NEWEST_FILE).read_bytes(), type=Newest)
    except (OSError, msgspec.MsgspecError):
        return None


def made_s_of_newest(settings: StoreSettings) -> float:
    """When the newest backup was made, seconds since 1970; 0: never; NaN: others make them."""
    if settings.url:
        return math.nan
    newest = newest_of(settings.data_dir)
    return 0.0 if newest is None else newest.made_ms / 1000


class Backup:
    """A backup on its way back.

    Args:
        file: At its beginning.
        keys: One of them opens it.

    Raises:
        BadMessage: It is none, or none of the keys is its own.
    """

    def __init__(self, file: BinaryIO, keys: Sequence[MasterKey]) -> None:
        self._reader = SealedReader(file, keys)
        length = int.from_bytes(self._reader.read(_LENGTH_BYTES), "big")
        try:
            about = self._reader.read(min(length, _ABOUT_BYTES_MAX))
            self.about = msgspec.json.decode(about, type=About)
            self.head_key = Ed25519PrivateKey.from_private_bytes(self.about.head_key)
        except (msgspec.MsgspecError, ValueError) as error:
            raise BadMessage("The backup was made by a version that this one cannot read.") from (
                error
            )

    def pour(self, target: BinaryIO, on_step: OnStep) -> str:
        """Write the database where it shall be; the digest of the whole backup.

        Raises:
            BadMessage: The backup is not what was written; what was poured out is worth nothing.
        """
        count, total = 0, self.about.record_bytes
        while count < total:
            chunk = self._reader.read(min(CHUNK_BYTES, total - count))
            if not chunk:
                raise BadMessage("The backup holds less than it says.")
            target.write(chunk)
            count += len(chunk)
            on_step(Stage("opening", count, total))
        target.flush()
        return self._reader.end()


def proved(connection: Connection, key: Ed25519PrivateKey, on_step: OnStep) -> list[Sound]:
    """Bring a database that was poured out to the newest form, and prove it in its transaction.

    Raises:
        Broken: It is not sound.
        BadMessage: Its tables are of a newer version.
    """
    require_record(connection)
    try:
        migrate(connection)
    except CommandError as error:
        raise BadMessage("The backup was made by a newer version.") from error
    sound = []
    for step in prove(connection, key.public_key()):
        on_step(step)
        if isinstance(step, Sound):
            sound.append(step)
    return sound


class _Pace:
    """Half of the time is for others: each piece of work is followed by a rest as long."""

    def __init__(self) -> None:
        self._worked_from = time.monotonic()

    def rest(self) -> None:
        """Let the server have its turn."""
        time.sleep(time.monotonic() - self._worked_from)
        self._worked_from = time.monotonic()


def _copy(place: Path, copy: sqlite3.Connection, on_step: OnStep) -> None:
    """Copy a database that others write to, as it stands when this begins."""
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as record:
        record.execute("PRAGMA query_only=ON")
        # With a moment of its own to look at, the copy need not begin anew after each commit.
        record.execute("BEGIN")
        record.execute("SELECT count(*) FROM meta").fetchone()
        [page_bytes] = record.execute("PRAGMA page_size").fetchone()
        pace = _Pace()

        def tell(_status: int, left: int, total: int) -> None:
            on_step(Stage("copying", (total - left) * page_bytes, total * page_bytes))
            pace.rest()

        record.backup(copy, pages=_PAGES_AT_ONCE, progress=tell)


def _seal(about: About, content: BinaryIO, file: BinaryIO, key: MasterKey, on_step: OnStep) -> str:
    writer, pace, count = SealedWriter(file, key), _Pace(), 0
    said = msgspec.json.encode(about)
    writer.write(len(said).to_bytes(_LENGTH_BYTES, "big") + said)
    content.seek(0)
    while chunk := content.read(CHUNK_BYTES):
        writer.write(chunk)
        # All of it at the end would keep the disk from the server's commits for too long.
        os.fdatasync(file.fileno())
        count += len(chunk)
        on_step(Stage("sealing", count, about.record_bytes))
        pace.rest()
    return writer.end()


def _note(path: Path, newest: Newest) -> None:
    aside = path.with_suffix(".new")
    aside.write_bytes(msgspec.json.encode(newest))
    aside.replace(path)
