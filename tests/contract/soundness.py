"""What `verify` says of a record, as a list."""

import contextlib
import sqlite3

from danmaku.config import StoreSettings
from danmaku.store.database import DATABASE_FILE
from danmaku.store.verify import Finding, verify


def steps_of(data_dir, url=""):
    steps = []
    verify(StoreSettings(data_dir=data_dir, url=url), steps.append)
    return steps


def findings_in(data_dir, url=""):
    return [step for step in steps_of(data_dir, url) if isinstance(step, Finding)]


def findings_after(data_dir, statement):
    """What is found once a closed record was changed below everything that would refuse it."""
    with contextlib.closing(sqlite3.connect(data_dir / DATABASE_FILE)) as connection:
        connection.execute(statement)
        connection.commit()
    return findings_in(data_dir)
