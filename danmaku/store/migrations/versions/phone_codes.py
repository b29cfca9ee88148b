"""Codes that were sent to phones wait where every server finds them."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "phone_code",
        Column("account", BigInteger, ForeignKey("account.id"), primary_key=True),
        Column("until_ms", BigInteger, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
