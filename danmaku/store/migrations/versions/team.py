"""Training, duty and second looks of the staff."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, String, UniqueConstraint

revision = "0027"
down_revision = "0030"


def _key(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _whole(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables: nobody was trained, and nothing was looked at again."""
    op.create_table("question_set", _key("version"), *_whole("seq"))
    op.create_table(
        "training",
        _key("account"),
        Column("has_passed", Boolean, primary_key=True),
        *_whole("version", "right_count", "asked_count", "at_ms"),
        Column("until_ms", BigInteger),
        *_whole("seq"),
    )
    op.create_table(
        "duty",
        _key("account"),
        Column("begun_ms", BigInteger),
        Column("until_ms", BigInteger),
        *_whole("seq"),
    )
    op.create_table(
        "lots",
        Column("name", String, primary_key=True),
        *_whole("upto_seq", "upto_ms", "seq"),
    )
    op.create_table(
        "recheck",
        _key("recheck"),
        Column("decided_chain", String, nullable=False),
        *_whole("decided_seq", "decided_ms", "actor"),
        Column("room", String, nullable=False),
        *_whole("origin"),
        Column("number", BigInteger),
        Column("measure_id", String),
        Column("violates", Boolean, nullable=False),
        Column("category", String, nullable=False),
        *_whole("drawn_ms"),
        Column("judged_seq", BigInteger),
        Column("second", BigInteger),
        Column("says_violates", Boolean),
        Column("says_category", String),
        UniqueConstraint("decided_chain", "decided_seq", name="one_recheck_per_decision"),
    )
    op.create_index("recheck_by_judged", "recheck", ["judged_seq"])
    op.create_index("measure_by_entry", "measure", ["taken_seq"])
