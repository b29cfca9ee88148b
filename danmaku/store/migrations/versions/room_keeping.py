"""Powers in part, proposals of powers, answers to reports, and what keepers have hidden."""

import json

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, String, text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables and columns; each report finds its room in the header of its entry."""
    op.add_column("power_grant", Column("powers", String))
    op.create_table(
        "proposal",
        Column("id", String, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
        Column("room", String, nullable=False, index=True),
        Column("bundle", String, nullable=False),
        Column("proposed_seq", BigInteger, nullable=False),
        Column("settled_seq", BigInteger),
        Column("outcome", String),
    )
    hidden = text("by = 'room'")
    op.create_index(
        "comment_hidden",
        "comment",
        ["room", "category"],
        sqlite_where=hidden,
        postgresql_where=hidden,
    )
    _place_reports()


def _place_reports() -> None:
    for name, kind in (("room", String), ("answered_seq", BigInteger), ("finding", String)):
        op.add_column("report", Column(name, kind))
    op.create_index("ix_report_room", "report", ["room"])
    connection = op.get_bind()
    filed = connection.execute(
        text("SELECT seq, header FROM entry WHERE chain = '@platform' AND kind = 'report_filed'")
    )
    for seq, header in filed.all():
        room = json.loads(header)["about"].get("room")
        connection.execute(
            text("UPDATE report SET room = :room WHERE seq = :seq"), {"room": room, "seq": seq}
        )
