"""How the tables came to be: Alembic's home, run whenever a record is opened."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migrate(connection: Connection, *, partitions_count: int = 0) -> None:
    """Bring the tables to the newest form, inside the caller's transaction.

    Args:
        connection: In a transaction.
        partitions_count: Into how many parts PostgreSQL divides the tables that grow with the
            rooms, if it is now that it makes them; 0: they stay whole.
    """
    config = Config()
    config.set_main_option("script_location", "danmaku.store:migrations")
    config.attributes["connection"] = connection
    config.attributes["partitions_count"] = partitions_count
    command.upgrade(config, "head")
