"""How the tables came to be: Alembic's home, run whenever a record is opened."""

from zlib import crc32

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

_MADE = (
    "SELECT CAST(type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') AS BLOB)"
    " FROM sqlite_master WHERE name NOT LIKE '{without}' ORDER BY type, name"
)
_ALL = _MADE.format(without="sqlite_stat%")  # those come and go with what a planner has learnt
_NAMED = _MADE.format(without="sqlite_%")  # noted in former days: no index of a key's own


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
    former = MigrationContext.configure(connection).get_current_revision()
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        newest = MigrationContext.configure(connection).get_current_revision()
        is_noted = _noted_form(connection) not in {0, _form(connection, _NAMED)}
        if newest != former or not is_noted:
            connection.exec_driver_sql(f"PRAGMA user_version = {_form(connection, _ALL)}")


def is_in_form(connection: Connection) -> bool:
    """Whether the words that made the tables are those of the last step, as far as noted.

    SQLite keeps them as text that nothing else vouches for; their sum lies in the file's header.
    """
    return _noted_form(connection) in {0, _form(connection, _ALL), _form(connection, _NAMED)}


def _noted_form(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def _form(connection: Connection, made: str) -> int:
    """A sum of the words, as the header has room for: 31 bits."""
    words = connection.exec_driver_sql(made).scalars().all()
    return crc32(b"\n".join(bytes(one) for one in words)) & 0x7FFF_FFFF
