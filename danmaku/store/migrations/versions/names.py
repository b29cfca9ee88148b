"""Names, titles and summaries are judged, and may wait for a person."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, String

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table; names from before stand as they are."""
    op.create_table(
        "naming",
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("surface", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("state", String, nullable=False, index=True),
        Column("account", BigInteger, ForeignKey("account.id"), index=True),
        Column("over_seq", BigInteger),
    )
    op.create_index("naming_by_subject", "naming", ["surface", "subject"])
