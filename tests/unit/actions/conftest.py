import pytest

from tests.unit.actions.house import house_on


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        yield house
