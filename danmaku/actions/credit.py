"""Credit kept in step with the record: reckoned when a day is over, and when something changes.

What is entered is a level that has changed, no more: everything else is reckoned again whenever it
is asked for. Doors never wait for it; they find the level in the standing.

Article: articles.Article.CREDIT_LEVELS
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import structlog

from danmaku.actions.decisions import TRIES_MAX
from danmaku.actions.personal import require_whole
from danmaku.domain.account import Standing
from danmaku.domain.credit import LedgerRow, Reckoning, Turn, Way, reckon, way_up
from danmaku.domain.facts import CommentPublished, CommentRecalled, CommentRestored, Entry
from danmaku.domain.grants import require_signed_in
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.levels import FORMULA, START_LEVEL, Formula, Level, formula_from
from danmaku.domain.people_facts import LevelSet, MeasureReversed, MeasureTaken
from danmaku.domain.times import DAY_MS
from danmaku.errors import NotFound, Stale, Unavailable
from danmaku.ports import Append, Clock, Record

DUE_MAX = 100_000  # accounts that wait to be reckoned; a day's end finds those that are left out
PAGE_ACCOUNTS = 500
SHOWN_MAX = 1000  # of a survey's moves
LOOK_S = 60.0  # between two looks whether a day is over

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OwnCredit:
    """What somebody may know of their own credit: all of it."""

    reckoning: Reckoning
    allows: Level
    way: Way | None  # to the next level


@dataclass(frozen=True, slots=True)
class Move:
    """An account whose level would be, or has become, another."""

    account: AccountId
    login: str
    level: int
    score: int
    becomes: int


FIRST: Final = AccountId(0)


@dataclass(frozen=True, slots=True)
class Part:
    """Of everybody: accounts after this one, and about so many at most."""

    after: AccountId = FIRST
    accounts_max: int = 1 << 62


WHOLE: Final = Part()


@dataclass(frozen=True, slots=True)
class Survey:
    """What came of reckoning everybody, or a part of all."""

    accounts: int
    moved: int
    moves: tuple[Move, ...]  # the first SHOWN_MAX
    after: AccountId | None = None  # where to go on; None: there is nobody left


class Ledgers(Protocol):
    """What credit is reckoned from."""

    async def ledger(self, account: AccountId) -> LedgerRow | None:
        """One account's."""

    async def ledgers(self, *, after: AccountId, limit: int) -> list[LedgerRow]:
        """Those of many accounts in the order of their ids, after `after`."""

    async def take_survey(self, mark: str, now_ms: Millis) -> Turn:
        """Whether it is the caller's turn to reckon everybody; others are told so from here on."""

    async def end_survey(self, mark: str, now_ms: Millis) -> None:
        """Everybody was reckoned."""


def formula_in(path: Path | None) -> Formula:
    """The formula of a file; None: the one that is published with this server.

    Raises:
        OSError: It cannot be read.
        BadMessage: It is none.
    """
    return FORMULA if path is None else formula_from(path.read_bytes())


class Credits:
    """See the module.

    Args:
        record: Where levels are entered.
        ledgers: What they are reckoned from.
        formula: In force.
        clock: Wall time.
    """

    def __init__(self, record: Record, ledgers: Ledgers, *, formula: Formula, clock: Clock) -> None:
        self._record = record
        self._ledgers = ledgers
        self.formula = formula
        self._clock = clock
        self._due: dict[AccountId, None] = {}
        self._has_due = asyncio.Event()

    # --- one account

    async def own(self, who: Standing | None) -> OwnCredit:
        """One's own score with every reason for it.

        Raises:
            NotSignedIn: `who` is a guest.
            NotAllowed: `who` came with a token that is good in one room only.
        """
        who = require_signed_in(who)
        require_whole(who)
        ledger, now_ms = (await self._row(who.account)).ledger, self._clock()
        reckoning = reckon(ledger, self.formula, now_ms)
        # What doors let pass is the level that stands; days that are over may be on their way.
        allows = self.formula.level(who.level)
        return OwnCredit(reckoning, allows, way_up(ledger, self.formula, now_ms))

    async def settle(self, account: AccountId) -> None:
        """Enter an account's level if it has become another one.

        Whoever has entered one looks again: of several who do this at the same time, the last one
        to write leaves what the ledger leads to.

        Raises:
            NotFound: There is no such account.
            Stale: The ground kept moving.
            Unavailable: As `Record.commit`.
        """
        for _ in range(TRIES_MAX):
            if not await self._enter([await self._row(account)]):
                return
        raise Stale("This keeps changing; try again.")

    async def _row(self, account: AccountId) -> LedgerRow:
        row = await self._ledgers.ledger(account)
        if row is None:
            raise NotFound("There is no such account.")
        return row

    # --- everybody

    async def recompute(self, *, settle: bool, part: Part = WHOLE) -> Survey:
        """Reckon everybody anew, and tell whose level is not the one that stands.

        Args:
            settle: Whether the levels that differ are entered.
            part: Of the accounts.
        """
        return await self._survey(self.formula, part, settle=settle)

    async def what_if(self, formula: Formula, part: Part = WHOLE) -> Survey:
        """Tell whose level would be another by another formula; nothing changes."""
        return await self._survey(formula, part, settle=False)

    async def _survey(self, formula: Formula, part: Part, *, settle: bool) -> Survey:
        accounts, moves, moved, after = 0, list[Move](), 0, part.after
        while rows := await self._ledgers.ledgers(after=after, limit=PAGE_ACCOUNTS):
            after = rows[-1].account
            accounts += len(rows)
            found = [move for row in rows if (move := self._move_of(row, formula)) is not None]
            moved += len(found)
            moves += found[: SHOWN_MAX - len(moves)]
            if settle and await self._enter(rows):
                for move in found:
                    await self.settle(move.account)
            if accounts >= part.accounts_max:
                return Survey(accounts, moved, tuple(moves), after)
        return Survey(accounts, moved, tuple(moves))

    def _move_of(self, row: LedgerRow, formula: Formula) -> Move | None:
        reckoning, level = reckon(row.ledger, formula, self._clock()), _level_of(row)
        if reckoning.level == level:
            return None
        return Move(row.account, row.login, level, reckoning.score, reckoning.level)

    async def _enter(self, rows: Sequence[LedgerRow]) -> bool:
        """Enter the levels that differ; False: none does. What has changed meanwhile is not."""
        appends = []
        for row in rows:
            if (move := self._move_of(row, self.formula)) is not None:
                fact = LevelSet(row.account, move.becomes, move.score, self.formula.version)
                appends.append(Append(PLATFORM, fact, standing=(row.account, row.version)))
        if appends:
            with contextlib.suppress(Stale):
                await self._record.commit(*appends)
        return bool(appends)

    # --- in step

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit, and note whose ledger says something else about days that are over."""
        for entry in entries:
            if entry.account is not None and _changes_past(entry) and len(self._due) < DUE_MAX:
                self._due[entry.account] = None
                self._has_due.set()

    async def run(self) -> None:
        """Keep levels in step until cancelled: whose ledger changes, and everybody once a day."""
        done: str | None = None
        while True:
            try:
                if (mark := f"{self._clock() // DAY_MS}.{self.formula.version}") != done:
                    done = mark if await self._take_part(mark) else None
                await self.settle_due()
            except Unavailable as error:
                log.warning("credit_not_settled", code=error.code)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._has_due.wait()

    async def _take_part(self, mark: str) -> bool:
        """See that somebody reckons everybody; False: somebody else is at it still."""
        turn = await self._ledgers.take_survey(mark, self._clock())
        if turn is Turn.YOURS:
            await self.recompute(settle=True)
            await self._ledgers.end_survey(mark, self._clock())
        return turn is not Turn.TAKEN

    async def settle_due(self) -> None:
        """Settle all whose ledger has changed.

        Raises:
            Unavailable: As `Record.commit`; who is not settled stays due.
        """
        self._has_due.clear()
        while self._due:
            account = next(iter(self._due))
            del self._due[account]  # first: what changes while it is settled makes it due again
            try:
                with contextlib.suppress(NotFound):  # erased since
                    await self.settle(account)
            except BaseException:
                self._due[account] = None
                raise


def _level_of(row: LedgerRow) -> int:
    return START_LEVEL if row.level is None else row.level


def _changes_past(entry: Entry) -> bool:
    match entry.fact:
        case CommentPublished(at_ms=at_ms):  # the most frequent; approved on a later day
            return at_ms // DAY_MS < entry.at_ms // DAY_MS
        case MeasureTaken() | MeasureReversed() | CommentRecalled() | CommentRestored():
            return True
        case _:
            return False
