"""`python -m tests.faults.mutants NAME`: the real server, with one promise about disks broken.

They exist to be caught by power cuts: no killed process shows what they do, for the kernel keeps
what it was handed.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from danmaku.app import serve
from danmaku.cli.server import give_process_to
from danmaku.config import settings_from
from danmaku.domain.facts import Entry
from danmaku.store import database, sqlite, store
from danmaku.store.intake import Job
from danmaku.store.record import Batch
from danmaku.store.writer import Writer

_write_engine = database.write_engine


def loosely(synchronous: str) -> Callable[[], None]:
    """A record that SQLite syncs less often than it must, and that nobody reads back."""

    def write_engine(place: Path | str) -> Engine:
        engine = _write_engine(place)

        @event.listens_for(engine, "connect")
        def connected(dbapi: Any, _record: Any) -> None:
            dbapi.execute(f"PRAGMA synchronous={synchronous}")

        return engine

    def compose() -> None:
        sqlite.write_engine = write_engine
        sqlite.check_durable = database.check_durable = lambda _connection: None

    return compose


class PublishesFirst(Writer):
    """Announces what is about to be committed."""

    _batch: Batch | None = None

    def _admit(self, batch: Batch, job: Job) -> None:
        super()._admit(batch, job)
        self._batch = batch

    def _transact(self, jobs: list[Job]) -> list[Entry]:
        if not event.contains(self._connection, "commit", self._tell):
            event.listen(self._connection, "commit", self._tell)
        return super()._transact(jobs)

    def _tell(self, _connection: Any) -> None:
        if self._batch is not None:
            super()._hand_over(self._batch.entries, ())
            self._batch = None

    def _hand_over(self, entries: Sequence[Entry], jobs: Sequence[Job]) -> None:
        del entries  # everybody has them
        super()._hand_over((), jobs)


class AnswersFirst(Writer):
    """Wakes those who wait for what is about to be committed."""

    _waiting: Sequence[Job] = ()

    def _transact(self, jobs: list[Job]) -> list[Entry]:
        self._waiting = jobs
        if not event.contains(self._connection, "commit", self._tell):
            event.listen(self._connection, "commit", self._tell)
        return super()._transact(jobs)

    def _tell(self, _connection: Any) -> None:
        waiting, self._waiting = self._waiting, ()
        super()._hand_over((), [job for job in waiting if job.work is None])


def writing_as(writer: type[Writer]) -> Callable[[], None]:
    """A record with that one thread that writes."""

    def compose() -> None:
        store.Writer = writer

    return compose


MUTANTS = {
    "sync off": loosely("OFF"),
    "sync normal": loosely("NORMAL"),
    "publishes first": writing_as(PublishesFirst),
    "answers first": writing_as(AnswersFirst),
}

if __name__ == "__main__":
    MUTANTS[sys.argv[1]]()
    settings = settings_from(None)
    give_process_to(serve(settings, on_ready=lambda _url: None), settings)
