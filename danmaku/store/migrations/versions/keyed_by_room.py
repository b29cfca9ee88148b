"""Every key of a comment names its room, so that the table may lie in partitions by room."""

from alembic import op

revision = "0003"
down_revision = "0002"

_UNIQUE = {"uq": "uq_%(table_name)s_%(column_0_name)s"}


def upgrade() -> None:
    """Let the client's key be unique in its room; it always named that as well."""
    if op.get_bind().dialect.name == "postgresql":
        return  # made so from the beginning
    with op.batch_alter_table(
        "comment",
        recreate="always",  # SQLite changes no constraint of a table that stands
        naming_convention=_UNIQUE,
        table_kwargs={"sqlite_with_rowid": False},
    ) as comment:
        comment.drop_constraint("uq_comment_client_key", type_="unique")
        comment.create_unique_constraint("one_comment_per_client_key", ["client_key", "room"])
