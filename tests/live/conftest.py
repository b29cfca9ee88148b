import time

import pytest

from danmaku.clock import now_ms
from danmaku.domain.times import DAY_MS
from tests.live.site import running, settings_of

DAY_NS = DAY_MS * 1_000_000


class Wall:
    """The wall clock that the house goes by; tests set it ahead."""

    def __init__(self):
        self._ahead_ns = 0

    def __call__(self):
        return time.time_ns() + self._ahead_ns

    def pass_days(self, days):
        self._ahead_ns += days * DAY_NS


@pytest.fixture
def wall(monkeypatch):
    monkeypatch.setattr(now_ms, "_told", now_ms._told)  # what it tells here is forgotten
    monkeypatch.setattr(now_ms, "_wall_ns", wall := Wall())
    return wall


@pytest.fixture
async def site(tmp_path):
    async with running(settings_of(tmp_path / "data")) as site:
        yield site
