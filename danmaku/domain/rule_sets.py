"""Rules with a life, as those see them who edit them: rows, names, and what differs."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.rule_facts import (
    BackScanBegun,
    BackScanTurned,
    BulkRecallPlanned,
    RulesDrafted,
    RuleStage,
    ScanPhase,
    UrgentRule,
    UrgentRuleSet,
)
from danmaku.errors import BadMessage
from danmaku.filter.patterns import fault_of
from danmaku.filter.rule_file import word_fault
from danmaku.filter.rules import (
    RESERVED_CATEGORIES,
    Action,
    Provenance,
    Rule,
    Ruleset,
    version_of,
)

DRAFT_BYTES_MAX: Final = 1 << 20
DRAFTS_MAX: Final = 50  # rule sets that are neither active nor retired
URGENT_MAX: Final = 200  # rules laid over the others at one time
WHY_MAX: Final = 1000  # code points
_RECEIPT_CHARS = 16


@dataclass(frozen=True, slots=True)
class RuleSetRow:
    """A rule set and where it is in its life."""

    draft: Seq
    drafted_ms: Millis
    fact: RulesDrafted
    stage: RuleStage
    turned_ms: Millis
    turned_by: AccountId | None


@dataclass(frozen=True, slots=True)
class UrgentRow:
    """An urgent rule, its end, and the servers that judge by it."""

    urgent: Seq
    set_ms: Millis
    fact: UrgentRuleSet
    until_ms: Millis | None  # None: adopted
    reached: tuple[tuple[str, Millis], ...]  # a server, and when it said so

    @property
    def reach_ms(self) -> int | None:
        """How long the slowest server took, milliseconds; None: not all have it yet."""
        if len(self.reached) < self.fact.nodes:
            return None
        return max(at_ms for _, at_ms in self.reached) - self.set_ms


ScanKind = type[BackScanBegun] | type[BulkRecallPlanned]
"""What is worked through in the same way: see `actions.bulk_work`."""


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A back-scan or a bulk recall, and how far it has come."""

    scan: Seq
    begun_ms: Millis
    fact: BackScanBegun | BulkRecallPlanned
    turned: BackScanTurned | None  # None: nothing has been looked at
    turned_ms: Millis

    @property
    def phase(self) -> ScanPhase:
        """Where it is in its life."""
        if self.turned is not None:
            return self.turned.phase
        is_planned = isinstance(self.fact, BulkRecallPlanned)
        return ScanPhase.PLANNED if is_planned else ScanPhase.RUNNING

    @property
    def hits(self) -> int:
        """Measures taken."""
        return 0 if self.turned is None else self.turned.hits


# --- urgent rules


def urgent_id(urgent: Seq) -> str:
    """What verdicts call an urgent rule."""
    return f"urgent-{urgent}"


def checked(rule: UrgentRule) -> UrgentRule:
    """Hold an urgent rule to what can be looked for.

    Raises:
        BadMessage: Naming what is wrong with it.
    """
    if rule.action not in {Action.MASK, Action.HOLD, Action.REFUSE}:
        raise BadMessage("An urgent rule masks, holds or refuses.")
    if rule.category in RESERVED_CATEGORIES:
        raise BadMessage(f"Category {rule.category} belongs to the house itself.")
    wrong = fault_of(rule.text) if rule.is_pattern else word_fault(rule.text)
    if wrong is not None:
        raise BadMessage(f"This cannot be looked for: {wrong}.")
    return rule


def rule_of(row: UrgentRow) -> Rule | None:
    """The rule as the filter knows rules; None: its words were erased."""
    urgent = row.fact.rule
    if urgent is None:
        return None
    sought = (urgent.text,)
    return Rule(
        rule_id=urgent_id(row.urgent),
        category=urgent.category,
        klass=urgent.klass,
        action=urgent.action,
        words=() if urgent.is_pattern else sought,
        patterns=sought if urgent.is_pattern else (),
        until_ms=row.until_ms,
        provenance=Provenance(why=row.fact.why, since_ms=row.set_ms),
    )


def laid_over(rows: Iterable[UrgentRow]) -> Ruleset:
    """What these rows lay over the rules in force; the same rows give the same version."""
    rules = tuple(rule for row in rows if (rule := rule_of(row)) is not None)
    return Ruleset(version_of(repr(rules)), rules)


# --- back-scans


def scan_measure_id(scan: Seq, room: RoomId, origin: Seq) -> str:
    """The measure that a back-scan takes on a comment: there is but one, however often it looks."""
    return f"{scan_measures(scan)}{room}-{origin}"


def scan_measures(scan: Seq) -> str:
    """What the ids of all measures of a back-scan begin with."""
    return f"b{scan}-"


def scan_receipt(secret: str, measure_id: str) -> str:
    """The receipt of the case that a held comment opens: nobody without the secret finds it."""
    digest = sha256(f"{secret}\0{measure_id}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:_RECEIPT_CHARS]


_BASIS = "rule "


def basis_in(row: ScanRow, rule_id: str) -> str:
    """What a measure of this work rests on; an empty rule: on the word of who chose."""
    return basis_of(rule_id, row.fact.version) if rule_id else f"bulk recall {row.scan}"


def basis_of(rule_id: str, version: str) -> str:
    """How a measure names the rule that it rests on."""
    return f"{_BASIS}{rule_id} of {version}"


def rule_in(basis: str) -> str | None:
    """The rule that a measure rests on, by id; None: it is no rule of the filter."""
    return basis.removeprefix(_BASIS).split(" of ")[0] if basis.startswith(_BASIS) else None


# --- what differs


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from one rule set to another, by ids of rules."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    allowed_added: tuple[str, ...]
    allowed_removed: tuple[str, ...]


def difference(before: Ruleset, after: Ruleset) -> Difference:
    """Hold two rule sets against each other."""
    was = {rule.rule_id: rule for rule in before.rules}
    will = {rule.rule_id: rule for rule in after.rules}
    return Difference(
        added=tuple(sorted(will.keys() - was.keys())),
        removed=tuple(sorted(was.keys() - will.keys())),
        changed=tuple(sorted(key for key in was.keys() & will.keys() if was[key] != will[key])),
        allowed_added=tuple(sorted(set(after.allowed) - set(before.allowed))),
        allowed_removed=tuple(sorted(set(before.allowed) - set(after.allowed))),
    )
