"""The rules in force lie in the record's database, for all its nodes."""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, String

revision = "0004"
down_revision = "0003"

# SQLite compares texts by code point; PostgreSQL as its database was told, unless a column says.
_Words = String().with_variant(String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make a place for them."""
    op.create_table(
        "rule_set",
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("version", _Words, nullable=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("large", LargeBinary, nullable=False),
        Column("urgent", LargeBinary),
    )
