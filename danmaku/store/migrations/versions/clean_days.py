"""Comments that stand are counted by account and day."""

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table, and count what was published before."""
    op.create_table(
        "clean_day",
        Column("account", BigInteger, primary_key=True, autoincrement=False),
        Column("day", BigInteger, primary_key=True, autoincrement=False),
        Column("comments", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    counted = "INSERT INTO clean_day (account, day, comments) SELECT account, at_ms / 86400000, count(*) FROM comment WHERE status = 'published' AND NOT imported GROUP BY 1, 2"  # noqa: E501
    op.execute(text(counted))
