"""The other process of `sift.py`, for a record that servers share."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from danmaku.config import StoreSettings
from danmaku.store.opening import look
from danmaku.store.sifting import Task, be_another


def _look(task: Task, question: Callable[[Engine], None]) -> None:
    look(StoreSettings(url=task.url, data_dir=Path(task.data_dir)), question)


if __name__ == "__main__":
    be_another(_look)
