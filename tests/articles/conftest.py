import pytest

from tests.live.site import running, settings_of


@pytest.fixture
async def site(tmp_path):
    async with running(settings_of(tmp_path / "data")) as site:
        yield site
