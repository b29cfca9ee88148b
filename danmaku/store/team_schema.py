"""The tables of the staff: projections, as those in `schema.py`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, UniqueConstraint

from danmaku.store.tables import metadata

question_set = Table(
    "question_set",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)

# The newest test of each outcome: one that is failed takes nothing from one that was passed.
training = Table(
    "training",
    metadata,
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("has_passed", Boolean, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("right_count", BigInteger, nullable=False),
    Column("asked_count", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),
    Column("seq", BigInteger, nullable=False),
)

duty = Table(
    "duty",
    metadata,
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("begun_ms", BigInteger),  # None: ended
    Column("until_ms", BigInteger),
    Column("seq", BigInteger, nullable=False),
)

# How far decisions were looked through; one row.
lots = Table(
    "lots",
    metadata,
    Column("name", String, primary_key=True),
    Column("upto_seq", BigInteger, nullable=False),
    Column("upto_ms", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

recheck = Table(
    "recheck",
    metadata,
    Column("recheck", BigInteger, primary_key=True, autoincrement=False),  # seq of RecheckDrawn
    Column("decided_chain", String, nullable=False),
    Column("decided_seq", BigInteger, nullable=False),
    Column("decided_ms", BigInteger, nullable=False),
    Column("actor", BigInteger, nullable=False),
    Column("room", String, nullable=False),
    Column("origin", BigInteger, nullable=False),
    Column("number", BigInteger),
    Column("measure_id", String),
    Column("violates", Boolean, nullable=False),
    Column("category", String, nullable=False),
    Column("drawn_ms", BigInteger, nullable=False),
    Column("judged_seq", BigInteger),
    Column("second", BigInteger),
    Column("says_violates", Boolean),
    Column("says_category", String),
    UniqueConstraint("decided_chain", "decided_seq", name="one_recheck_per_decision"),
    Index("recheck_by_judged", "judged_seq"),
)
