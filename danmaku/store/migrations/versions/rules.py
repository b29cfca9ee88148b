"""Rule sets with a life, urgent rules, back-scans."""

from alembic import op
from sqlalchemy import BigInteger, Column, String

revision = "0023"
down_revision = "0020"


def _key(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _newest() -> Column[int]:
    return Column("seq", BigInteger, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    stage = Column("stage", String, nullable=False, index=True)
    op.create_table("rule_draft", _key("draft"), stage, _newest())
    until = Column("until_ms", BigInteger, index=True)
    op.create_table("urgent_rule", _key("urgent"), until, _newest())
    node = Column("node", String, primary_key=True)
    op.create_table("urgent_reach", _key("urgent"), node, _newest())
    op.create_table("back_scan", _key("scan"), Column("phase", String, nullable=False), _newest())
    op.create_index("back_scan_by_phase", "back_scan", ["phase"])
