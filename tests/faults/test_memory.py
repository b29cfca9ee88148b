"""A server that gets no more memory, again and again under load: whatever it does, nothing is lost.

It may live on and answer less, or end: parts that are compiled end the process where they get
none. Either way what anybody saw or was told is in the record.
"""

import resource
import time
from pathlib import Path
from random import Random

import pytest

from bench.server import Server
from tests.faults.lives import live_through

pytestmark = pytest.mark.faults

SHORT_S = 1.5
FELT_S = 60.0  # who has done without for so long has all that it needs
BEYOND_BYTES_MAX = 4 << 20  # of address space, beyond what it has as it becomes short


class Shortages:
    """What takes memory from a server, and kills it if it has lived through that.

    Attributes:
        felt_count: How often it ended by itself, or was refused some.
    """

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.felt_count = 0

    def __call__(self, server: Server) -> None:
        failed_before = refusals_in(server)
        beyond_bytes = self._chance.randrange(BEYOND_BYTES_MAX)
        limits = size_bytes(server.pid) + beyond_bytes, resource.RLIM_INFINITY
        resource.prlimit(server.pid, resource.RLIMIT_AS, limits)
        began_s = time.monotonic()
        time.sleep(SHORT_S)
        while not (is_felt := not server.is_running or refusals_in(server) > failed_before):
            if time.monotonic() - began_s > FELT_S:
                break
            time.sleep(0.1)
        self.felt_count += is_felt
        server.kill()


def size_bytes(pid: int) -> int:
    """Its address space."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def refusals_in(server: Server) -> int:
    return server.log.read_text().count("MemoryError")


@pytest.mark.parametrize(
    "rounds",
    [
        3,
        pytest.param(50, marks=[pytest.mark.soak, pytest.mark.timeout(7200)]),
    ],
)
async def test_nothing_seen_or_acknowledged_is_lost_for_want_of_memory(tmp_path, chance, rounds):
    shortages = Shortages(chance)

    await live_through(tmp_path, chance, shortages, rounds)

    assert shortages.felt_count > 0
