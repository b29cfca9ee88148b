"""Recalling many published comments at once: by author, rule, likeness, room and period together.

A preview is entered with how far each room's record had come; so what is executed is what was
previewed, but for what people have decided in between. Each comment is a measure of its own, which
its author is told of and may appeal.

Article: articles.Article.EMERGENCY_RESPONSE
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from danmaku.actions.bulk_work import Judges, Sifts, turned
from danmaku.actions.case_book import CaseBook
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.rule_lives import RuleLives
from danmaku.actions.rules import Rules
from danmaku.domain.account import Power, Standing
from danmaku.domain.bulk_recalls import (
    PREVIEW_MS,
    Pick,
    Picked,
    Selection,
    checked,
    require_bulk_recall,
    require_bulk_turn,
)
from danmaku.domain.categories import category_of
from danmaku.domain.comment import Comment, CommentStatus, clean_text
from danmaku.domain.facts import CommentHeld, CommentPublished
from danmaku.domain.grants import require
from danmaku.domain.ids import (
    PLATFORM,
    Millis,
    Number,
    Pseudonym,
    RoomId,
    Seq,
    comment_place_of,
)
from danmaku.domain.rule_facts import BulkRecallPlanned, ScanPhase
from danmaku.domain.rule_reports import Sift
from danmaku.domain.rule_sets import WHY_MAX, ScanKind, ScanRow
from danmaku.errors import BadMessage, Code, Coded, NotFound, Overloaded
from danmaku.filter.clusters import PAIRS_MIN
from danmaku.filter.normalize import scanned_of
from danmaku.filter.waves import pairs_of
from danmaku.ports import Accounts, Append, Clock, Reader, Record


@dataclass(frozen=True, slots=True)
class BulkDraft:
    """What somebody wants recalled; nothing in it has been checked but its types.

    Who wrote it is said by login, or by public id in `room`.
    """

    category: str
    why: str
    login: str | None = None
    author: Pseudonym | None = None
    rule: str | None = None
    room: RoomId | None = None
    since_ms: Millis | None = None
    upto_ms: Millis | None = None
    like: str | None = None


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a bulk recall would do; `scan` is what executes it."""

    scan: Seq
    fact: BulkRecallPlanned
    picked: Picked
    sample: tuple[tuple[RoomId, Comment], ...]


class BulkRecalls:
    """See the module. One preview runs at a time."""

    kind: ScanKind = BulkRecallPlanned

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        accounts: Accounts,
        lives: RuleLives,
        rules: Rules,
        sifter: Sifts,
        *,
        cases: CaseBook,
        freshen: Freshen,
        clock: Clock,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._accounts = accounts
        self._cases = cases
        self._lives = lives
        self._rules = rules
        self._sifter = sifter
        self._clock = clock
        self._looking = asyncio.Lock()
        self._turning = asyncio.Lock()

    async def preview(self, who: Standing | None, draft: BulkDraft) -> BulkPreview:
        """Count and show what would be recalled, and pin it; nothing is done to it.

        Cost: 20 us a comment of the rooms and the period, in another process.

        Raises:
            NotSignedIn, NotAllowed, Coded: As `bulk_recalls.require_bulk_recall`.
            BadMessage: The draft makes no sense, or reaches too many rooms.
            NotFound: There is no such room, author, rule or comment.
            Overloaded: Another preview is under way.
            StoreDown: The record gives no answer.
        """
        require_bulk_recall(who, None, self._clock())
        selection = checked(await self._selection_of(draft))
        asker = require_bulk_recall(who, selection.author, self._clock())
        category, why = category_of(draft.category), _why_of(draft.why)
        if self._looking.locked():
            raise Overloaded("Another preview is under way.")
        async with self._looking:
            version, judges = await self._judges(selection.rule)
            upto_ms = selection.upto_ms or Millis(self._clock() + 1)
            fact = BulkRecallPlanned(
                category=category,
                upto_ms=upto_ms,
                comments=0,
                actor=asker.account,
                against=selection.author,
                rule=selection.rule,
                version=version,
                room=selection.room,
                since_ms=selection.since_ms,
                why=why,
                like=selection.like,
            )
            if (sift := await self._sift_of(fact)) is None:
                raise NotFound("Nothing is left of that comment.")
            picked = await self._look(sift, judges)
        return await self._pinned(who, fact, picked)

    async def _look(self, sift: Sift, judges: Judges) -> Picked:
        picked = Picked()
        async for sifted in self._sifter.sift(sift, judges, ()):
            picked = sifted.picked or picked
            if picked.is_too_wide:
                raise BadMessage("This reaches too many rooms; choose a room, or a period.")
        return picked

    async def _pinned(
        self, who: Standing | None, looked: BulkRecallPlanned, picked: Picked
    ) -> BulkPreview:
        fact = replace(looked, comments=picked.comments, tops=picked.tops)

        async def decide(asker: Standing | None) -> Sequence[Append]:
            require_bulk_recall(asker, fact.against, self._clock())
            return [Append(PLATFORM, fact)]

        [entry] = await self._decisions.carry(who, decide)
        shown = [await self._shown(*place) for place in picked.sample]
        sample = tuple(one for one in shown if one is not None)
        return BulkPreview(entry.seq, fact, picked, sample)

    async def _shown(self, room: RoomId, number: Number) -> tuple[RoomId, Comment] | None:
        found = await self._reader.comment(room, number)
        if found is None or found[1].status is not CommentStatus.PUBLISHED:
            return None  # it went meanwhile
        return room, found[1]

    async def _selection_of(self, draft: BulkDraft) -> Selection:
        author = None
        if draft.room is not None and await self._reader.room(draft.room) is None:
            raise NotFound("There is no such room.")
        if draft.login is not None:
            known = await self._accounts.credentials(draft.login)
            author = None if known is None else known.account
        elif draft.author is not None:
            if draft.room is None:
                raise BadMessage("A public id is good in one room: name that too.")
            author = await self._reader.account_of(draft.room, draft.author)
        if author is None and (draft.login, draft.author) != (None, None):
            raise NotFound("There is no such author.")
        return Selection(
            author, draft.rule, draft.room, draft.since_ms, draft.upto_ms, await self._like(draft)
        )

    async def _like(self, draft: BulkDraft) -> str | None:
        if draft.like is None:
            return None
        key = await self._key_of(draft.like)
        if key is None:
            raise NotFound("There is no such comment, or nothing is left of it.")
        if len(pairs_of(key)) < PAIRS_MIN:
            raise BadMessage("That comment is too short: too many others would be like it.")
        return draft.like

    async def _key_of(self, like: str) -> str | None:
        """What a comment said, as it is scanned, whatever became of it; None: it was erased."""
        room, number = comment_place_of(like)
        found = await self._reader.comment(room, number)
        judged = None if found is None else await self._cases.judged(room, found[1].origin)
        if judged is None or not isinstance(judged.fact, CommentPublished | CommentHeld):
            return None
        return scanned_of(judged.fact.verdict.original or judged.fact.content.text).key or None

    async def _sift_of(
        self, fact: BulkRecallPlanned, tops: dict[RoomId, Seq] | None = None
    ) -> Sift | None:
        """What to look for; None: what it was to be like is erased."""
        key = None
        if fact.like is not None and (key := await self._key_of(fact.like)) is None:
            return None
        pick = Pick(fact.category, fact.actor, fact.against, fact.rule, tops, key)
        return Sift(fact.upto_ms, fact.since_ms, fact.room, pick=pick)

    async def _judges(self, rule: str | None) -> tuple[str, Judges]:
        """The rules in force if one of them is asked for, with their version."""
        if rule is None:
            return "", ()
        if all(each.rule_id != rule for each in self._rules.in_force.ruleset.rules):
            raise NotFound("No such rule is in force.")
        return self._rules.version, await self._rules.judges()

    async def task(self, row: ScanRow) -> tuple[Sift, Judges] | None:
        """As `bulk_work.Plans.task`: rules that have changed would choose otherwise."""
        fact = row.fact
        assert isinstance(fact, BulkRecallPlanned)  # its rows are of this kind
        if fact.rule is not None and fact.version != self._rules.version:
            return None
        if (sift := await self._sift_of(fact, fact.tops)) is None:
            return None
        return sift, () if fact.rule is None else await self._rules.judges()

    # --- in earnest

    async def execute(self, who: Standing | None, scan: Seq) -> None:
        """Have what was previewed recalled.

        Raises:
            NotSignedIn, NotAllowed: `who` takes no measures, or somebody else has previewed it.
            NotFound: There is no such preview, or it is too old.
            BadMessage: The rules that it went by have changed, or the text is erased.
            Coded: DUPLICATE: it was executed before.
        """

        async def decide(asker: Standing | None) -> Sequence[Append]:
            who = require_bulk_recall(asker, None, self._clock())
            row = await self._row(scan)
            if who.account != row.fact.actor:
                raise NotFound("Who previewed it executes it.")
            if row.phase is not ScanPhase.PLANNED:
                raise Coded(Code.DUPLICATE, "This was executed before.")
            if self._clock() - row.begun_ms > PREVIEW_MS:
                raise NotFound("This preview is too old; preview again.")
            if await self.task(row) is None:
                raise BadMessage("What it went by has changed since; preview again.")
            return [Append(PLATFORM, turned(row, ScanPhase.RUNNING, actor=who))]

        async with self._turning:
            await self._decisions.carry(who, decide)

    async def stop(self, who: Standing | None, scan: Seq) -> None:
        """Recall no more; what was recalled stays so.

        Raises:
            NotSignedIn, NotAllowed: As `bulk_recalls.require_bulk_turn`.
            NotFound: No such bulk recall runs.
        """
        await self._turn(who, scan, ScanPhase.STOPPED, frozenset({ScanPhase.RUNNING}))

    async def undo(self, who: Standing | None, scan: Seq) -> None:
        """Bring back, at its number and place, whatever nobody has brought back yet.

        Raises:
            DanmakuError: As `stop`.
        """
        ends = frozenset({ScanPhase.ENDED, ScanPhase.STOPPED})
        await self._turn(who, scan, ScanPhase.UNDOING, ends)

    async def _turn(
        self, who: Standing | None, scan: Seq, phase: ScanPhase, before: frozenset[ScanPhase]
    ) -> None:
        async def decide(asker: Standing | None) -> Sequence[Append]:
            require(asker, Power.MEASURE_TAKE, None, self._clock())
            row = await self._row(scan)
            fact = row.fact
            assert isinstance(fact, BulkRecallPlanned)  # its rows are of this kind
            actor = require_bulk_turn(asker, fact.actor, fact.against, self._clock())
            if row.phase not in before:
                raise NotFound("No such bulk recall is at that point.")
            return [Append(PLATFORM, turned(row, phase, actor=actor))]

        async with self._turning:
            await self._decisions.carry(who, decide)

    async def _row(self, scan: Seq) -> ScanRow:
        row = await self._lives.scan(scan)
        if row is None or not isinstance(row.fact, self.kind):
            raise NotFound("There is no such bulk recall.")
        return row

    async def one(self, who: Standing | None, scan: Seq) -> ScanRow:
        """One of them.

        Raises:
            NotSignedIn, NotAllowed: As `listed`.
            NotFound: There is no such bulk recall.
        """
        if who is not None:
            require_bulk_recall(who, None, self._clock())
        return await self._row(scan)

    async def listed(
        self,
        who: Standing | None,
        phase: ScanPhase | None = None,
        *,
        before: Seq | None = None,
    ) -> list[ScanRow]:
        """Bulk recalls and previews, newest first, a page at a time; of one phase, or of all.

        Raises:
            NotSignedIn, NotAllowed: `who` takes no measures; None is the operator.
        """
        if who is not None:
            require_bulk_recall(who, None, self._clock())
        phases = () if phase is None else (phase,)
        return await self._lives.scans(self.kind, *phases, before=before)


def _why_of(text: str) -> str:
    why = clean_text(text)
    if not 1 <= len(why) <= WHY_MAX:
        raise BadMessage(f"A bulk recall has a reason of 1 to {WHY_MAX} characters.")
    return why
