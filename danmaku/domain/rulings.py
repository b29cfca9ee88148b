"""Who may decide a case, and what a decision is.

Only an `Arbiter` writes a decision, and only `arbiter_of` makes one: no act on a case finds a way
round the question whether it is one's own.

Article: articles.Article.APPEAL_DECIDED_BY_ANOTHER, articles.Article.NO_MANIPULATION
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.account import Power, Standing
from danmaku.domain.case_facts import CaseDecided
from danmaku.domain.cases import TEXT_MAX, Case, CaseKind, CaseOutcome, Desk
from danmaku.domain.categories import category_of, class_of
from danmaku.domain.comment import clean_text
from danmaku.domain.facts import PlatformFact
from danmaku.domain.grants import require
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.measures import Function, Measure, Step
from danmaku.errors import BadMessage, Code, Coded
from danmaku.filter.rules import Klass

STEPS_MAX = 5  # further measures in one decision


class Role(StrEnum):
    """What somebody has to do with a case beside deciding it."""

    FILER = "filer"  # reported, complained, appealed, or found it on patrol
    AUTHOR = "author"  # of the comment
    SUBJECT = "subject"  # the account, whom the measure is against, who owns the room
    DECIDER = "decider"  # decided what is complained of, or an earlier appeal on it


_PARTIES = frozenset({Role.FILER, Role.AUTHOR, Role.SUBJECT})
EXCLUDED: dict[CaseKind, frozenset[Role]] = {
    CaseKind.REVIEW: _PARTIES,
    CaseKind.REPORT: _PARTIES,
    CaseKind.COMPLAINT: _PARTIES | {Role.DECIDER},
    CaseKind.APPEAL: _PARTIES | {Role.DECIDER},
    CaseKind.PATROL: _PARTIES - {Role.FILER},  # looking is the duty of who decides
    CaseKind.RECHECK: _PARTIES | {Role.DECIDER},  # neither of the two who differ
}
"""Who decides no case of a kind."""


@dataclass(frozen=True, slots=True)
class Arbiter:
    """Somebody who may decide this case; see the module."""

    who: Standing
    case: Case


def arbiter_of(who: Standing, case: Case, roles: frozenset[Role], now_ms: Millis) -> Arbiter:
    """Let somebody work on a case.

    Raises:
        NotAllowed: They decide no cases, or none that waits for an editor.
        Coded: OWN_INTEREST: they have to do with it.
    """
    require(who, Power.CASE_DECIDE, None, now_ms)
    if case.waits_at(now_ms) is Desk.EDITOR:
        require(who, Power.MEASURE_GRAVE, None, now_ms)
    if roles & EXCLUDED[case.kind]:
        raise Coded(Code.OWN_INTEREST, "You have to do with this case; somebody else decides.")
    return Arbiter(who, case)


@dataclass(frozen=True, slots=True)
class FurtherStep:
    """A measure that a decision takes against whom the case is about."""

    step: Step
    lasts_ms: int | None = None
    room: RoomId | None = None  # there alone; None: everywhere
    functions: frozenset[Function] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a arbiter says; nothing in it has been checked but its types."""

    outcome: CaseOutcome
    category: str | None = None  # None: the case's own
    basis: str = "rules of the platform"
    note: str = ""  # reasons, told to those whom it concerns
    steps: tuple[FurtherStep, ...] = ()


_WHOLE = frozenset({CaseKind.REVIEW, CaseKind.RECHECK})
_CONFIRMED = frozenset({CaseOutcome.UPHELD, CaseOutcome.PARTLY})
_WITH_STEPS: dict[CaseKind, frozenset[CaseOutcome]] = {
    CaseKind.APPEAL: frozenset({CaseOutcome.PARTLY}),  # a milder one in its place
    CaseKind.RECHECK: frozenset(),
}


def ruled(arbiter: Arbiter, decision: Decision) -> CaseDecided:
    """The fact of a decision.

    Raises:
        BadMessage: It makes no sense for such a case.
    """
    case, outcome = arbiter.case, decision.outcome
    if len(decision.note) > TEXT_MAX:
        raise BadMessage(f"Reasons have at most {TEXT_MAX} characters.")
    if len(decision.steps) > STEPS_MAX:
        raise BadMessage(f"A decision takes at most {STEPS_MAX} further measures.")
    if case.kind in _WHOLE and outcome is CaseOutcome.PARTLY:
        raise BadMessage("A comment is shown or it is not.")
    if decision.steps and outcome not in _WITH_STEPS.get(case.kind, _CONFIRMED):
        raise BadMessage("Such a decision takes no measures.")
    category = case.category if decision.category is None else category_of(decision.category)
    note = clean_text(decision.note)
    return CaseDecided(case.case_id, arbiter.who.account, outcome, category, note)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision about to be committed, for whatever else has to be in the same commit."""

    case: Case
    decided: CaseDecided
    against: AccountId | None  # the account it concerns
    origin: Seq | None  # of the comment it is about, where there is one
    measures: tuple[Measure, ...]  # that it takes
    at_ms: Millis
    is_owner: bool = False  # whether that account keeps a room of its own

    @property
    def klass(self) -> Klass:
        """On what ground its category stands."""
        return class_of(self.decided.category)

    @property
    def confirms_violation(self) -> bool:
        """Whether it says that something broke a rule: an appeal never does.

        A second look does where the comment was let stand, so that no measure is argued about.
        """
        is_right = self.decided.outcome is not CaseOutcome.REJECTED
        if self.case.kind is CaseKind.RECHECK:
            return is_right and self.case.is_of_shown_comment
        return is_right and self.case.kind is not CaseKind.APPEAL


Consequence = Callable[[Ruling], Sequence[PlatformFact]]
"""Further facts that follow from a decision, committed with it; a pure function."""
