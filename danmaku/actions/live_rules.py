"""What this server does when anybody, on any server, changes urgent rules or the shadow.

Article: articles.Article.REVIEW_BEFORE_PUBLICATION
"""

from collections.abc import Sequence

import structlog

from danmaku.actions.following import Following
from danmaku.actions.rule_book import RuleBook
from danmaku.actions.rules import Rules
from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, Seq
from danmaku.domain.rule_facts import (
    RuleStage,
    RulesTurned,
    UrgentRuleReached,
    UrgentRuleSet,
    UrgentRuleTurned,
)
from danmaku.domain.rule_sets import UrgentRow, laid_over
from danmaku.ports import Append, Clock, Record
from danmaku.telemetry import Telemetry

log = structlog.get_logger(__name__)


class LiveRules(Following):
    """See the module.

    Args:
        node: The name of this server, for saying that an urgent rule has reached it.
    """

    def __init__(
        self,
        record: Record,
        book: RuleBook,
        rules: Rules,
        *,
        node: str,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        super().__init__(telemetry, is_behind=True)
        self._record = record
        self._book = book
        self._rules = rules
        self._node = node
        self._clock = clock
        self._tried: Seq | None = None  # the rule set in the shadow
        self._heard: set[Seq] = set()  # urgent rules set since, and not yet in force here

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit, of any server."""
        for entry in entries:
            if isinstance(entry.fact, UrgentRuleSet):
                self._heard.add(entry.seq)
            if isinstance(entry.fact, UrgentRuleSet | UrgentRuleTurned | RulesTurned):
                self.fall_behind()

    async def follow(self) -> None:
        """As `Following.follow`."""
        await self.lay_over()
        await self._try_on()

    async def lay_over(self) -> None:
        """Judge by the urgent rules that stand in the record now.

        Raises:
            Unavailable: It says nothing, or takes nothing.
        """
        rows = await self._book.lives.urgent_rules(self._clock())
        if await self._rules.lay_over(laid_over(rows).rules):
            log.info("urgent_rules_laid", count=len(rows), ruleset=self._rules.version)
        for row in rows:
            await self._tell_reached(row)
        self._heard.clear()

    async def _tell_reached(self, row: UrgentRow) -> None:
        """Only of what was set while this server ran: a start is no measure of anything."""
        if row.urgent in self._heard:
            self._heard.discard(row.urgent)
            await self._record.commit(Append(PLATFORM, UrgentRuleReached(row.urgent, self._node)))

    async def _try_on(self) -> None:
        tried = next(iter(await self._book.lives.rule_sets(RuleStage.SHADOW)), None)
        draft = None if tried is None else tried.draft
        if draft == self._tried:
            return
        self._book.shadow.put_on(None if tried is None else await self._book.screen(tried))
        self._tried = draft
        log.info("shadow_put_on", ruleset=self._book.shadow.version)
