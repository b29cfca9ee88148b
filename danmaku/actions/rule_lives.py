"""What the verbs of rules with a life ask of a record."""

from typing import Protocol

from danmaku.domain.ids import Millis, Seq
from danmaku.domain.rule_facts import RuleStage, ScanPhase
from danmaku.domain.rule_reports import TrackRecord
from danmaku.domain.rule_sets import RuleSetRow, ScanKind, ScanRow, UrgentRow
from danmaku.ports import MeasureRow


class RuleLives(Protocol):
    """Rule sets, urgent rules, back-scans and bulk recalls, each newest first."""

    async def rule_sets(self, *stages: RuleStage) -> list[RuleSetRow]:
        """Rule sets in any of these stages; without any, all."""

    async def rule_set(self, draft: Seq) -> RuleSetRow | None:
        """One rule set."""

    async def urgent_rules(self, now_ms: Millis | None) -> list[UrgentRow]:
        """Urgent rules that are in force at that moment; None: those that ended, too."""

    async def scans(
        self, kind: ScanKind, *phases: ScanPhase, before: Seq | None = None
    ) -> list[ScanRow]:
        """A page of back-scans, or bulk recalls, in any of these phases; without any, all."""

    async def scan(self, scan: Seq) -> ScanRow | None:
        """One back-scan or bulk recall."""

    async def track_records(self) -> list[TrackRecord]:
        """How rules have done in the newest decisions, the most doubtful first."""

    async def scan_measures_count(self, scan: Seq) -> int:
        """How many measures one of them has taken, reversed ones included."""

    async def scan_measures(self, scan: Seq, *, after: str, limit: int) -> list[MeasureRow]:
        """What one of them has taken, in the order of the measures' ids, after one."""
