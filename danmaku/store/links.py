"""What the writer and the questions ask of a database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol, TypeVar

from sqlalchemy import Connection

Answer = TypeVar("Answer")

CLOSE_S = 5.0  # so long whoever closes lets the database answer, and then cuts it off
QUESTIONS_MAX = 10_000  # that wait for the readers of one record; more would wait too long


class Blame(Enum):
    """Whose fault it is that a transaction failed before its COMMIT: nothing was written."""

    JOB = auto()  # what somebody sent, or a defect of ours
    RIVAL = auto()  # another node was in the way; the connection is as good as before
    DATABASE = auto()  # the connection is worth nothing any more


class Link(Protocol):
    """The way to one database, of the one thread that writes there."""

    def connect(self) -> Connection:
        """Make a connection whose commits are durable, read back from the database.

        Raises:
            Broken: They would not be.
        """

    def blame(self, error: Exception) -> Blame:
        """Whose fault an error is."""

    def is_undone(self, error: Exception) -> bool:
        """Whether this error of a COMMIT says for certain that nothing was written."""

    def committed(self, row: Mapping[str, object]) -> None:
        """Told an entry of each commit that has been synced, as its row of the table."""

    def drive(self, work: Callable[[], Answer]) -> Answer:
        """Have work done that uses such connections, on the thread that calls."""

    def cut(self) -> None:
        """Let that thread wait for the database no longer; called on another one.

        What it waits for fails as if the database were gone, and so does each `connect`. A disk
        cannot be cut off: what waits for one goes on.
        """


class Readers(Protocol):
    """Those who answer questions, each from one snapshot."""

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Have a question answered.

        Raises:
            StoreDown: The database gives no answer, or too many wait for one already.
        """

    def close(self) -> None:
        """Let them end what they do, and wait for it; a database server for `CLOSE_S` only."""


@dataclass(frozen=True, slots=True)
class Database:
    """Where a record lies, and the ways there."""

    link: Link
    readers: Readers
    is_shared: bool  # others write there, too
