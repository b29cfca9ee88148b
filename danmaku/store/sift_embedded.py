"""The other process of `sift.py`, for an embedded record.

It imports no more than that takes. With all that may mean an address it would begin half a second
later, on a processor that others want.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from danmaku.store.database import DATABASE_FILE, look_at
from danmaku.store.sifting import Task, be_another


def _look(task: Task, question: Callable[[Engine], None]) -> None:
    look_at(Path(task.data_dir) / DATABASE_FILE, question)


if __name__ == "__main__":
    be_another(_look)
