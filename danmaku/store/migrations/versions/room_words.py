"""Rooms may have words of their own."""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let a room point to the entry that holds its words."""
    op.add_column("room", Column("words_seq", BigInteger))
