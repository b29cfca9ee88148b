"""The rules in force: asked for every text, swapped without a restart, never trusted to succeed."""

from time import thread_time_ns

import structlog

from danmaku.domain.account import Power, Standing
from danmaku.domain.admission import Look
from danmaku.domain.facts import RulesActivated
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM
from danmaku.filter.findings import Findings
from danmaku.filter.rules import Ruleset
from danmaku.filter.screen import Screen
from danmaku.ports import Append, Clock, Record
from danmaku.telemetry import Telemetry

log = structlog.get_logger(__name__)


class Rules:
    """The screen that looks at every text.

    Fails closed: whatever goes wrong in the filter, or takes too long, is a comment *held*.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        screen: The rules to begin with.
        micros_max: A longer look is judged a fault, microseconds of the thread's own time.
    """

    def __init__(
        self,
        screen: Screen,
        *,
        record: Record,
        clock: Clock,
        micros_max: int,
        telemetry: Telemetry,
    ) -> None:
        self._screen = screen
        self._record = record
        self._clock = clock
        self._micros_max = micros_max
        self._telemetry = telemetry

    @property
    def version(self) -> str:
        """Version of the rules in force."""
        return self._screen.ruleset.version

    def look(self, text: str) -> Look:
        """Inspect one text; never raises.

        Cost: one scan, no await; the screen in force at its start decides to its end.
        """
        screen = self._screen
        # The thread's own time: a machine that is busy elsewhere is no fault of the filter's.
        began_ns = thread_time_ns()
        try:
            findings = screen.inspect(text)
        except Exception:
            log.exception("filter_fault", ruleset=screen.ruleset.version)
            findings = Findings.fault(screen.ruleset.version)
            self._telemetry.filter_faults.inc()
        took_ns = thread_time_ns() - began_ns
        self._telemetry.filter_seconds.observe(took_ns / 1e9)
        micros = took_ns // 1000
        if micros > self._micros_max:
            log.error("filter_overrun", ruleset=screen.ruleset.version, micros=micros)
            findings = Findings.fault(screen.ruleset.version)
            self._telemetry.filter_faults.inc()
        return Look(findings, micros)

    async def activate(self, who: Standing | None, ruleset: Ruleset) -> bool:
        """Let another rule set decide; the change is recorded before it does.

        Args:
            who: Who asks; None is the operator, whose rule file has changed.
            ruleset: The new rules; False is answered if they are in force already.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
        """
        if who is not None:
            require(who, Power.RULES_ACTIVATE, None, self._clock())
        if ruleset.version == self.version:
            return False
        screen = Screen(ruleset)
        actor = None if who is None else who.account
        fact = RulesActivated(version=ruleset.version, rules=len(ruleset.rules), actor=actor)
        await self._record.commit(Append(PLATFORM, fact))
        self._screen = screen
        return True
