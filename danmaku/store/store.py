"""One open record, whichever database it lies in: what the event loop holds of it."""

import asyncio
import contextlib
from typing import Any

from danmaku.config import StoreSettings
from danmaku.domain.backlog import Delays
from danmaku.domain.facts import Entry
from danmaku.domain.ids import RoomId
from danmaku.domain.readiness import Recorded
from danmaku.errors import StoreDown
from danmaku.formats.chain_copy import Signer
from danmaku.ports import Announce, Append, Clock
from danmaku.store.accounts import AccountQueries
from danmaku.store.case_queries import CaseQueries
from danmaku.store.condition import house_in
from danmaku.store.copies import Copies
from danmaku.store.credit_queries import CreditQueries
from danmaku.store.endpoint_queries import EndpointQueries
from danmaku.store.exports import ExportQueries
from danmaku.store.feature_queries import FeatureQueries
from danmaku.store.figures import FigureQueries
from danmaku.store.filing_queries import FilingQueries
from danmaku.store.heads import HeadSigner
from danmaku.store.intake import Intake, Job, Work
from danmaku.store.keeping_queries import KeepingQueries
from danmaku.store.legal_hold_queries import LegalHoldQueries
from danmaku.store.links import Database
from danmaku.store.memory import Memory
from danmaku.store.naming_queries import NamingQueries
from danmaku.store.patience import Patience
from danmaku.store.people_queries import PeopleQueries
from danmaku.store.personal import PersonalQueries
from danmaku.store.queries import Queries
from danmaku.store.recount import Recount
from danmaku.store.retention import Retention
from danmaku.store.rule_queries import RuleQueries
from danmaku.store.search import Search
from danmaku.store.team_queries import TeamQueries
from danmaku.store.titles import TitleQueries
from danmaku.store.transparency import PublicFigures
from danmaku.store.vault import Vault, key_file_of
from danmaku.store.writer import Watch, Writer


class Store(
    Queries,
    AccountQueries,
    PeopleQueries,
    KeepingQueries,
    CreditQueries,
    NamingQueries,
    FeatureQueries,
    CaseQueries,
    FigureQueries,
    LegalHoldQueries,
):
    """`ports.Record` with all its read sides in one, and the vault; begins with `_begin`.

    Lives on the event loop that opened it.

    Args:
        settings: How it is written.
        clock: The time that entries bear.
        watch: Told of each commit.
        database: Where it lies.
        signer: Of its heads.
    """

    def __init__(
        self,
        settings: StoreSettings,
        clock: Clock,
        watch: Watch,
        *,
        database: Database,
        signer: HeadSigner,
    ) -> None:
        self._epoch = signer.epoch
        self._is_shared = database.is_shared
        self._held = contextlib.ExitStack()  # given free at the end
        self._patience, self._comment_patience = (
            Patience(wait_ms / 1000)
            for wait_ms in (settings.commit_wait_ms_max, settings.comment_wait_ms_max)
        )
        self._intake = Intake(
            entries_max=settings.queue_entries_max,
            delays=Delays(
                most_ms=settings.queue_ms_max,
                calm_ms=settings.queue_calm_ms,
                patience_ms=settings.queue_patience_ms,
            ),
            gather_entries_max=settings.gather_entries_max,
            gather_s_max=settings.gather_ms_max / 1000,
        )
        self._writer = Writer(
            database.link,
            self._intake,
            (Memory.among_others if database.is_shared else Memory.of)(settings.remembered_max),
            signer,
            clock=clock,
            watch=watch,
        )
        Queries.__init__(self, database.readers)
        AccountQueries.__init__(self, database.readers, self._work, clock)
        PeopleQueries.__init__(self, database.readers)
        CreditQueries.__init__(self, database.readers, self._work)
        KeepingQueries.__init__(self, database.readers)
        NamingQueries.__init__(self, database.readers)
        FeatureQueries.__init__(self, database.readers)
        CaseQueries.__init__(self, database.readers)
        FigureQueries.__init__(self, database.readers)
        LegalHoldQueries.__init__(self, database.readers)
        self._vault_key_file = key_file_of(settings)
        self.vault = Vault(database.readers, self._work, clock, self._vault_key_file)
        self.personal = PersonalQueries(database.readers)
        self.rule_lives = RuleQueries(database.readers)
        self.filing_book = FilingQueries(database.readers)
        self.team = TeamQueries(database.readers)
        self.endpoints = EndpointQueries(database.readers, self._work, self._vault_key_file)
        self.readers = database.readers
        self.retention = Retention(database.readers, self._work)
        self.search = Search(database.readers)
        self.exports = ExportQueries(database.readers)
        self.recount = Recount(database.readers)
        self.public_figures = PublicFigures(database.readers)
        self.copies = Copies(database.readers, Signer(signer.epoch, signer.public_key))

    @property
    def epoch(self) -> str:
        """As `ports.Record.epoch`."""
        return self._epoch

    @property
    def titles(self) -> TitleQueries:
        """What rooms are called."""
        return TitleQueries(self._readers)

    @property
    def is_shared(self) -> bool:
        """Whether other processes may write to this record, too."""
        return self._is_shared

    def subscribe(self, announce: Announce) -> None:
        """Have every commit from here on announced to `announce`, on the loop.

        What it raises is logged: recorded entries cannot be refused any more.
        """
        self._writer.subscribe(announce)

    def require_place(self, coming: int = 0) -> None:
        """As `ports.Record.require_place`."""
        self._intake.require_place(coming)

    async def commit(self, *appends: Append) -> list[Entry]:
        """As `ports.Record.commit`."""
        entries: list[Entry] = await self._outcome_of(Job(_future(), appends))
        return entries

    async def house(self) -> Recorded:
        """What the record says of the house that runs on it."""
        now_ms = self._clock()
        return await self._readers.ask(
            lambda connection: house_in(connection, self._vault_key_file, now_ms)
        )

    async def follow(self, chain: RoomId) -> None:
        """As `ports.Record.follow`: all that is written here is announced here."""

    async def close(self) -> None:
        """Commit what waits, sign the heads, give the record free. Closing twice is closing once.

        A database server that stands still is not waited for: `links.CLOSE_S`.
        Raises nothing for commits that come later: those get `StoreDown`.
        """
        self._intake.close()
        await asyncio.gather(
            asyncio.to_thread(self._writer.join), asyncio.to_thread(self._readers.close)
        )
        self._patience.stop()
        self._comment_patience.stop()
        self._held.close()

    async def _begin(self) -> None:
        try:
            await self._writer.start()
        except BaseException:
            await asyncio.to_thread(self._readers.close)
            raise

    async def _work(self, work: Work) -> Any:
        return await self._outcome_of(Job(_future(), work=work))

    def _outcome_of(self, job: Job) -> asyncio.Future[Any]:
        if self._writer.is_down:
            raise StoreDown
        self._intake.put(job)
        (self._comment_patience if job.is_comment else self._patience).watch(job)
        return job.future


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()
