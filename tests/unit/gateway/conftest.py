import pytest

from tests.unit.gateway.house import house


@pytest.fixture
async def plain(tmp_path):
    async with house(tmp_path) as it:
        yield it
