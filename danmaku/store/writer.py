"""The one thread that writes.

It takes what waits, commits it in one transaction, and hands the results to the event loop in one
call: first everything is announced, in record order, then the callers wake.

A commit that fails has an unknown outcome. The callers are told so, the connection is made anew, a
small transaction settles what the database holds, and if that holds what was committed, it is
announced before anything else is written. After two failures in a short time the writer takes
nothing until a probe succeeds.

What is particular to one database stands behind `Link`.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import structlog
from sqlalchemy import Connection, bindparam

from danmaku.domain.facts import Entry
from danmaku.errors import Broken, DanmakuError, StoreDown, Unknown
from danmaku.ports import Announce, Clock
from danmaku.store import schema
from danmaku.store.heads import HeadSigner
from danmaku.store.intake import Intake, Job
from danmaku.store.links import CLOSE_S, Blame, Link
from danmaku.store.memory import Memory
from danmaku.store.record import Batch, is_recorded

FAILURES_WITHIN_S = 10.0
PROBE_S = 1.0

_SETTLE = (
    schema.meta.update().where(schema.meta.c.name == "settled_ms").values(value=bindparam("value"))
)

Watch = Callable[[int, float, float], None]
"""Told of each commit: entries, seconds, and what people's oldest job waited and took together.

Called on the writer's thread."""

_log = structlog.get_logger(__name__)


class _OutcomeOpenError(Exception):
    """COMMIT failed: the transaction may be in the database or not."""


class Writer:
    """See the module. Begins with `start`.

    Args:
        link: To the database.
        intake: Where the jobs come from; closing it ends the thread once all are done.
        memory: What need not be read; empty.
        signer: Of the heads.
        clock: Wall time, for the entries.
        watch: Told of each commit.
    """

    def __init__(
        self,
        link: Link,
        intake: Intake,
        memory: Memory,
        signer: HeadSigner,
        *,
        clock: Clock,
        watch: Watch | None,
    ) -> None:
        self._link = link
        self._intake = intake
        self._memory = memory
        self._signer = signer
        self._clock = clock
        self._sign_at_s = time.monotonic() + signer.every_s
        self._watch = watch
        self._loop = asyncio.get_running_loop()
        self._announces: list[Announce] = []
        self._doubtful: Batch | None = None  # whose COMMIT failed
        self._newest: Batch | None = None  # whose COMMIT did not
        self._failures_s: list[float] = []
        self._connection: Connection
        self._started: Future[None] = Future()
        # A process that ends without closing is one that crashed: nothing waits for this thread.
        self._thread = threading.Thread(
            target=link.drive, args=(self._run,), name="record-writer", daemon=True
        )
        self.is_down = False  # written here, read on the loop

    async def start(self) -> None:
        """Connect, and take what comes from here on.

        Raises:
            Broken: Commits would not be durable here.
            StoreDown: There is no connection.
        """
        self._thread.start()
        await asyncio.wrap_future(self._started)

    def subscribe(self, announce: Announce) -> None:
        """Have every commit announced from here on; called on the loop."""
        self._announces.append(announce)

    def join(self) -> None:
        """Wait for the thread to end; the intake was closed before.

        What the database has not answered within `CLOSE_S` is given up: its outcome is unknown, as
        it would be had the process been killed.
        """
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            _log.warning("record.cut_off")
            self._link.cut()
            self._thread.join()

    # --- the thread

    def _run(self) -> None:
        try:
            self._connection = self._link.connect()
        except Exception as error:  # noqa: BLE001 -- whoever started it shall know
            broken = self._link.blame(error) is Blame.JOB
            self._started.set_exception(error if broken else StoreDown(_words_of(error)))
            return
        self._started.set_result(None)
        self._work_off()

    def _work_off(self) -> None:
        while not self._intake.is_done:
            jobs = self._intake.take(PROBE_S if self.is_down else self._until_signing_s())
            if self.is_down and not self._probe():
                self._fail(jobs, StoreDown())
            elif jobs:
                self._serve(jobs)
            if self._until_signing_s() <= 0:
                self._sign()
        self._sign()
        with contextlib.suppress(Exception):
            self._connection.close()

    def _until_signing_s(self) -> float:
        return max(0.0, self._sign_at_s - time.monotonic())

    def _serve(self, jobs: list[Job]) -> None:
        begun_s = time.monotonic()
        try:
            entries = self._transact(jobs)
        except _OutcomeOpenError as error:
            _log.error("record.commit_failed", reason=_words_of(error.__cause__))
            self._fail(jobs, Unknown(), self._recover())
        except Exception as error:  # noqa: BLE001 -- the thread outlives what one caller sent
            self._refuse(jobs, error)
        else:
            self._note(entries)
            self._hand_over(entries, jobs)
            if self._watch is not None and entries:
                ended_s = time.monotonic()
                since_s = begun_s if jobs[0].is_patient else jobs[0].arrived_s
                self._watch(len(entries), ended_s - begun_s, ended_s - since_s)

    def _refuse(self, jobs: list[Job], error: Exception) -> None:
        """Nothing was written: tell those whose fault it is, or all."""
        match self._link.blame(error):
            case Blame.DATABASE:
                _log.error("record.write_failed", reason=_words_of(error))
                self._fail(jobs, StoreDown(), self._recover())
            case Blame.RIVAL:
                _log.warning("record.rival", reason=_words_of(error))
                self._fail(jobs, StoreDown())
            case Blame.JOB:
                self._memory.forget()  # should it be what was wrong, the next try reads the tables
                self._serve_singly(jobs)

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
        except Exception as error:
            if self._link.is_undone(error):
                raise
            self._doubtful = batch
            raise _OutcomeOpenError from error
        batch.remember()
        if batch.first_row is not None:
            self._newest = batch
            self._link.committed(batch.first_row)
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
        except Exception as error:  # noqa: BLE001 -- the thread outlives a head that is not signed
            _log.error("record.sign_failed", reason=_words_of(error))
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

    def _reopen(self) -> Sequence[Entry] | None:
        """Connect anew, settle what is in doubt, find what was never announced; None if that fails.

        Raises nothing: whatever it is, it is tried again.
        """
        with contextlib.suppress(Exception):
            self._connection.invalidate()
        self._memory.forget()
        try:
            self._connection = self._link.connect()
            with self._connection.begin():
                # The end of the log may hold the transaction whose outcome is open: a transaction
                # after it decides that, even against a crash.
                self._connection.execute(_SETTLE, {"value": str(self._clock())})
            with self._connection.begin():
                self._check_newest()
                ghosts = self._ghosts()
        except Exception as error:  # noqa: BLE001 -- see above
            _log.warning("record.down", reason=_words_of(error))
            return None
        self._doubtful = None
        self._note(ghosts)
        return ghosts

    def _ghosts(self) -> Sequence[Entry]:
        batch = self._doubtful
        if batch is None or not is_recorded(self._connection, batch.first_row):
            return ()
        self._newest = batch
        return batch.entries

    def _check_newest(self) -> None:
        """Take nothing where commits that everybody saw are gone, as with a standby that lagged."""
        newest = self._newest
        if newest is not None and not is_recorded(self._connection, newest.first_row):
            raise Broken("The record has lost what it had committed.")

    # --- back to the loop

    def _note(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
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


def _words_of(error: BaseException | None) -> str:
    """What may be logged of it: the first line, for PostgreSQL quotes values in those after."""
    words = str(getattr(error, "orig", error))
    return words.splitlines()[0] if words else type(error).__name__
