"""Cases: of every comment that was ever held, and of every report."""

import json
from collections.abc import Iterator
from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    MetaData,
    String,
    Table,
    false,
    text,
)

revision = "0020"
down_revision = "0013"

_ROWS_AT_ONCE = 1000
_STARTS_HOURS = {
    "illegal": 48,
    "porn": 48,
    "gambling": 48,
    "fraud": 48,
    "minors": 120,
} | dict.fromkeys(("attack", "privacy", "spam", "flood", "contact", "impersonation"), 12)
_HOUR_MS = 3_600_000


def upgrade() -> None:
    """Make the tables, and open the cases that the entries of before would have opened."""
    op.add_column("measure", Column("case_id", String))
    op.create_index("ix_measure_case_id", "measure", ["case_id"])
    provisional = Column("is_provisional", Boolean, nullable=False, server_default=false())
    op.add_column("measure", provisional)
    _make_tables()
    _make_indexes()
    _open_cases(op.get_bind())


def _make_tables() -> None:
    people = ("against", "claimant", "decider")
    places = ("number", "origin", "lease_until_ms", "turned_seq", "ended_seq", "ended_ms")
    words = ("room", "measure_id", "ending", "outcome", "merged_into", "ended_chain")
    op.create_table(
        "case_file",
        Column("id", String, primary_key=True),
        *(Column(name, String, nullable=False) for name in ("kind", "subject", "subject_kind")),
        *(Column(name, String, nullable=False) for name in ("category", "opened_chain", "desk")),
        *(Column(name, BigInteger, nullable=False) for name in ("rank", "opened_seq", "opened_ms")),
        *(Column(name, BigInteger, nullable=False) for name in ("queue_ms", "reports_count")),
        *(Column(name, BigInteger) for name in (*people, *places)),
        *(Column(name, String) for name in words),
    )
    op.create_table(
        "case_receipt",
        Column("receipt", String, primary_key=True),
        Column("case_id", String, ForeignKey("case_file.id"), nullable=False, index=True),
        Column("filer", BigInteger, ForeignKey("account.id"), index=True),
        Column("filed_seq", BigInteger, nullable=False, index=True),
        Column("filed_ms", BigInteger, nullable=False),
    )


def _make_indexes() -> None:
    op.create_index("case_by_subject", "case_file", ["subject", "kind"])
    op.create_index("case_by_measure", "case_file", ["measure_id"])
    is_open, is_ended = text("ending IS NULL"), text("ending IS NOT NULL")
    for name, columns in (
        ("case_next", ["rank", "id", "queue_ms", "desk", "lease_until_ms", "kind"]),
        ("case_of_kind", ["kind", "rank", "id"]),
        ("case_of_room", ["room", "rank", "id"]),
        ("case_claimed", ["claimant", "lease_until_ms"]),
        ("case_overdue", ["kind", "category", "queue_ms"]),
        ("case_open", ["kind", "subject"]),
        ("case_ended", ["ended_ms", "id"]),
    ):
        where = is_ended if name == "case_ended" else is_open
        op.create_index(
            name,
            "case_file",
            columns,
            sqlite_where=where,
            postgresql_where=where,
        )


def _open_cases(connection: Connection) -> None:
    case_file = Table("case_file", MetaData(), autoload_with=connection)
    case_receipt = Table("case_receipt", MetaData(), autoload_with=connection)
    for wanted, made in ((_HELD, _review), (_FILED, _report)):
        for rows in _pages(connection, wanted):
            found = [made(connection, row) for row in rows]
            connection.execute(case_file.insert(), [case for case, _ in found])
            if receipts := [receipt for _, receipt in found if receipt]:
                connection.execute(case_receipt.insert(), receipts)


def _pages(connection: Connection, wanted: str) -> Iterator[list[Any]]:
    chain, seq = "", 0
    while True:
        key = {"chain": chain, "seq": seq, "limit": _ROWS_AT_ONCE}
        rows = list(connection.execute(text(wanted), key))
        if rows:
            yield rows
        if len(rows) < _ROWS_AT_ONCE:
            return
        chain, seq = rows[-1].chain, rows[-1].seq


_HELD = """
SELECT e.chain, e.seq, e.at_ms, c.account, c.status, c.category, c.published_seq, c.changed_seq,
  b.content
FROM entry e JOIN comment c ON c.room = e.chain AND c.origin = e.seq
LEFT JOIN body b ON b.chain = e.chain AND b.seq = e.seq AND b.part = 'sealed'
WHERE e.kind = 'comment_held' AND (e.chain > :chain OR (e.chain = :chain AND e.seq > :seq))
ORDER BY e.chain, e.seq LIMIT :limit
"""
_FILED = """
SELECT e.chain, e.seq, e.at_ms, e.header, r.receipt, r.answered_seq, r.finding
FROM entry e JOIN report r ON r.seq = e.seq
WHERE e.chain = '@platform' AND (e.chain > :chain OR (e.chain = :chain AND e.seq > :seq))
ORDER BY e.chain, e.seq LIMIT :limit
"""
_JUDGED = "SELECT at_ms, header FROM entry WHERE chain = :chain AND seq = :seq"
_NAMED = "SELECT account FROM pseudonym WHERE chain = :chain AND pseudonym = :name"


def _review(connection: Connection, row: Any) -> tuple[dict[str, Any], None]:
    category = row.category or "" if row.content is None else json.loads(row.content)["category"]
    rank = row.at_ms - (12 + _STARTS_HOURS.get(category, 0)) * _HOUR_MS
    case = _case(f"h.{row.chain}.{row.seq}", "review", row, category, rank) | {
        "subject": f"held:{row.chain}:{row.seq}",
        "subject_kind": "comment",
        "room": row.chain,
        "origin": row.seq,
        "against": row.account,
        "reports_count": 0,
    }
    if row.status != "held":
        ended_seq = row.published_seq or row.changed_seq
        outcome = "rejected" if row.published_seq else "upheld"
        case |= _ending(connection, row.chain, ended_seq, outcome)
    return case, None


def _report(connection: Connection, row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    about = json.loads(row.header)["about"]
    room, number, category = about.get("room"), about.get("number"), about["category"]
    kind = "site" if room is None else "room" if number is None else "comment"
    rank = row.at_ms - _STARTS_HOURS.get(category, 0) * _HOUR_MS
    case = _case(f"r{row.seq}", "report", row, category, rank) | {
        "subject": ":".join(str(part) for part in (kind, room, number) if part is not None),
        "subject_kind": kind,
        "room": room,
        "number": number,
        "reports_count": 1,
    }
    if row.answered_seq is not None:
        case |= _ending(connection, row.chain, row.answered_seq, row.finding)
    receipt = {
        "receipt": row.receipt,
        "case_id": case["id"],
        "filer": _account(connection, row.chain, about.get("reporter")),
        "filed_seq": row.seq,
        "filed_ms": row.at_ms,
    }
    return case, receipt


def _case(case_id: str, kind: str, row: Any, category: str, rank: int) -> dict[str, Any]:
    columns = (
        "number",
        "measure_id",
        "claimant",
        "lease_until_ms",
        "turned_seq",
        "merged_into",
        "against",
    )
    ending = ("ending", "outcome", "decider", "ended_chain", "ended_seq", "ended_ms", "origin")
    return dict.fromkeys((*columns, *ending)) | {
        "id": case_id,
        "kind": kind,
        "category": category,
        "rank": rank,
        "opened_chain": row.chain,
        "opened_seq": row.seq,
        "opened_ms": row.at_ms,
        "queue_ms": row.at_ms,
        "desk": "platform",
    }


def _ending(connection: Connection, chain: str, seq: int, outcome: str) -> dict[str, Any]:
    found = connection.execute(text(_JUDGED), {"chain": chain, "seq": seq}).one()
    about = json.loads(found.header)["about"]
    actor = about.get("actor")
    # Where its author lets it appear, its time was over, and nobody decided.
    has_decided = actor is None or actor != about.get("author")
    return {
        "ending": "decided" if has_decided else "withdrawn",
        "outcome": outcome if has_decided else None,
        "decider": _account(connection, chain, actor if has_decided else None),
        "ended_chain": chain,
        "ended_seq": seq,
        "ended_ms": found.at_ms,
    }


def _account(connection: Connection, chain: str, name: str | None) -> int | None:
    return connection.scalar(text(_NAMED), {"chain": chain, "name": name}) if name else None
