"""Back-scans: what other rules make of what is public already, first on paper, then in earnest.

The paper and the deed are the same look at the same comments by the same rules; so what was
previewed is what is done, but for what people have decided in between.

Article: articles.Article.BETTER_METHODS
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from danmaku.actions.bulk_work import Judges, Sifts, turned
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.rule_book import RuleBook, reason_of
from danmaku.actions.rules import Rules
from danmaku.domain.account import Power, Standing
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM, Millis, RoomId, Seq
from danmaku.domain.rule_facts import BackScanBegun, ScanPhase, Treatment
from danmaku.domain.rule_reports import RuleReport, Sift
from danmaku.domain.rule_sets import ScanKind, ScanRow
from danmaku.errors import BadMessage, Code, Coded, NotFound, NotSignedIn, Overloaded
from danmaku.filter.packing import pack
from danmaku.ports import Append, Clock, Record


@dataclass(frozen=True, slots=True)
class ScanDraft:
    """What is to be looked at, by which rules; nothing in it has been checked but its types."""

    draft: Seq | None = None  # a rule set; None: the rules in force
    room: RoomId | None = None
    since_ms: Millis | None = None
    upto_ms: Millis | None = None  # None: until now
    treatment: Treatment = Treatment.HOLD
    why: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a back-scan would do; `draft` has the end of its stretch, so that it can be begun."""

    draft: ScanDraft
    version: str
    report: RuleReport


class BackScans:
    """See the module. One preview runs at a time."""

    kind: ScanKind = BackScanBegun

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        book: RuleBook,
        rules: Rules,
        sifter: Sifts,
        *,
        freshen: Freshen,
        clock: Clock,
        new_secret: Callable[[], str],
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._book = book
        self._rules = rules
        self._sifter = sifter
        self._clock = clock
        self._new_secret = new_secret
        self._looking = asyncio.Lock()

    async def preview(self, who: Standing | None, draft: ScanDraft) -> Preview:
        """Say what a back-scan would do, and what else these rules would change.

        Cost: half a second and 10 us a comment, in another process.

        Raises:
            NotSignedIn, NotAllowed: `who` drafts no rules; None is the operator.
            NotFound, BadMessage: As `RuleBook.screen`.
            Overloaded: Another preview is under way.
            StoreDown: The record gives no answer.
        """
        self._book.require(who, Power.RULES_DRAFT)
        if self._looking.locked():
            raise Overloaded("Another preview is under way.")
        async with self._looking:
            now_ms = self._clock()
            version, judges = await self.judges(who, draft.draft)
            report = RuleReport()
            sift = Sift(
                now_ms if draft.upto_ms is None else draft.upto_ms, draft.since_ms, draft.room
            )
            async for sifted in self._sifter.sift(sift, judges, await self._rules.judges()):
                report = sifted.report or report
            return Preview(replace(draft, upto_ms=sift.upto_ms), version, report)

    async def judges(self, who: Standing | None, draft: Seq | None) -> tuple[str, Judges]:
        """The version of a rule set (None: of the rules in force), and what looks by it.

        Raises:
            DanmakuError: As `RuleBook.one` and `RuleBook.screen`.
        """
        if draft is None:
            return self._rules.version, await self._rules.judges()
        screen = await self._book.screen(await self._book.one(who, draft))
        return screen.ruleset.version, (await asyncio.to_thread(pack, screen),)

    async def task(self, row: ScanRow) -> tuple[Sift, Judges] | None:
        """As `bulk_work.Plans.task`."""
        fact = row.fact
        assert isinstance(fact, BackScanBegun)  # its rows are of this kind
        version, judges = await self.judges(None, fact.draft)
        if version != fact.version:
            return None
        return Sift(fact.upto_ms, fact.since_ms, fact.room), judges

    # --- in earnest

    async def begin(self, who: Standing | None, draft: ScanDraft, expected: RuleReport) -> Seq:
        """Have what was previewed done.

        Args:
            who: Whose act each measure is.
            draft: As the preview gave it back.
            expected: What the preview said; its numbers are entered.

        Raises:
            NotSignedIn, NotAllowed: `who` activates no rules, or takes no measures.
            NotFound: There is no such rule set.
            BadMessage: There is no reason, or no end of the stretch.
            Coded: DUPLICATE: another back-scan runs.
        """
        self._editor(who)
        why, upto_ms = reason_of(draft.why), draft.upto_ms
        if not why or upto_ms is None:
            raise BadMessage("A back-scan has a reason and was previewed.")
        version, _ = await self.judges(who, draft.draft)

        async def decide(asker: Standing | None) -> Sequence[Append]:
            editor = self._editor(asker)
            if await self._book.lives.scans(BackScanBegun, ScanPhase.RUNNING, ScanPhase.UNDOING):
                raise Coded(Code.DUPLICATE, "Another back-scan runs.")
            fact = BackScanBegun(
                version=version,
                treatment=draft.treatment,
                room=draft.room,
                since_ms=draft.since_ms,
                upto_ms=upto_ms,
                comments=expected.comments,
                hits=expected.hits,
                actor=editor.account,
                draft=draft.draft,
                secret=self._new_secret(),
                why=why,
            )
            return [Append(PLATFORM, fact)]

        [entry] = await self._decisions.carry(who, decide)
        return entry.seq

    async def stop(self, who: Standing | None, scan: Seq) -> None:
        """Take no more measures; those that were taken stay.

        Raises:
            NotSignedIn, NotAllowed: As `begin`.
            NotFound: No such back-scan runs.
        """
        await self._turn(who, scan, ScanPhase.STOPPED, frozenset({ScanPhase.RUNNING}))

    async def undo(self, who: Standing | None, scan: Seq) -> None:
        """Reverse every measure of a back-scan that nobody has reversed.

        Raises:
            DanmakuError: As `stop`.
        """
        ends = frozenset({ScanPhase.ENDED, ScanPhase.STOPPED})
        await self._turn(who, scan, ScanPhase.UNDOING, ends)

    async def _turn(
        self, who: Standing | None, scan: Seq, phase: ScanPhase, before: frozenset[ScanPhase]
    ) -> None:
        async def decide(asker: Standing | None) -> Sequence[Append]:
            editor = self._editor(asker)
            row = await self._book.lives.scan(scan)
            if row is None or not isinstance(row.fact, self.kind) or row.phase not in before:
                raise NotFound("There is no such back-scan.")
            return [Append(PLATFORM, turned(row, phase, actor=editor))]

        await self._decisions.carry(who, decide)

    def _editor(self, who: Standing | None) -> Standing:
        if who is None:
            raise NotSignedIn("A person answers for this: name the account.")
        require(who, Power.RULES_ACTIVATE, None, self._clock())
        return require(who, Power.MEASURE_TAKE, None, self._clock())

    async def listed(self, who: Standing | None) -> list[ScanRow]:
        """Back-scans, newest first.

        Raises:
            NotSignedIn, NotAllowed: `who` drafts no rules; None is the operator.
        """
        self._book.require(who, Power.RULES_DRAFT)
        return await self._book.lives.scans(self.kind)
