"""Urgent rules: one word or pattern, in force on every server within a moment, for a time.

Article: articles.Article.EMERGENCY_RESPONSE, articles.Article.BETTER_METHODS
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.rule_book import account_of, reason_of
from danmaku.actions.rule_lives import RuleLives
from danmaku.domain.account import Power, Standing
from danmaku.domain.grants import require_unless_operator
from danmaku.domain.ids import PLATFORM, Millis, Seq
from danmaku.domain.rule_facts import UrgentRule, UrgentRuleSet, UrgentRuleTurned
from danmaku.domain.rule_sets import URGENT_MAX, UrgentRow, checked
from danmaku.domain.times import DAY_MS
from danmaku.errors import BadMessage, Code, Coded, NotFound
from danmaku.ports import Append, Clock, Record

LASTS_MS_MAX: Final = 31 * DAY_MS


@dataclass(frozen=True, slots=True)
class UrgentDraft:
    """What somebody wants looked for at once; nothing in it has been checked but its types."""

    rule: UrgentRule
    lasts_ms: int
    why: str


class UrgentRules:
    """See the module.

    Args:
        nodes_count: How many servers judge comments now, this one among them.
    """

    def __init__(
        self,
        record: Record,
        lives: RuleLives,
        *,
        freshen: Freshen,
        clock: Clock,
        nodes_count: Callable[[], int],
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._lives = lives
        self._clock = clock
        self._nodes_count = nodes_count

    async def listed(self, who: Standing | None) -> list[UrgentRow]:
        """Urgent rules, newest first, those that ended among them.

        Raises:
            NotSignedIn, NotAllowed: `who` drafts no rules; None is the operator.
        """
        require_unless_operator(who, Power.RULES_DRAFT, None, self._clock())
        return await self._lives.urgent_rules(None)

    async def add(self, who: Standing | None, draft: UrgentDraft) -> Seq:
        """Lay a rule over those in force; it ends by itself unless it is adopted.

        Raises:
            NotSignedIn, NotAllowed: `who` activates no rules.
            BadMessage: It cannot be looked for, or has no reason or no fitting term.
            Coded: OWN_LIMIT: too many are in force.
        """
        rule, why = checked(draft.rule), reason_of(draft.why)
        if not why:
            raise BadMessage("Say why.")
        if not 0 < draft.lasts_ms <= LASTS_MS_MAX:
            raise BadMessage("An urgent rule lasts 31 days at most.")

        async def decide(asker: Standing | None) -> Sequence[Append]:
            self._allow(asker)
            now_ms = self._clock()
            if len(await self._lives.urgent_rules(now_ms)) >= URGENT_MAX:
                raise Coded(Code.OWN_LIMIT, f"{URGENT_MAX} urgent rules are in force; end some.")
            until_ms = Millis(now_ms + draft.lasts_ms)
            fact = UrgentRuleSet(until_ms, self._nodes_count(), account_of(asker), rule, why)
            return [Append(PLATFORM, fact)]

        [entry] = await self._decisions.carry(who, decide)
        return entry.seq

    async def adopt(self, who: Standing | None, urgent: Seq, why: str = "") -> None:
        """Let an urgent rule stay until somebody ends it.

        Raises:
            NotSignedIn, NotAllowed, BadMessage: As `add`.
            NotFound: No such rule is in force.
        """
        await self._turn(who, urgent, why, is_end=False)

    async def end(self, who: Standing | None, urgent: Seq, why: str = "") -> None:
        """Take an urgent rule back.

        Raises:
            DanmakuError: As `adopt`.
        """
        await self._turn(who, urgent, why, is_end=True)

    async def _turn(self, who: Standing | None, urgent: Seq, why: str, *, is_end: bool) -> None:
        reason = reason_of(why)

        async def decide(asker: Standing | None) -> Sequence[Append]:
            self._allow(asker)
            now_ms = self._clock()
            if not any(row.urgent == urgent for row in await self._lives.urgent_rules(now_ms)):
                raise NotFound("No such rule is in force.")
            until_ms = now_ms if is_end else None
            fact = UrgentRuleTurned(urgent, until_ms, account_of(asker), reason)
            return [Append(PLATFORM, fact)]

        await self._decisions.carry(who, decide)

    def _allow(self, who: Standing | None) -> None:
        require_unless_operator(who, Power.RULES_ACTIVATE, None, self._clock())
