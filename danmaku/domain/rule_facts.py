"""What the platform's chain can say of rule sets, urgent rules, back-scans and bulk recalls.

The words of rules, and why somebody wants them, are sealed: who can read them knows what to avoid.
Each thing is named by the seq of the entry that it came with.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.filter.rules import Action, Klass


class RuleStage(StrEnum):
    """Life of a rule set: draft, shadow, active, retired; a draft may be retired unused."""

    DRAFT = "draft"
    SHADOW = "shadow"
    ACTIVE = "active"
    RETIRED = "retired"


class Treatment(StrEnum):
    """What a back-scan does to a published comment that the rules would not let pass."""

    HOLD = "hold"  # it leaves every public place until a person has looked
    RECALL = "recall"


class ScanPhase(StrEnum):
    """Life of a back-scan or a bulk recall; either end may be undone as a whole."""

    PLANNED = "planned"  # a bulk recall that was previewed: nothing has been done
    RUNNING = "running"
    ENDED = "ended"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class UrgentRule:
    """One word or pattern that cannot wait for a rule set."""

    text: str  # the word, or a regular expression of RE2
    is_pattern: bool
    category: str
    klass: Klass
    action: Action


@dataclass(frozen=True, slots=True)
class RulesDrafted:
    """A rule set was written down; nothing is judged by it yet."""

    version: str
    rules: int  # how many
    actor: AccountId | None  # None: the operator, at the command line
    text: str = ""  # as a rule file has it
    why: str = ""


@dataclass(frozen=True, slots=True)
class RulesTurned:
    """A rule set entered another stage of its life."""

    draft: Seq
    stage: RuleStage
    actor: AccountId | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class UrgentRuleSet:
    """A rule was laid over those in force, for a time.

    Article: articles.Article.PROMPT_ADDRESS
    """

    until_ms: Millis
    nodes: int  # how many servers were known to be there
    actor: AccountId | None
    rule: UrgentRule | None = None  # None: erased
    why: str = ""


@dataclass(frozen=True, slots=True)
class UrgentRuleTurned:
    """An urgent rule has another end: none where it was adopted, a time gone by where it ended."""

    urgent: Seq
    until_ms: Millis | None
    actor: AccountId | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class UrgentRuleReached:
    """A server judges by an urgent rule from here on."""

    urgent: Seq
    node: str


@dataclass(frozen=True, slots=True)
class BackScanBegun:
    """What was published before is judged by other rules; what they hit gets a measure each.

    Article: articles.Article.BETTER_METHODS
    """

    version: str
    treatment: Treatment
    room: RoomId | None  # None: all
    since_ms: Millis | None  # comments received from then on; None: all
    upto_ms: Millis  # and before that
    comments: int  # to look at, as counted before
    hits: int  # expected, likewise
    actor: AccountId
    draft: Seq | None = None  # the rule set's; None: the rules in force
    secret: str = ""  # what receipts of its cases are made with
    why: str = ""


@dataclass(frozen=True, slots=True)
class BulkRecallPlanned:
    """Published comments were chosen, counted and shown; what is executed later is these.

    Article: articles.Article.EMERGENCY_RESPONSE
    """

    category: str
    upto_ms: Millis  # comments received before that
    comments: int  # how many were chosen
    actor: AccountId
    against: AccountId | None = None  # who wrote them; None: several people
    rule: str | None = None  # what objects to them
    version: str = ""  # of the rules that were asked; empty: none
    room: RoomId | None = None  # None: all
    since_ms: Millis | None = None
    tops: dict[RoomId, Seq] = field(default_factory=dict)  # see bulk_recalls.Pick
    why: str = ""
    like: str | None = None  # see bulk_recalls.Selection


@dataclass(frozen=True, slots=True)
class BackScanTurned:
    """How far a back-scan or a bulk recall has come; `scan` is the seq that it came with."""

    scan: Seq
    phase: ScanPhase
    seen: int  # comments looked at
    hits: int  # measures taken
    room: RoomId | None = None  # the last comment looked at: it goes on after that
    origin: Seq | None = None
    actor: AccountId | None = None  # None: the work went on by itself


_MAY_FOLLOW = {
    ScanPhase.PLANNED: {ScanPhase.RUNNING},
    ScanPhase.RUNNING: {ScanPhase.RUNNING, ScanPhase.ENDED, ScanPhase.STOPPED},
    ScanPhase.ENDED: {ScanPhase.UNDOING},
    ScanPhase.STOPPED: {ScanPhase.STOPPED, ScanPhase.UNDOING},  # once more, with what it had done
    ScanPhase.UNDOING: {ScanPhase.UNDONE},
    ScanPhase.UNDONE: set[ScanPhase](),
}


def may_follow(turn: BackScanTurned, before: ScanPhase) -> bool:
    """Whether such work can turn so; the work and people turn it at the same time.

    What somebody executes was not executed before.
    """
    is_executed = turn.phase is ScanPhase.RUNNING and turn.actor is not None
    if is_executed and before is not ScanPhase.PLANNED:
        return False
    return turn.phase in _MAY_FOLLOW[before]


RuleFact = (
    RulesDrafted
    | RulesTurned
    | UrgentRuleSet
    | UrgentRuleTurned
    | UrgentRuleReached
    | BackScanBegun
    | BulkRecallPlanned
    | BackScanTurned
)
