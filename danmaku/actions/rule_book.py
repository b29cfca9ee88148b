"""Rule sets with a life: written down, tried on the side, put in force, retired.

Article: articles.Article.BETTER_METHODS
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.rule_builds import BuildFailed, build_from
from danmaku.actions.rule_lives import RuleLives
from danmaku.actions.rules import Rules
from danmaku.actions.shadow import Shadow
from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import clean_text
from danmaku.domain.grants import require_unless_operator
from danmaku.domain.ids import PLATFORM, AccountId, Seq
from danmaku.domain.rule_facts import RulesDrafted, RuleStage, RulesTurned
from danmaku.domain.rule_reports import TrackRecord
from danmaku.domain.rule_sets import (
    DRAFT_BYTES_MAX,
    DRAFTS_MAX,
    WHY_MAX,
    Difference,
    RuleSetRow,
    difference,
)
from danmaku.errors import BadMessage, Code, Coded, NotFound, Overloaded
from danmaku.filter.faults import RuleFileError
from danmaku.filter.findings import Findings
from danmaku.filter.rule_text import text_of
from danmaku.filter.rules import Rule
from danmaku.filter.screen import Screen
from danmaku.ports import Append, Clock, Record

SCREENS_KEPT: Final = 4
FAULTS_TOLD: Final = 20
TEXT_MAX: Final = 1_000  # code points of a text to try

_WAITING = (RuleStage.DRAFT, RuleStage.SHADOW)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one rule set says of a text; `draft` is None for the rules in force."""

    draft: Seq | None
    stage: RuleStage
    findings: Findings


class RuleBook:
    """See the module.

    Args:
        rules: Those in force.
        shadow: Where rules are tried.
        build_s: Building a rule set may take so long, seconds.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        lives: RuleLives,
        *,
        rules: Rules,
        shadow: Shadow,
        freshen: Freshen,
        clock: Clock,
        build_s: float,
    ) -> None:
        self.lives = lives
        self.shadow = shadow
        self._decisions = Decisions(record, freshen)
        self._rules = rules
        self._clock = clock
        self._build_s = build_s
        self._screens: OrderedDict[Seq, Screen] = OrderedDict()

    # --- reading

    async def listed(self, who: Standing | None) -> list[RuleSetRow]:
        """All rule sets, newest first.

        Raises:
            NotSignedIn, NotAllowed: `who` drafts no rules; None is the operator.
        """
        self.require(who, Power.RULES_DRAFT)
        return await self.lives.rule_sets()

    async def one(self, who: Standing | None, draft: Seq) -> RuleSetRow:
        """One rule set with its words.

        Raises:
            NotSignedIn, NotAllowed: As `listed`.
            NotFound: There is no such rule set.
        """
        self.require(who, Power.RULES_DRAFT)
        row = await self.lives.rule_set(draft)
        if row is None:
            raise NotFound("There is no such rule set.")
        return row

    def exported(self, who: Standing | None) -> str:
        """The rules in force as a rule file that can be changed and drafted again.

        Raises:
            NotSignedIn, NotAllowed: As `listed`.
        """
        self.require(who, Power.RULES_DRAFT)
        return text_of(self._rules.in_force.ruleset)

    async def track_records(self, who: Standing | None) -> list[tuple[TrackRecord, Rule | None]]:
        """How rules have done, and each as it is in force; None: it is not any more.

        Raises:
            NotSignedIn, NotAllowed: As `listed`.
        """
        self.require(who, Power.RULES_DRAFT)
        known = {rule.rule_id: rule for rule in self._rules.in_force.ruleset.rules}
        return [(one, known.get(one.rule_id)) for one in await self.lives.track_records()]

    async def differs(
        self, who: Standing | None, draft: Seq, from_draft: Seq | None = None
    ) -> Difference:
        """What changes from another rule set (None: from the rules in force) to this one.

        Raises:
            DanmakuError: As `screen`.
        """
        after = await self.screen(await self.one(who, draft))
        if from_draft is None:
            return difference(self._rules.in_force.ruleset, after.ruleset)
        before = await self.screen(await self.one(who, from_draft))
        return difference(before.ruleset, after.ruleset)

    async def judged(self, who: Standing | None, text: str) -> list[Opinion]:
        """What the rules in force, those in the shadow and the newest drafts say of a text.

        Nothing is recorded, and the text is not kept.

        Raises:
            NotSignedIn, NotAllowed: As `listed`.
            BadMessage: The text is too long.
        """
        self.require(who, Power.RULES_DRAFT)
        if len(text) > TEXT_MAX:
            raise BadMessage(f"At most {TEXT_MAX} characters.")
        now_ms, line = self._clock(), clean_text(text)
        opinions = [Opinion(None, RuleStage.ACTIVE, self._rules.in_force.inspect(line, now_ms))]
        waiting = await self.lives.rule_sets(*_WAITING)
        waiting.sort(key=lambda row: (row.stage is not RuleStage.SHADOW, -row.draft))
        for row in waiting[:SCREENS_KEPT]:
            if row.fact.text:
                screen = await self.screen(row)
                opinions.append(Opinion(row.draft, row.stage, screen.inspect(line, now_ms)))
        return opinions

    # --- the life of a rule set

    async def draft(self, who: Standing | None, text: str, why: str) -> RuleSetRow:
        """Write a rule set down; nothing is judged by it yet.

        Raises:
            NotSignedIn, NotAllowed: `who` drafts no rules.
            BadMessage: With what is wrong with it.
            Coded: OWN_LIMIT: too many wait.
            Overloaded: It could not be built in time.
        """
        self.require(who, Power.RULES_DRAFT)
        if len(text.encode()) > DRAFT_BYTES_MAX:
            raise BadMessage(f"A rule set has at most {DRAFT_BYTES_MAX} bytes.")
        reason, screen = reason_of(why), await self._built(text)
        ruleset = screen.ruleset

        async def decide(asker: Standing | None) -> Sequence[Append]:
            self.require(asker, Power.RULES_DRAFT)
            if len(await self.lives.rule_sets(*_WAITING)) >= DRAFTS_MAX:
                raise Coded(Code.OWN_LIMIT, f"{DRAFTS_MAX} rule sets wait; retire some first.")
            fact = RulesDrafted(
                ruleset.version, len(ruleset.rules), account_of(asker), text, reason
            )
            return [Append(PLATFORM, fact)]

        [entry] = await self._decisions.carry(who, decide)
        self._remember(entry.seq, screen)
        return await self.one(who, entry.seq)

    async def try_on(self, who: Standing | None, draft: Seq, why: str = "") -> RuleSetRow:
        """Let a rule set judge live comments without deciding; whatever did so before stops.

        Raises:
            DanmakuError: As `retire`.
        """
        return await self._turn(who, draft, RuleStage.SHADOW, why)

    async def retire(self, who: Standing | None, draft: Seq, why: str = "") -> RuleSetRow:
        """Put a rule set away.

        Raises:
            NotSignedIn, NotAllowed: `who` activates no rules.
            NotFound: There is no such rule set.
            BadMessage: It is in force, or was retired.
        """
        return await self._turn(who, draft, RuleStage.RETIRED, why)

    async def _turn(
        self, who: Standing | None, draft: Seq, stage: RuleStage, why: str
    ) -> RuleSetRow:
        reason = reason_of(why)

        async def decide(asker: Standing | None) -> Sequence[Append]:
            self.require(asker, Power.RULES_ACTIVATE)
            row = await self.one(asker, draft)
            if row.stage not in _WAITING or row.stage is stage:
                raise BadMessage(f"This rule set is {row.stage.value}.")
            actor = account_of(asker)
            turned = [Append(PLATFORM, RulesTurned(draft, stage, actor, reason))]
            if stage is RuleStage.SHADOW:
                turned += await self._turned_from(RuleStage.SHADOW, RuleStage.DRAFT, actor)
            return turned

        await self._decisions.carry(who, decide)
        return await self.one(who, draft)

    async def activate(self, who: Standing | None, draft: Seq, why: str = "") -> RuleSetRow:
        """Let a rule set decide, in place of the rule file; whatever is laid over stays.

        Raises:
            DanmakuError: As `retire` and `screen`; DUPLICATE: it decides already.
        """
        self.require(who, Power.RULES_ACTIVATE)
        row, reason = await self.one(who, draft), reason_of(why)
        if row.stage is RuleStage.ACTIVE:
            raise Coded(Code.DUPLICATE, "This rule set is in force.")
        actor = account_of(who)
        also = [
            Append(PLATFORM, RulesTurned(draft, RuleStage.ACTIVE, actor, reason)),
            *await self._turned_from(RuleStage.ACTIVE, RuleStage.RETIRED, actor),
        ]
        if not await self._rules.activate(who, large=await self.screen(row), also=also):
            raise Coded(Code.DUPLICATE, "These rules are in force already.")
        return await self.one(who, draft)

    async def _turned_from(
        self, stage: RuleStage, into: RuleStage, actor: AccountId | None
    ) -> list[Append]:
        return [
            Append(PLATFORM, RulesTurned(row.draft, into, actor))
            for row in await self.lives.rule_sets(stage)
        ]

    async def screen(self, row: RuleSetRow) -> Screen:
        """A rule set, built.

        Raises:
            BadMessage: It was erased, or cannot be read any more.
            Overloaded: It could not be built in time.
        """
        if (known := self._screens.get(row.draft)) is not None:
            self._screens.move_to_end(row.draft)
            return known
        if not row.fact.text:
            raise BadMessage("The words of this rule set were erased.")
        screen = await self._built(row.fact.text)
        self._remember(row.draft, screen)
        return screen

    def _remember(self, draft: Seq, screen: Screen) -> None:
        self._screens[draft] = screen
        while len(self._screens) > SCREENS_KEPT:
            self._screens.popitem(last=False)

    async def _built(self, text: str) -> Screen:
        try:
            return await build_from(text.encode(), "draft.toml", seconds_max=self._build_s)
        except RuleFileError as error:
            raise BadMessage("; ".join(map(str, error.faults[:FAULTS_TOLD]))) from error
        except BuildFailed as error:
            raise Overloaded("The rules could not be built in time.") from error

    def require(self, who: Standing | None, power: Power) -> None:
        """Let `who` do this; None is the operator.

        Raises:
            NotSignedIn, NotAllowed: They may not.
        """
        require_unless_operator(who, power, None, self._clock())


def account_of(who: Standing | None) -> AccountId | None:
    """Who acts; None: the operator."""
    return None if who is None else who.account


def reason_of(why: str) -> str:
    """Why somebody does something, in its bounds.

    Raises:
        BadMessage: It is too long.
    """
    if len(why) > WHY_MAX:
        raise BadMessage(f"A reason has at most {WHY_MAX} characters.")
    return clean_text(why)
