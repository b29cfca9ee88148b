"""How far the terms of what is held have been followed, and where an account has been."""

from alembic import op
from sqlalchemy import BigInteger, Column, String

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the places in the chains, and find the chains of an account."""
    op.create_table(
        "swept",
        Column("chain", String, primary_key=True),
        Column("rule", String, primary_key=True),
        Column("seq", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("pseudonym_by_account", "pseudonym", ["account"])
