"""Rule sets, urgent rules and back-scans, divided into header and sealed body."""

from typing import Any

import msgspec

from danmaku.domain import rule_facts as facts
from danmaku.domain.ids import Millis, Pseudonym, RoomId, Seq
from danmaku.domain.rule_facts import RuleStage, ScanPhase, Treatment, UrgentRule
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored


class SealedRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule set says, and why somebody wants it."""

    text: str = ""
    why: str = ""


class SealedWhy(msgspec.Struct, frozen=True, kw_only=True):
    """Why, in the words of who did it."""

    why: str = ""


class SealedUrgent(msgspec.Struct, frozen=True, kw_only=True):
    """What an urgent rule looks for, and why."""

    rule: UrgentRule | None = None
    why: str = ""


class SealedScan(msgspec.Struct, frozen=True, kw_only=True):
    """Why, and what makes the receipts of its cases."""

    secret: str = ""
    why: str = ""


class DraftCame(About, frozen=True, kw_only=True, omit_defaults=True, tag="rules_drafted"):
    """Header of `RulesDrafted`."""

    version: str
    rules: int
    actor: Pseudonym | None = None


class DraftTurned(About, frozen=True, kw_only=True, omit_defaults=True, tag="rules_turned"):
    """Header of `RulesTurned`."""

    draft: Seq
    stage: RuleStage
    actor: Pseudonym | None = None


class UrgentCame(About, frozen=True, kw_only=True, omit_defaults=True, tag="urgent_rule_set"):
    """Header of `UrgentRuleSet`."""

    until_ms: Millis
    nodes: int
    actor: Pseudonym | None = None


class UrgentTurned(About, frozen=True, kw_only=True, omit_defaults=True, tag="urgent_rule_turned"):
    """Header of `UrgentRuleTurned`."""

    urgent: Seq
    until_ms: Millis | None = None
    actor: Pseudonym | None = None


class UrgentReached(
    About, frozen=True, kw_only=True, omit_defaults=True, tag="urgent_rule_reached"
):
    """Header of `UrgentRuleReached`."""

    urgent: Seq
    node: str


class ScanCame(About, frozen=True, kw_only=True, omit_defaults=True, tag="back_scan_begun"):
    """Header of `BackScanBegun`."""

    version: str
    treatment: Treatment
    upto_ms: Millis
    comments: int
    hits: int
    actor: Pseudonym
    room: RoomId | None = None
    since_ms: Millis | None = None
    draft: Seq | None = None


class SealedBulkRecall(msgspec.Struct, frozen=True, kw_only=True):
    """Why, and how far each room's record had come."""

    tops: dict[RoomId, Seq] = msgspec.field(default_factory=dict)
    why: str = ""


class BulkRecallCame(
    About, frozen=True, kw_only=True, omit_defaults=True, tag="bulk_recall_planned"
):
    """Header of `BulkRecallPlanned`."""

    category: str
    upto_ms: Millis
    comments: int
    actor: Pseudonym
    against: Pseudonym | None = None
    rule: str | None = None
    version: str = ""
    room: RoomId | None = None
    since_ms: Millis | None = None
    like: str | None = None


class ScanTurned(About, frozen=True, kw_only=True, omit_defaults=True, tag="back_scan_turned"):
    """Header of `BackScanTurned`."""

    scan: Seq
    phase: ScanPhase
    seen: int
    hits: int
    room: RoomId | None = None
    origin: Seq | None = None
    actor: Pseudonym | None = None


RuleAbout = (
    DraftCame
    | DraftTurned
    | UrgentCame
    | UrgentTurned
    | UrgentReached
    | ScanCame
    | BulkRecallCame
    | ScanTurned
)

_KINDS: tuple[tuple[type[Any], type[About], type[msgspec.Struct] | None], ...] = (
    (facts.RulesDrafted, DraftCame, SealedRules),
    (facts.RulesTurned, DraftTurned, SealedWhy),
    (facts.UrgentRuleSet, UrgentCame, SealedUrgent),
    (facts.UrgentRuleTurned, UrgentTurned, SealedWhy),
    (facts.UrgentRuleReached, UrgentReached, None),
    (facts.BackScanBegun, ScanCame, SealedScan),
    (facts.BulkRecallPlanned, BulkRecallCame, SealedBulkRecall),
    (facts.BackScanTurned, ScanTurned, None),
)

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
for _fact, _about, _sealed in _KINDS:
    PACKERS[_fact], UNPACKERS[_about] = mirrored(_fact, _about, sealed=_sealed)
