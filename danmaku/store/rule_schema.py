"""The tables of rules with a life: projections, as those in `schema.py`.

Each row says how something stands by the newest entry about it; its words are in the entries.
"""

from sqlalchemy import BigInteger, Column, Index, String, Table

from danmaku.store.tables import metadata

rule_draft = Table(
    "rule_draft",
    metadata,
    Column("draft", BigInteger, primary_key=True, autoincrement=False),  # seq of RulesDrafted
    Column("stage", String, nullable=False, index=True),
    Column("seq", BigInteger, nullable=False),
)

urgent_rule = Table(
    "urgent_rule",
    metadata,
    Column("urgent", BigInteger, primary_key=True, autoincrement=False),  # seq of UrgentRuleSet
    Column("until_ms", BigInteger, index=True),  # None: adopted
    Column("seq", BigInteger, nullable=False),
)

# Which servers judge by an urgent rule.
urgent_reach = Table(
    "urgent_reach",
    metadata,
    Column("urgent", BigInteger, primary_key=True, autoincrement=False),
    Column("node", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

back_scan = Table(
    "back_scan",
    metadata,
    Column("scan", BigInteger, primary_key=True, autoincrement=False),  # seq of BackScanBegun
    Column("phase", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("back_scan_by_phase", "phase"),
)
