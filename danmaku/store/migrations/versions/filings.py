"""Filings, and orders of the department."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, String

revision = "0029"
down_revision = "0027"


def upgrade() -> None:
    """Make the tables: nothing has been filed or ordered."""
    op.create_table(
        "filing",
        Column("filing", BigInteger, primary_key=True, autoincrement=False),
        Column("kind", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("risk", String),
        Column("due_ms", BigInteger),
        Column("state", String, nullable=False),
        Column("is_mended", Boolean, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_index("filing_by_subject", "filing", ["kind", "subject"])
    op.create_index("filing_by_state", "filing", ["state", "due_ms"])
    op.create_table(
        "department_order",
        Column("order_id", String, primary_key=True),
        Column("entered", BigInteger, nullable=False),
        Column("until_ms", BigInteger),
        Column("is_over", Boolean, nullable=False),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_index("order_by_end", "department_order", ["is_over", "until_ms"])
    op.create_index("order_by_entry", "department_order", ["entered"])
