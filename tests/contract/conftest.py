import pytest


@pytest.fixture
def announced():
    return []
