"""What thousands of houses in one process have once, instead of each making it anew.

Whole servers, which the command line and the browser's tests start, make everything themselves.
"""

import sqlite3
import ssl
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, FastAPI
from sqlalchemy import Connection

from danmaku.actions.outbound import trust_of
from danmaku.store.database import write_engine
from danmaku.store.migrations import migrate
from danmaku.web.app import create_app


def tables_from(path) -> Callable[[Connection], None]:
    """What gives an empty record the tables that all steps together lead to.

    Args:
        path: A file to walk the steps in.
    """
    with write_engine(path).connect() as connection, connection.begin():
        migrate(connection)
        newest = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    with sqlite3.connect(path) as made:
        asked = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        statements = [sql for (sql,) in made.execute(asked)]

    def migrated(connection: Connection) -> None:
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
            migrate(connection)
            return
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (newest,))

    return migrated


PUBLIC = trust_of(None)


def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """As `trust_of`; reading what the public trusts is half the making of a house."""
    return PUBLIC if ca_file is None else trust_of(ca_file)


_ROUTES: dict[object, APIRouter] = {}  # by what is served below /media


def created(house, media=None, **others) -> FastAPI:
    """As `create_app`, with routes in which matching has been prepared by the first app."""
    app = create_app(house, media=media, **others)
    app.router = _ROUTES.setdefault(media, app.router)
    return app
