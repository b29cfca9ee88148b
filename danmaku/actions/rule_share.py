"""The rules of all nodes: what one activates, every other one takes from the record."""

from collections.abc import Sequence

import structlog

from danmaku.actions.following import Following
from danmaku.actions.rules import Rules
from danmaku.domain.facts import Entry, RulesActivated
from danmaku.domain.ids import Millis
from danmaku.ports import RuleSets
from danmaku.telemetry import Telemetry

log = structlog.get_logger(__name__)


class SharedRules(Following):
    """Keeps this node's rules in step with those that were activated last.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        rules: Those of this node.
        kept: Where nodes leave what they activate.
    """

    def __init__(self, rules: Rules, kept: RuleSets, telemetry: Telemetry) -> None:
        super().__init__(telemetry, is_behind=False)
        self._rules = rules
        self._kept = kept

    async def begin(self, changed_ms: Millis) -> bool:
        """Decide by the record's rules or by this node's files, whichever are newer.

        Args:
            changed_ms: When the rule files of this node were changed last.

        Returns:
            Whether the record's rules decide; else those of the files, from here on on all nodes.

        Raises:
            Unavailable: The record says nothing, or takes nothing.
        """
        active = await self._kept.active_rules()
        if active is not None and active.version == self._rules.activated:
            return True
        if active is None or changed_ms > active.at_ms:
            await self._rules.share()
            return False
        await self.catch_up()
        return True

    async def recall(self, changed_ms: Millis) -> bool:
        """Decide by rules that the record keeps, if they are newer than this node's files.

        For a node that is alone: what it reads from its files it need not share.

        Raises:
            Unavailable: The record says nothing.
        """
        active = await self._kept.active_rules()
        if active is None or changed_ms > active.at_ms:
            return False
        await self.catch_up()
        return True

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear what other nodes write."""
        if any(isinstance(entry.fact, RulesActivated) for entry in entries):
            self.fall_behind()

    async def follow(self) -> None:
        """As `Following.follow`: load what was activated last."""
        active = await self._kept.active_rules()
        if active is not None and await self._rules.adopt(active):
            log.info("rules_adopted", ruleset=self._rules.version)
