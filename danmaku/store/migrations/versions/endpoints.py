"""Endpoints that are told what happens, and how far each has been told."""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, String

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Make the tables; nobody is told anything so far."""
    op.create_table(
        "endpoint",
        Column("id", String, primary_key=True),
        Column("state", String, nullable=False),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_table(
        "endpoint_secret",
        Column("endpoint", String, primary_key=True),
        Column("sealed", LargeBinary, nullable=False),
    )
    op.create_table(
        "endpoint_place",
        Column("endpoint", String, primary_key=True),
        Column("chain", String, primary_key=True),
        Column("seq", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "endpoint_turn",
        Column("endpoint", String, primary_key=True),
        Column("node", String, nullable=False),
        Column("until_ms", BigInteger, nullable=False),
        Column("tries", BigInteger, nullable=False),
        Column("next_ms", BigInteger, nullable=False),
        Column("failing_since_ms", BigInteger),
    )
    op.create_table(
        "endpoint_try",
        Column("endpoint", String, primary_key=True),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("message_id", String, nullable=False),
        Column("event", String, nullable=False),
        Column("chain", String, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("outcome", String, nullable=False),
        Column("status", BigInteger),
        Column("took_ms", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
