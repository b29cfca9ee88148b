import secrets
from random import Random

import pytest


@pytest.fixture
def chance():
    """What happens when: another course of things each time, told where a test fails."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201 -- pytest shows it with a failure
    return Random(seed)  # noqa: S311 -- no secret depends on it
