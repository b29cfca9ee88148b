"""The rules in force: asked for every text, swapped without a restart, never trusted to succeed."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from time import thread_time_ns
from typing import Final, NamedTuple

import structlog

from danmaku.domain.account import Power, Standing
from danmaku.domain.facts import BuiltRules, RulesActivated
from danmaku.domain.grants import require_unless_operator
from danmaku.domain.ids import PLATFORM
from danmaku.domain.looks import Look
from danmaku.errors import NotFound
from danmaku.filter.findings import Findings
from danmaku.filter.layers import Layers
from danmaku.filter.normalize import Scanned, scanned_of
from danmaku.filter.packing import pack, unpack
from danmaku.filter.rules import Action, Rule, Ruleset, amended
from danmaku.filter.screen import Screen
from danmaku.filter.small_screen import SmallScreen
from danmaku.ports import ActiveRules, Append, Clock, Record
from danmaku.telemetry import Telemetry

log = structlog.get_logger(__name__)

FORMER_MAX: Final = 2
"""Rule sets kept to go back to."""


class _Chosen(NamedTuple):
    """The rules that decide at one time.

    Attributes:
        screen: What looks: `large` alone, or it and `over` laid together.
        urgent: From its file; None: there is none.
        over: `urgent` and the rules that were laid over by hand; None: neither is there.
        version: Without what was laid over by hand.
    """

    screen: Screen | Layers
    large: Screen
    urgent: Screen | None
    over: Screen | None
    version: str

    @property
    def judges(self) -> tuple[bytes, ...]:
        """What looks, packed. Cost: milliseconds for a large rule set."""
        return (pack(self.large), *([] if self.over is None else [pack(self.over)]))


def _chosen(large: Screen, urgent: Screen | None, laid: tuple[Rule, ...] = ()) -> _Chosen:
    over, plain = urgent, large if urgent is None else Layers(large, urgent)
    if laid:
        over = Screen(amended(Ruleset("") if urgent is None else urgent.ruleset, laid))
    screen = plain if over is urgent or over is None else Layers(large, over)
    return _Chosen(screen, large, urgent, over, plain.ruleset.version)


def _built(chosen: _Chosen) -> BuiltRules:
    return BuiltRules(
        pack(chosen.large), urgent=None if chosen.urgent is None else pack(chosen.urgent)
    )


def _unpacked(built: BuiltRules, laid: tuple[Rule, ...]) -> _Chosen:
    urgent = None if built.urgent is None else unpack(built.urgent)
    return _chosen(unpack(built.large), urgent, laid)


def _at_fault(found: Findings | None, ruleset: str) -> Findings:
    """What a look that failed or was late says: a refusal that it had found stays one."""
    if found is not None and found.action is Action.REFUSE:
        return found
    return Findings.fault(ruleset)


class Rules:
    """The screen that looks at every text.

    Fails closed: whatever goes wrong in the filter, or takes too long, is a comment *held*, unless
    it was found by then that it is *refused*.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        screen: The rules to begin with.
        urgent: What is laid over them; None: nothing.
        micros_max: A longer look is judged a fault, microseconds of the thread's own time.
        shares: Whether what is activated is kept for other nodes.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        screen: Screen,
        *,
        record: Record,
        clock: Clock,
        micros_max: int,
        telemetry: Telemetry,
        urgent: Screen | None = None,
        shares: bool = False,
    ) -> None:
        self._chosen = _chosen(screen, urgent)
        self._laid: tuple[Rule, ...] = ()
        self._former: deque[_Chosen] = deque(maxlen=FORMER_MAX)
        self._changing = asyncio.Lock()
        self._record = record
        self._clock = clock
        self._micros_max = micros_max
        self._telemetry = telemetry
        self._shares = shares

    @property
    def version(self) -> str:
        """Version of the rules in force."""
        return self._chosen.screen.ruleset.version

    @property
    def activated(self) -> str:
        """The same without what was laid over by hand: what an activation names."""
        return self._chosen.version

    @property
    def former(self) -> tuple[str, ...]:
        """Versions that one can go back to, the latest first."""
        return tuple(one.version for one in reversed(self._former))

    @property
    def in_force(self) -> Screen | Layers:
        """What looks now; it never changes, but another one may take its place."""
        return self._chosen.screen

    async def judges(self) -> tuple[bytes, ...]:
        """What looks now, as the filter packs it: one screen, or one and what is laid over it."""
        chosen = self._chosen
        return await asyncio.to_thread(lambda: chosen.judges)

    async def lay_over(self, rules: tuple[Rule, ...]) -> bool:
        """Lay these rules over whatever is in force, in place of those that were.

        Returns:
            False: they are already.
        """
        async with self._changing:
            if rules == self._laid:
                return False
            now = self._chosen
            self._chosen = await asyncio.to_thread(_chosen, now.large, now.urgent, rules)
            self._laid = rules
            return True

    def look(
        self,
        text: str,
        own: Callable[[], SmallScreen] | None = None,
        last: Callable[[Findings, Scanned], Findings] | None = None,
    ) -> Look:
        """Inspect one text; never raises.

        Args:
            text: The text.
            own: Gives the room's own words, which may ask for more than the rules and never for
                less; None: it has none. A fault in them is one of the filter's.
            last: Asked in the end, likewise; None: nobody is.

        Cost: one scan, no await; the screen in force at its start decides to its end.
        """
        screen = self._chosen.screen
        # The thread's own time: a machine that is busy elsewhere is no fault of the filter's.
        began_ns = thread_time_ns()
        findings: Findings | None = None
        try:
            scanned = scanned_of(text)
            findings = screen.findings(scanned, self._clock())
            if own is not None:
                findings = own().tighten(findings, scanned)
            if last is not None:
                findings = last(findings, scanned)
        except Exception:
            log.exception("filter_fault", ruleset=screen.ruleset.version)
            self._telemetry.filter_faults.inc()
            findings = _at_fault(findings, screen.ruleset.version)
        took_ns = thread_time_ns() - began_ns
        self._telemetry.filter_seconds.observe(took_ns / 1e9)
        micros = took_ns // 1000
        if micros > self._micros_max:
            log.error("filter_overrun", ruleset=screen.ruleset.version, micros=micros)
            self._telemetry.filter_faults.inc()
            findings = _at_fault(findings, screen.ruleset.version)
        return Look(findings, micros)

    async def activate(
        self,
        who: Standing | None,
        *,
        large: Screen | None = None,
        urgent: Screen | None = None,
        also: Sequence[Append] = (),
    ) -> bool:
        """Let other rules decide; the change is recorded before they do.

        Args:
            who: Who asks; None is the operator, whose rule file has changed.
            large: Takes the place of the rules in force; None: they stay.
            urgent: Takes the place of what is laid over them; None: it stays.
            also: Committed with it; then the record keeps the rules, and they decide after a
                restart as well.

        Returns:
            False: these rules are in force already.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            Unavailable: It could not be recorded; nothing has changed.
        """
        self._allow(who)
        async with self._changing:
            now = self._chosen
            chosen = _chosen(large or now.large, urgent or now.urgent, self._laid)
            if chosen.version == now.version:
                return False
            self._shares = self._shares or bool(also)
            await self._record_of(who, chosen, also)
            self._former.append(now)
            self._chosen = chosen
            return True

    async def go_back(self, who: Standing | None) -> str:
        """Let the rules before these decide again; those that are left are forgotten.

        Returns:
            The version that is in force now.

        Raises:
            NotFound: No earlier rules are kept.
            NotSignedIn, NotAllowed, Unavailable: As `activate`.
        """
        self._allow(who)
        async with self._changing:
            if not self._former:
                raise NotFound("No earlier rules are kept.")
            former = self._former[-1]
            chosen = _chosen(former.large, former.urgent, self._laid)
            await self._record_of(who, chosen)
            self._former.pop()
            self._chosen = chosen
            return self.version

    async def share(self) -> None:
        """Activate the rules in force for all nodes: no other node has activated any.

        Raises:
            Unavailable: It could not be recorded.
        """
        async with self._changing:
            await self._record_of(None, self._chosen)

    async def adopt(self, active: ActiveRules) -> bool:
        """Let the rules decide here that another node has activated.

        Returns:
            False: these rules are in force already.

        Raises:
            PackError: They cannot be loaded here; nothing has changed.
        """
        async with self._changing:
            self._shares = True
            if active.version == self._chosen.version:
                return False
            chosen = await asyncio.to_thread(_unpacked, active.built, self._laid)
            self._former.append(self._chosen)
            self._chosen = chosen
            return True

    def _allow(self, who: Standing | None) -> None:
        require_unless_operator(who, Power.RULES_ACTIVATE, None, self._clock())

    async def _record_of(
        self, who: Standing | None, chosen: _Chosen, also: Sequence[Append] = ()
    ) -> None:
        actor = None if who is None else who.account
        fact = RulesActivated(
            version=chosen.version,
            rules=len(chosen.screen.ruleset.rules),
            actor=actor,
            built=await asyncio.to_thread(_built, chosen) if self._shares else None,
        )
        await self._record.commit(Append(PLATFORM, fact), *also)
