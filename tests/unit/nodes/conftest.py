import pytest

from tests.contract.facts import DEMO
from tests.unit.nodes import house


@pytest.fixture
async def world(tmp_path):
    async with house.world(tmp_path) as world:
        yield world


@pytest.fixture
async def pair(world):
    """Two nodes that follow the platform and the room, and run."""
    one, two = world.node(poll_ms=10, hole_ms=5), world.node(poll_ms=10, hole_ms=5)
    async with one.running(), two.running():
        for node in (one, two):
            await node.record.open()
            await node.record.follow(DEMO)
        yield one, two
    for node in (one, two):
        await node.record.close()
