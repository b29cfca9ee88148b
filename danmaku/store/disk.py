"""Files that are there whole or not at all: what has no name yet ends with the process."""

import contextlib
import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from danmaku.errors import BadMessage, Code, Coded

_WITHOUT = (errno.EOPNOTSUPP, errno.EISDIR)  # what kernels say who know no such files there


def sync_directory(path: Path) -> None:
    """Have the names in a directory outlive a power cut."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextlib.contextmanager
def named_when_whole(target: Path) -> Iterator[BinaryIO]:
    """A file to be written, readable by its owner alone, that bears its name from the end on.

    It is on the disk then. Where writing it fails, or the process is killed, nothing is left.

    Raises:
        Coded: DUPLICATE: something of that name is there.
        BadMessage: The file system has no files without a name, as network file systems have not.
        OSError: The directory is not there, or not ours to write in.
    """
    taken = Coded(Code.DUPLICATE, f"{target} is there already.")
    if target.exists():
        raise taken
    try:
        descriptor = os.open(target.parent, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError as error:
        if error.errno not in _WITHOUT:
            raise
        where = f"The file system of {target.parent} has no files without a name"
        raise BadMessage(f"{where}: write to another one, and copy.") from error
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(descriptor)
        try:
            # With a directory given, the link of /proc is followed to the file itself.
            os.link(f"/proc/self/fd/{descriptor}", target, src_dir_fd=descriptor)
        except FileExistsError:
            raise taken from None
    sync_directory(target.parent)


@contextlib.contextmanager
def unnamed_database(folder: Path | None = None) -> Iterator[tuple[sqlite3.Connection, BinaryIO]]:
    """An empty SQLite database, by a connection and by the bytes of its file.

    Args:
        folder: Where its bytes lie; None: where the system keeps what is of no lasting worth.
    """
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".unnamed-")
    with os.fdopen(descriptor, "r+b") as file:
        try:
            database = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
        finally:
            Path(name).unlink()
        with contextlib.closing(database):
            database.execute("PRAGMA journal_mode=MEMORY")  # a journal would have a name
            database.execute("PRAGMA synchronous=OFF")  # a power cut ends it anyway
            yield database, file
