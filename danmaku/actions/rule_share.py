"""The rules of all nodes: what one activates, every other one takes from the record.

Fails closed: whatever cannot be loaded leaves the former rules in force, and is tried again.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from danmaku.actions.rules import Rules
from danmaku.domain.facts import Entry, RulesActivated
from danmaku.domain.ids import Millis
from danmaku.errors import Unavailable
from danmaku.filter.packing import PackError
from danmaku.ports import RuleSets
from danmaku.telemetry import Telemetry

AGAIN_S: Final = 1.0
"""Between two tries to load what another node has activated."""

log = structlog.get_logger(__name__)


class SharedRules:
    """Keeps this node's rules in step with those that were activated last.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        rules: Those of this node.
        kept: Where nodes leave what they activate.
    """

    def __init__(self, rules: Rules, kept: RuleSets, telemetry: Telemetry) -> None:
        self._rules = rules
        self._kept = kept
        self._telemetry = telemetry
        self._is_behind = asyncio.Event()

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
        if active is not None and active.version == self._rules.version:
            return True
        if active is None or changed_ms > active.at_ms:
            await self._rules.share()
            return False
        self._is_behind.set()
        await self.catch_up()
        return True

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear what other nodes write."""
        if any(isinstance(entry.fact, RulesActivated) for entry in entries):
            self._is_behind.set()

    async def run(self) -> None:
        """Load whatever is activated elsewhere, until cancelled."""
        while True:
            await self._is_behind.wait()
            await self.catch_up()
            if self._is_behind.is_set():
                await asyncio.sleep(AGAIN_S)

    async def catch_up(self) -> None:
        """Load what was activated last; what fails is tried again by `run`."""
        self._is_behind.clear()
        try:
            active = await self._kept.active_rules()
            is_new = active is not None and await self._rules.adopt(active)
        except (PackError, Unavailable) as error:
            log.error("rules_not_adopted", reason=str(error))  # noqa: TRY400 -- no defect of ours
            self._telemetry.rules_refused.inc()
            self._is_behind.set()
            return
        except Exception:
            log.exception("rules_share_failed")  # a defect of ours must not end the server
            self._telemetry.rules_refused.inc()
            self._is_behind.set()
            return
        if is_new:
            log.info("rules_adopted", ruleset=self._rules.version)
