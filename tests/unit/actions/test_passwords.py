import asyncio

import pytest

from danmaku.actions.passwords import PASSWORD_MAX, Passwords
from danmaku.config import AccountSettings
from danmaku.errors import BadMessage, Overloaded

RIGHT = "correct horse"


@pytest.fixture
def passwords():
    passwords = Passwords(AccountSettings(hashing_threads=1, hashing_queue_max=1))
    yield passwords
    passwords.close()


async def test_a_password_is_right_for_its_own_hash_alone(passwords):
    hashed = await passwords.hash(RIGHT)

    assert RIGHT not in hashed
    assert await passwords.is_right(RIGHT, hashed)
    assert not await passwords.is_right("another one", hashed)
    assert not await passwords.is_right(RIGHT, None)
    assert not await passwords.is_right(RIGHT, "no hash at all")


@pytest.mark.parametrize("password", ["", "x" * 9, "x" * (PASSWORD_MAX + 1)])
async def test_a_password_out_of_bounds_is_not_hashed(passwords, password):
    with pytest.raises(BadMessage):
        await passwords.hash(password)


async def test_a_password_that_nobody_can_have_is_wrong_at_once(passwords):
    assert not await passwords.is_right("x" * (PASSWORD_MAX + 1), None)


async def test_whoever_finds_the_queue_full_is_sent_away(passwords):
    answers = await asyncio.gather(
        *(passwords.hash(RIGHT) for _ in range(5)), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [str, str, *[Overloaded] * 3]
    assert await passwords.is_right(RIGHT, answers[0])
