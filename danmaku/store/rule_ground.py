"""What facts about rules are judged against while one transaction is made; see `ground.py`."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from danmaku.domain.ids import Seq
from danmaku.domain.rule_facts import BackScanTurned, ScanPhase
from danmaku.ports import Append
from danmaku.store import rule_schema as schema


def phases_in(connection: Connection, appends: Iterable[Append]) -> dict[Seq, ScanPhase]:
    """Where those back-scans and bulk recalls are in their lives that appends turn."""
    asked = {one.fact.scan for one in appends if isinstance(one.fact, BackScanTurned)}
    if not asked:
        return {}
    scan = schema.back_scan.c
    rows = connection.execute(select(scan.scan, scan.phase).where(scan.scan.in_(asked)))
    return {row.scan: ScanPhase(row.phase) for row in rows}
