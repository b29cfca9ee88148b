"""What was committed last, noted beside an embedded record, so that a lost end is noticed.

For SQLite its log ends where a checksum does not fit: after a crash, one bit that rotted there
takes every commit behind it away, and nothing in what is left tells. So the writer notes an entry
of each commit in a file of its own once the commit is on the disk. What is noted has been synced
and must be there: a record that lacks it has lost it.

The note itself is not synced, for a second sync would double the cost of a commit. A killed process
leaves the newest; a power cut may leave one that is some seconds old, which then vouches for less.
"""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from danmaku.errors import Broken
from danmaku.store import schema
from danmaku.store.beginnings import noted

NOTE_FILE = "newest-commit"  # in the data directory

_NOTE_BYTES = 512  # one sector: it is there whole, or the one before is
_DIGEST_BYTES = 32


class LostCommitError(Broken):
    """What was committed is gone.

    Args:
        place: Of the entry.
    """

    def __init__(self, place: "Noted") -> None:
        super().__init__(
            f"The record has lost what it had committed: {place.chain}, entry {place.seq}, is "
            "missing. Bring back a backup, or go on with what is left: danmaku begin-anew."
        )
        self.place = place


class Noted(msgspec.Struct, frozen=True, array_like=True):
    """An entry that is on the disk."""

    epoch: str
    chain: str
    seq: int
    link: bytes


class NewestCommit:
    """The note, open for writing. Belongs to the writer's thread.

    Args:
        data_dir: Of the record.
        epoch: Of the record: what another life of it had committed need not be in this one.
    """

    def __init__(self, data_dir: Path, epoch: str) -> None:
        self._epoch = epoch
        self._file = os.open(data_dir / NOTE_FILE, os.O_WRONLY | os.O_CREAT, 0o600)

    def note(self, row: Mapping[str, object]) -> None:
        """Write down an entry whose commit has been synced.

        Args:
            row: Of the table `entry`.

        Raises:
            OSError: The disk fails; what was noted before stands.

        Cost: one write of a sector, without a sync.
        """
        values = [self._epoch, row["chain"], row["seq"], row["link"]]
        said = msgspec.json.encode(values).ljust(_NOTE_BYTES - _DIGEST_BYTES)
        os.pwrite(self._file, sha256(said).digest() + said, 0)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def noted_in(data_dir: Path) -> Noted | None:
    """What the record that lies there had committed; None: it was not noted, or is illegible.

    To be asked before the moment of the record that it is held against.
    """
    try:
        file = (data_dir / NOTE_FILE).read_bytes()
    except OSError:
        return None
    digest, said = file[:_DIGEST_BYTES], file[_DIGEST_BYTES:]
    return msgspec.json.decode(said, type=Noted) if digest == sha256(said).digest() else None


def is_lost(connection: Connection, place: Noted) -> bool:
    """Whether an entry that was noted is missing; of another life of the record it need not be."""
    if noted(connection, "epoch") not in (None, place.epoch):
        return False
    entry = schema.entry.c
    wanted = select(entry.link).where(entry.chain == place.chain, entry.seq == place.seq)
    return connection.scalar(wanted) != place.link


def require_newest(connection: Connection, data_dir: Path) -> None:
    """See that what was noted is there.

    Raises:
        LostCommitError: It is not.
    """
    place = noted_in(data_dir)
    if place is not None and is_lost(connection, place):
        raise LostCommitError(place)
