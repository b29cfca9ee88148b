"""How the tables came to be: Alembic's home, run whenever a record is opened."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migrate(connection: Connection) -> None:
    """Bring the tables to the newest form, inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", "danmaku.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
