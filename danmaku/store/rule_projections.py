"""Whether the tables of rules with a life say what the entries say."""

from danmaku.domain.rule_facts import RuleStage, ScanPhase
from danmaku.store import rule_schema as schema
from danmaku.store.codec import About
from danmaku.store.rule_codec import (
    BulkRecallCame,
    DraftCame,
    DraftTurned,
    ScanCame,
    ScanTurned,
    UrgentCame,
    UrgentReached,
    UrgentTurned,
)
from danmaku.store.schema import AnyRow
from danmaku.store.table_rows import AccountOf, RowSaid, Say

RULE_TABLES = (schema.rule_draft, schema.urgent_rule, schema.urgent_reach, schema.back_scan)


def _draft_came(row: AnyRow, _about: DraftCame, _account_of: AccountOf) -> RowSaid:
    return schema.rule_draft, {"draft": row.seq}, {"stage": RuleStage.DRAFT.value}


def _draft_turned(_row: AnyRow, about: DraftTurned, _account_of: AccountOf) -> RowSaid:
    return schema.rule_draft, {"draft": about.draft}, {"stage": about.stage.value}


def _urgent_came(row: AnyRow, about: UrgentCame, _account_of: AccountOf) -> RowSaid:
    return schema.urgent_rule, {"urgent": row.seq}, {"until_ms": about.until_ms}


def _urgent_turned(_row: AnyRow, about: UrgentTurned, _account_of: AccountOf) -> RowSaid:
    return schema.urgent_rule, {"urgent": about.urgent}, {"until_ms": about.until_ms}


def _urgent_reached(_row: AnyRow, about: UrgentReached, _account_of: AccountOf) -> RowSaid:
    return schema.urgent_reach, {"urgent": about.urgent, "node": about.node}, {}


def _scan_came(row: AnyRow, _about: ScanCame, _account_of: AccountOf) -> RowSaid:
    return schema.back_scan, {"scan": row.seq}, {"phase": ScanPhase.RUNNING.value}


def _bulk_recall_came(row: AnyRow, _about: BulkRecallCame, _account_of: AccountOf) -> RowSaid:
    return schema.back_scan, {"scan": row.seq}, {"phase": ScanPhase.PLANNED.value}


def _scan_turned(_row: AnyRow, about: ScanTurned, _account_of: AccountOf) -> RowSaid:
    return schema.back_scan, {"scan": about.scan}, {"phase": about.phase.value}


RULE_ROWS: dict[type[About], Say] = {
    DraftCame: _draft_came,
    DraftTurned: _draft_turned,
    UrgentCame: _urgent_came,
    UrgentTurned: _urgent_turned,
    UrgentReached: _urgent_reached,
    ScanCame: _scan_came,
    BulkRecallCame: _bulk_recall_came,
    ScanTurned: _scan_turned,
}
