"""What facts about rules with a life do to the page: the newest word on each stands in its table.

Whether such a step may follow the one before is for the verbs to say, but for work over the record,
which people and the work itself turn at the same time. Nothing here is ever undone.
"""

from collections.abc import Callable
from typing import Any

from danmaku.domain.facts import Entry
from danmaku.domain.ids import RoomId
from danmaku.domain.rule_facts import (
    BackScanBegun,
    BackScanTurned,
    BulkRecallPlanned,
    RulesDrafted,
    RuleStage,
    RulesTurned,
    ScanPhase,
    UrgentRuleReached,
    UrgentRuleSet,
    UrgentRuleTurned,
    may_follow,
)
from danmaku.errors import Stale
from danmaku.store import rule_schema as schema
from danmaku.store.page import Page


def _draft(page: Page, chain: RoomId, fact: RulesDrafted | RulesTurned) -> Entry:
    entry = page.put(chain, fact)
    draft, stage = entry.seq, RuleStage.DRAFT
    if isinstance(fact, RulesTurned):
        draft, stage = fact.draft, fact.stage
    page.keep(schema.rule_draft, (("draft", draft),), stage=stage.value, seq=entry.seq)
    return entry


def _urge(page: Page, chain: RoomId, fact: UrgentRuleSet | UrgentRuleTurned) -> Entry:
    entry = page.put(chain, fact)
    urgent = entry.seq if isinstance(fact, UrgentRuleSet) else fact.urgent
    page.keep(schema.urgent_rule, (("urgent", urgent),), until_ms=fact.until_ms, seq=entry.seq)
    return entry


def _reach(page: Page, chain: RoomId, fact: UrgentRuleReached) -> Entry:
    entry = page.put(chain, fact)
    key = (("urgent", fact.urgent), ("node", fact.node))
    page.keep(schema.urgent_reach, key, seq=entry.seq)
    return entry


def _scan(
    page: Page, chain: RoomId, fact: BackScanBegun | BulkRecallPlanned | BackScanTurned
) -> Entry:
    if isinstance(fact, BackScanTurned):
        before = page.ground.scans.get(fact.scan)
        if before is not None and not may_follow(fact, before):
            raise Stale  # somebody has turned it meanwhile
    entry = page.put(chain, fact)
    scan, phase = entry.seq, ScanPhase.RUNNING
    if isinstance(fact, BulkRecallPlanned):
        phase = ScanPhase.PLANNED
    if isinstance(fact, BackScanTurned):
        scan, phase = fact.scan, fact.phase
    page.ground.scans[scan] = phase
    page.keep(schema.back_scan, (("scan", scan),), phase=phase.value, seq=entry.seq)
    return entry


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    RulesDrafted: _draft,
    RulesTurned: _draft,
    UrgentRuleSet: _urge,
    UrgentRuleTurned: _urge,
    UrgentRuleReached: _reach,
    BackScanBegun: _scan,
    BulkRecallPlanned: _scan,
    BackScanTurned: _scan,
}
