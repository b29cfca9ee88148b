"""Sessions end when nobody uses them."""

import time

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0042"
down_revision = "0041"

_IDLE_MS = 14 * 86_400_000


def upgrade() -> None:
    """Make the column; what was open ends in two weeks unless it is used, when it was is not known.

    Whoever has not come back since this step would else stay signed in for as long as before.
    """
    op.add_column("session", Column("used_ms", BigInteger))
    until_ms = time.time_ns() // 1_000_000 + _IDLE_MS
    shortened = text("UPDATE session SET until_ms = :until_ms WHERE until_ms > :until_ms")
    op.get_bind().execute(shortened, {"until_ms": until_ms})
