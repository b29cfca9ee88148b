"""Second looks: drawn from what the staff decide, taken blind, argued about where they differ.

Whoever looks sees the comment and nothing else: neither who decided, nor what, nor why. Where both
differ, the first decision becomes a case for an editor.

Article: articles.Article.STAFF_BOUND
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from danmaku.actions.case_book import CaseBook
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.roster import require_overseer
from danmaku.actions.team_book import TeamBook
from danmaku.domain.account import Power, Standing
from danmaku.domain.case_facts import CaseFiled
from danmaku.domain.cases import CaseKind
from danmaku.domain.categories import category_of
from danmaku.domain.comment import Content
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.domain.recheck import WAITS_MS, Agreement, Judged, Recheck, agreements
from danmaku.domain.team_facts import LotsDrawn, RecheckDrawn, RecheckJudged
from danmaku.errors import Code, Coded, NotFound, Stale, Unavailable
from danmaku.ports import Append, Clock, Record

EVERY_S = 60.0
LOOKED_AT = 2_000  # decisions of each kind in one round
ROUNDS_MAX = 20  # in one go
WAITING_MAX = 500  # second looks that wait; until some are taken, none are drawn
SHOWN = 50
MARGIN_MS = 5_000  # what is younger may still have company of the same moment

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BlindLook:
    """What whoever takes a second look may know."""

    recheck: Seq
    room: RoomId
    at_ms: Millis  # when the comment came in
    content: Content


@dataclass(frozen=True, slots=True)
class Agreements:
    """How often second looks say the same as the first."""

    by_category: Mapping[str, Agreement]
    by_login: Mapping[str, Agreement]  # of who decided first


class Rechecks:
    """See the module.

    Args:
        permille: How many of a thousand decisions are drawn.
        trained: Raises TRAINING_REQUIRED for whoever has no valid training.
        new_id: Gives receipts.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        book: TeamBook,
        cases: CaseBook,
        *,
        trained: Callable[[AccountId], Awaitable[None]],
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        permille: int,
    ) -> None:
        self._record = record
        self._decisions = Decisions(record, freshen)
        self._book = book
        self._cases = cases
        self._trained = trained
        self._clock = clock
        self._new_id = new_id
        self._permille = permille

    # --- drawing

    async def run(self) -> None:
        """Draw now and every minute, until cancelled."""
        while True:
            try:
                await self.draw()
            except (Unavailable, Stale) as error:
                log.warning("rechecks_not_drawn", code=error.code.value)
            await asyncio.sleep(EVERY_S)

    async def draw(self) -> int:
        """Look through what was decided since the last time; how many were drawn comes back.

        Raises:
            Unavailable: The record cannot be read or written now.
            Stale: Somebody else draws at this moment.
        """
        drawn = 0
        for _ in range(ROUNDS_MAX):
            if len(await self._waiting()) >= WAITING_MAX:
                log.warning("rechecks_pile_up", count=WAITING_MAX)
                break
            upto_ms = Millis(self._clock() - MARGIN_MS)
            draw = await self._book.drawn_since(
                await self._book.cursor(), upto_ms, permille=self._permille, limit=LOOKED_AT
            )
            if draw.after == draw.before:
                break
            before, upto = draw.before, draw.after
            after = LotsDrawn(before.seq, before.ms, upto.seq, upto.ms)
            drawings = (Append(PLATFORM, _drawing(one)) for one in draw.drawn)
            await self._record.commit(Append(PLATFORM, after), *drawings)
            drawn += len(draw.drawn)
            if not draw.has_more:
                break
        return drawn

    # --- looking

    async def waiting(self, who: Standing | None, *, limit: int = SHOWN) -> list[BlindLook]:
        """Second looks that `who` may take, oldest first.

        Raises:
            NotSignedIn, NotAllowed: `who` decides no cases.
        """
        person = require(who, Power.CASE_DECIDE, None, self._clock())
        found: list[BlindLook] = []
        for recheck in await self._waiting():
            content = await self._content_of(recheck, person)
            if content is not None:
                judged, at_ms = recheck.judged, content[1]
                found.append(BlindLook(recheck.recheck, judged.room, at_ms, content[0]))
            if len(found) == limit:
                break
        return found

    async def _waiting(self) -> list[Recheck]:
        since_ms = Millis(self._clock() - WAITS_MS)
        return await self._book.waiting(since_ms, limit=WAITING_MAX)

    async def _content_of(
        self, recheck: Recheck, person: Standing
    ) -> tuple[Content, Millis] | None:
        """The comment and when it came in; None: it is their own or theirs to decide, or gone."""
        judged = recheck.judged
        entry = await self._cases.judged(judged.room, judged.origin)
        fact = None if entry is None else entry.fact
        if not isinstance(fact, CommentHeld | CommentPublished | CommentRefused):
            return None
        if person.account in {judged.decider, fact.author} or not fact.content.text:
            return None
        return fact.content, fact.at_ms

    async def judge(
        self, who: Standing | None, recheck: Seq, *, violates: bool, category: str
    ) -> None:
        """Say what one sees. A different opinion opens a case for an editor.

        Args:
            who: Who looks.
            recheck: At which.
            violates: Whether the comment breaks a rule.
            category: Which, if it does.

        Raises:
            NotSignedIn, NotAllowed: `who` decides no cases.
            Coded: TRAINING_REQUIRED; OWN_INTEREST: it is their own comment or decision.
            NotFound: It does not wait, or its text is destroyed.
            BadMessage: There is no such category.
        """
        named = category_of(category)

        async def decide(asker: Standing | None) -> list[Append]:
            person = require(asker, Power.CASE_DECIDE, None, self._clock())
            await self._trained(person.account)
            found = await self._book.recheck(recheck)
            if found is None or not found.waits(self._clock()):
                raise NotFound("This does not wait to be looked at.")
            if await self._content_of(found, person) is None:
                raise Coded(Code.OWN_INTEREST, "Somebody else looks at this.")
            says = RecheckJudged(recheck, person.account, violates, named)
            facts = [Append(PLATFORM, says)]
            if violates != found.judged.violates:
                facts.append(self._dispute(found.judged, says))
            return facts

        await self._decisions.carry(who, decide)

    def _dispute(self, judged: Judged, says: RecheckJudged) -> Append:
        """The case that the first decision was wrong."""
        fact = CaseFiled(
            receipt=self._new_id(),
            case_kind=CaseKind.RECHECK,
            subject=judged.subject,
            category=says.category if says.violates else judged.category,
            filer=says.actor,
            against=judged.decider,
        )
        return Append(PLATFORM, fact)

    async def agreements(self, who: Standing | None) -> Agreements:
        """How often second looks say the same, by category and by who decided first.

        Raises:
            NotSignedIn, NotAllowed: `who` does not look after the staff; None is the operator.
        """
        if who is not None:
            require_overseer(who, self._clock())
        rows = await self._book.looked_again()
        logins = await self._book.logins({actor for _, actor, _, _ in rows})
        return Agreements(
            agreements((category, agrees, count) for category, _, agrees, count in rows),
            agreements((logins[actor], agrees, count) for _, actor, agrees, count in rows),
        )


def _drawing(judged: Judged) -> RecheckDrawn:
    return RecheckDrawn(
        decided_chain=judged.chain,
        decided_seq=judged.seq,
        decided_ms=judged.at_ms,
        actor=judged.decider,
        room=judged.room,
        origin=judged.origin,
        number=judged.number,
        measure_id=judged.measure_id,
        violates=judged.violates,
        category=judged.category,
    )
