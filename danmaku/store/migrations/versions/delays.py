"""What waits its time alone, and what was held once more, found without a look at all else."""

from alembic import op
from sqlalchemy import text

revision = "0028"
down_revision = "0023"


def upgrade() -> None:
    """Make the indexes."""
    is_delayed = text("status = 'held' AND category = 'delay'")
    op.create_index(
        "comment_delayed",
        "comment",
        ["room", "origin"],
        sqlite_where=is_delayed,
        postgresql_where=is_delayed,
    )
    is_held_on = text("kind = 'comment_held' AND origin <> seq")
    op.create_index(
        "entry_held_on",
        "entry",
        ["chain", "origin"],
        sqlite_where=is_held_on,
        postgresql_where=is_held_on,
    )
