"""Features and their assessments; who likes which comment, and how many do."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, String

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables: no feature is on, and nobody has liked anything."""
    op.create_table(
        "feature",
        Column("feature", String, primary_key=True),
        Column("word", String, primary_key=True),
        Column("stands", Boolean, nullable=False),
        Column("reference", String, nullable=False),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_table(
        "comment_like",
        Column("room", String, primary_key=True),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("account", BigInteger, primary_key=True, autoincrement=False),
        Column("stands", Boolean, nullable=False),
        Column("seq", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_comment_like_account", "comment_like", ["account"])
    op.create_table(
        "like_count",
        Column("room", String, primary_key=True),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("likes", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
