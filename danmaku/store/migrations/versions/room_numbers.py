"""Rooms have numbers, for tools that know no names."""

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0040"
down_revision = "0029"

_COUNT = """
UPDATE room SET number = counted.number FROM (
  SELECT id, row_number() OVER (ORDER BY created_ms, id) AS number FROM room
) AS counted WHERE counted.id = room.id
"""


def upgrade() -> None:
    """Number the rooms that there are in the order in which they opened."""
    with op.batch_alter_table("room") as room:
        room.add_column(Column("number", BigInteger))
    op.execute(text(_COUNT))
    with op.batch_alter_table("room") as room:
        room.alter_column("number", nullable=False)
        room.create_unique_constraint("room_number_key", ["number"])
