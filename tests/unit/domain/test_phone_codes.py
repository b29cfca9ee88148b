from dataclasses import replace

import pytest

from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.phone_codes import (
    CODES_A_DAY,
    CODES_BURST,
    LIFE_MS,
    TRIES_MAX,
    CodePacing,
    Expected,
    judged,
)
from danmaku.errors import TooFast

ANN, BOB = AccountId(1), AccountId(2)
PHONE = "+8613800138000"
NOW = Millis(1_700_000_000_000)
EXPECTED = Expected("123456", PHONE, Millis(NOW + LIFE_MS))


def test_the_right_code_tells_the_phone_and_is_used_up():
    assert judged(EXPECTED, " 123456 ", NOW) == (PHONE, None)
    assert judged(None, "123456", NOW) == (None, None)


def test_a_wrong_code_is_counted():
    assert judged(EXPECTED, "654321", NOW) == (None, replace(EXPECTED, tries=1))


@pytest.mark.parametrize("now_ms", [NOW + LIFE_MS, NOW - 1], ids=["its time", "a clock set back"])
def test_a_code_ends_with(now_ms):
    assert judged(EXPECTED, "123456", Millis(now_ms)) == (None, None)


def test_a_code_ends_with_its_tries():
    left = EXPECTED
    for _ in range(TRIES_MAX):
        _, left = judged(left, "654321", NOW)

    assert left is None


def test_one_account_asks_and_one_phone_is_sent_only_so_often():
    pacing = CodePacing()
    for _ in range(CODES_BURST):
        pacing.take(ANN, PHONE, NOW)

    with pytest.raises(TooFast):
        pacing.take(ANN, "+8613800138001", NOW)
    with pytest.raises(TooFast):
        pacing.take(BOB, PHONE, NOW)


def test_a_phone_is_sent_only_so_many_a_day_whoever_asks():
    pacing = CodePacing()
    for account in range(CODES_A_DAY):
        pacing.take(AccountId(account), PHONE, Millis(NOW + account * 120_000))

    with pytest.raises(TooFast):
        pacing.take(AccountId(99), PHONE, Millis(NOW + 3_600_000))
    pacing.take(AccountId(99), PHONE, Millis(NOW + 86_400_000))
