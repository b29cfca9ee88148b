import pytest


@pytest.fixture(autouse=True)
def _cheap_passwords(cheap_passwords):
    """Many tests sign in."""
