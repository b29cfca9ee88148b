"""Legal holds, and rooms in which goods were sold."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, String, false

revision = "0030"
down_revision = "0028"


def upgrade() -> None:
    """Make the table and the column; no room sold anything so far."""
    op.create_table(
        "legal_hold",
        Column("id", String, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), index=True),
        Column("reach", LargeBinary),
        Column("is_told", Boolean, nullable=False),
        Column("seq", BigInteger, nullable=False),
    )
    sold = Column("has_sold", Boolean, nullable=False, server_default=false())
    op.add_column("room", sold)
