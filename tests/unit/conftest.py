from functools import partial

import pytest
from argon2 import PasswordHasher


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch):
    """The real hash at its least cost: it is slow on purpose, and many tests sign in."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("danmaku.actions.passwords.PasswordHasher", cheap)
