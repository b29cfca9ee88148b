"""The tables of filings and orders: projections, as those in `schema.py`.

Each row says how something stands by the newest entry about it; its words are in the entries.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table

from danmaku.store.tables import metadata

filing = Table(
    "filing",
    metadata,
    Column("filing", BigInteger, primary_key=True, autoincrement=False),  # seq of FilingBegun
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("risk", String),
    Column("due_ms", BigInteger),
    Column("state", String, nullable=False),
    Column("is_mended", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),  # seq of the entry with its words
    Column("seq", BigInteger, nullable=False),
    Index("filing_by_subject", "kind", "subject"),
    Index("filing_by_state", "state", "due_ms"),
)

department_order = Table(
    "department_order",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("entered", BigInteger, nullable=False),  # seq of OrderEntered
    Column("until_ms", BigInteger),
    Column("is_over", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("order_by_end", "is_over", "until_ms"),
    Index("order_by_entry", "entered"),
)
