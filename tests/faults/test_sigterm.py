"""SIGTERM at random moments under load: nothing is lost, and the end is clean and soon."""

import pytest

from bench.server import Server
from danmaku.config import ServerSettings
from danmaku.gateway.server import CLOSE_WAIT_S
from tests.faults.lives import live_through

pytestmark = pytest.mark.faults

SLOW_MACHINE_S = 5.0  # on top: what is tested is not how fast a busy machine is
ENDED_S = ServerSettings().drain_ms / 1000 + 2 * CLOSE_WAIT_S + SLOW_MACHINE_S


def stop(server: Server) -> None:
    assert server.stop(ENDED_S) == 0, server.log_tail()


@pytest.mark.parametrize(
    "rounds",
    [
        5,
        pytest.param(100, marks=[pytest.mark.soak, pytest.mark.timeout(7200)]),
    ],
)
async def test_nothing_seen_or_acknowledged_is_lost_by_stopping(tmp_path, chance, rounds):
    await live_through(tmp_path, chance, stop, rounds)

    assert "Traceback" not in (tmp_path / "server.log").read_text()
