import pytest

from tests.articles.clock import HouseClock
from tests.live.site import running, settings_of


@pytest.fixture
def clock(monkeypatch):
    """Of the house that is opened after it."""
    clock = HouseClock()
    for name in ("danmaku.core.now_ms", "danmaku.app.now_ms"):
        monkeypatch.setattr(name, clock.now_ms)
    monkeypatch.setattr("danmaku.core.steady_ms", clock.steady_ms)
    return clock


@pytest.fixture
async def site(tmp_path, clock):  # noqa: ARG001 -- it lives by that clock
    async with running(settings_of(tmp_path / "data")) as site:
        yield site
