"""The one thread that writes.

It takes what waits, commits it in one transaction, and hands the results to the event loop in one
call: first everything is announced, in record order, then the callers wake.

A commit that fails has an unknown outcome. The callers are told so, the connection is made anew, a
small transaction settles what the file holds, and whatever it holds that was never announced is
announced before anything else is written. After two failures in a short time the writer takes
nothing until a probe succeeds.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from danmaku.domain.facts import Entry
from danmaku.errors import Broken, DanmakuError, StoreDown, Unknown
from danmaku.ports import Announce, Clock
from danmaku.store import schema
from danmaku.store.database import check_durable
from danmaku.store.entries import ENTRIES, entries_of
from danmaku.store.heads import HeadSigner
from danmaku.store.intake import Intake, Job
from danmaku.store.memory import Memory
from danmaku.store.record import Batch

FAILURES_WITHIN_S = 10.0
PROBE_S = 1.0

_SETTLE = (
    schema.meta.update().where(schema.meta.c.name == "settled_ms").values(value=bindparam("value"))
)

Watch = Callable[[int, float], None]
"""Told of each commit: entries, seconds. Called on the writer's thread."""

_log = structlog.get_logger(__name__)


class _OutcomeOpenError(Exception):
    """COMMIT failed: the transaction may be in the file or not."""


class Writer:
    """See the module.

    Args:
        engine: From `database.write_engine`.
        intake: Where the jobs come from; closing it ends the thread once all are done.
        memory: What need not be read; empty.
        signer: Of the heads.
        clock: Wall time, for the entries.
        watch: Told of each commit.
    """

    def __init__(
        self,
        engine: Engine,
        intake: Intake,
        memory: Memory,
        signer: HeadSigner,
        *,
        clock: Clock,
        watch: Watch | None,
    ) -> None:
        self._engine = engine
        self._intake = intake
        self._memory = memory
        self._signer = signer
        self._clock = clock
        self._sign_at_s = time.monotonic() + signer.every_s
        self._watch = watch
        self._loop = asyncio.get_running_loop()
        self._announces: list[Announce] = []
        self._announced: dict[str, int] = {}
        self._failures_s: list[float] = []
        self._connection = self._connect()
        # A process that ends without closing is one that crashed: nothing waits for this thread.
        self._thread = threading.Thread(target=self._run, name="record-writer", daemon=True)
        self.is_down = False  # written here, read on the loop
        self._start()

    def subscribe(self, announce: Announce) -> None:
        """Have every commit announced from here on; called on the loop."""
        self._announces.append(announce)

    def join(self) -> None:
        """Wait for the thread to end; the intake was closed before."""
        self._thread.join()

    # --- the thread

    def _start(self) -> None:
        chain = schema.chain.c
        with self._connection.begin():
            for row in self._connection.execute(select(chain.id, chain.top)):
                self._announced[row.id] = row.top
            self._signer.note_all(self._connection)
        self._thread.start()

    def _run(self) -> None:
        while not self._intake.is_done:
            jobs = self._intake.take(PROBE_S if self.is_down else self._until_signing_s())
            if self.is_down and not self._probe():
                self._fail(jobs, StoreDown())
            elif jobs:
                self._serve(jobs)
            if self._until_signing_s() <= 0:
                self._sign()
        self._sign()
        self._close()

    def _until_signing_s(self) -> float:
        return max(0.0, self._sign_at_s - time.monotonic())

    def _serve(self, jobs: list[Job]) -> None:
        begun_s = time.monotonic()
        try:
            entries = self._transact(jobs)
        except _OutcomeOpenError as error:
            _log.error("record.commit_failed", reason=str(error.__cause__))
            self._fail(jobs, Unknown(), self._recover())
        except OperationalError as error:
            _log.error("record.write_failed", reason=str(error.orig))
            self._fail(jobs, StoreDown(), self._recover())
        except Exception:  # noqa: BLE001 -- the thread outlives what one caller sent
            self._memory.forget()  # should it be what was wrong, the next try reads the tables
            self._serve_singly(jobs)
        else:
            self._note(entries)
            self._hand_over(entries, jobs)
            if self._watch is not None and entries:
                self._watch(len(entries), time.monotonic() - begun_s)

    def _serve_singly(self, jobs: list[Job]) -> None:
        """Let nobody suffer from what another one sent: some text that cannot be encoded."""
        if len(jobs) > 1:
            for job in jobs:
                self._serve([job])
        else:
            _log.exception("record.job_broken")
            self._fail(jobs, Broken())

    def _transact(self, jobs: list[Job]) -> list[Entry]:
        transaction = self._connection.begin()
        try:
            appends = [append for job in jobs for append in job.appends]
            batch = Batch(self._connection, self._memory, appends, self._clock())
            for job in jobs:
                self._admit(batch, job)
            batch.write()
            for job in jobs:
                if job.work is not None:
                    job.outcome = job.work(self._connection)
        except BaseException:
            transaction.rollback()
            raise
        try:
            transaction.commit()
        except SQLAlchemyError as error:
            raise _OutcomeOpenError from error
        batch.remember()
        return batch.entries

    def _admit(self, batch: Batch, job: Job) -> None:
        try:
            job.outcome, job.error = batch.add(job.appends), None
        except DanmakuError as error:
            job.error = error

    def _fail(self, jobs: Sequence[Job], error: DanmakuError, ghosts: Sequence[Entry] = ()) -> None:
        for job in jobs:
            job.error = error
        self._hand_over(ghosts, jobs)

    def _sign(self) -> None:
        self._sign_at_s = time.monotonic() + self._signer.every_s
        if self.is_down or not self._signer.has_work:
            return
        try:
            self._signer.sign(self._connection, self._clock())
        except SQLAlchemyError as error:
            _log.error("record.sign_failed", reason=str(error))
            self._hand_over(self._recover(), ())

    # --- when the database fails

    def _recover(self) -> Sequence[Entry]:
        """Note a failure and begin anew.

        Returns:
            Entries that were committed after all, unannounced.
        """
        now_s = time.monotonic()
        self._failures_s = [
            failed_s for failed_s in self._failures_s if now_s - failed_s < FAILURES_WITHIN_S
        ]
        self._failures_s.append(now_s)
        ghosts = self._reopen()
        self.is_down = ghosts is None or len(self._failures_s) > 1
        return ghosts or ()

    def _probe(self) -> bool:
        ghosts = self._reopen()
        if ghosts is None:
            return False
        _log.info("record.up_again")
        self._failures_s.clear()
        self._hand_over(ghosts, ())
        self.is_down = False
        return True

    def _reopen(self) -> list[Entry] | None:
        """Connect anew, settle the file, find what was never announced; None if that fails."""
        self._close()
        self._memory.forget()
        try:
            self._connection = self._connect()
            with self._connection.begin():
                # The end of the log may hold the transaction whose outcome is open: a transaction
                # after it decides that, even against a crash.
                self._connection.execute(_SETTLE, {"value": str(self._clock())})
            with self._connection.begin():
                ghosts = self._unannounced()
        except (SQLAlchemyError, Broken) as error:
            _log.warning("record.down", reason=str(error))
            return None
        self._note(ghosts)
        return ghosts

    def _unannounced(self) -> list[Entry]:
        chain, entry = schema.chain.c, schema.entry.c
        entries: list[Entry] = []
        for row in self._connection.execute(select(chain.id, chain.top).order_by(chain.id)).all():
            known = self._announced.get(row.id, 0)
            if row.top > known:
                ghosts = ENTRIES.where(entry.chain == row.id, entry.seq > known)
                rows = self._connection.execute(ghosts.order_by(entry.seq))
                entries += entries_of(self._connection, rows)
        return entries

    def _connect(self) -> Connection:
        connection = self._engine.connect()
        with connection.begin():
            check_durable(connection)
        return connection

    def _close(self) -> None:
        with contextlib.suppress(SQLAlchemyError):
            self._connection.close()

    # --- back to the loop

    def _note(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._announced[entry.chain] = entry.seq
            self._signer.note(entry.chain)

    def _hand_over(self, entries: Sequence[Entry], jobs: Sequence[Job]) -> None:
        if entries or jobs:
            self._loop.call_soon_threadsafe(self._deliver, entries, jobs)

    def _deliver(self, entries: Sequence[Entry], jobs: Sequence[Job]) -> None:
        if entries:
            self._announce(entries)
        for job in jobs:
            if job.future.done():  # its caller has gone
                continue
            if job.error is not None:
                job.future.set_exception(job.error)
            else:
                job.future.set_result(job.outcome)

    def _announce(self, entries: Sequence[Entry]) -> None:
        for announce in self._announces:
            try:
                announce(entries)
            except Exception:  # noqa: BLE001 -- what is recorded is acknowledged all the same
                _log.exception("record.announce_failed")
