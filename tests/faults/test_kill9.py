"""kill -9 at random moments under load: whatever anybody saw or was told is still true."""

from random import Random

import pytest

from bench.server import Server
from tests.faults.lives import live_through

pytestmark = pytest.mark.faults

SETTLED_S = 5.0


async def play(folder, chance: Random, rounds: int, **more: float) -> None:
    sends = await live_through(folder, chance, Server.kill, rounds, **more)
    assert sum(send.published is None for send in sends) > 0  # or nothing was open at any kill


async def test_nothing_seen_or_acknowledged_is_lost_in_20_kills(tmp_path, chance):
    await play(tmp_path, chance, rounds=20)


@pytest.mark.soak
async def test_nothing_seen_or_acknowledged_is_lost_in_200_kills(tmp_path, chance):
    await play(tmp_path, chance, rounds=200, settled_s=SETTLED_S)
