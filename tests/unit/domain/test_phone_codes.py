import pytest

from danmaku.domain import phone_codes as module
from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.phone_codes import (
    CODES_A_DAY,
    CODES_BURST,
    LIFE_MS,
    TRIES_MAX,
    PhoneCodes,
)
from danmaku.errors import Code, Coded, TooFast

ANN, BOB = AccountId(1), AccountId(2)
PHONE = "+8613800138000"
NOW = Millis(1_700_000_000_000)


@pytest.fixture
def codes():
    codes = PhoneCodes()
    codes.open(ANN, PHONE, "123456", NOW)
    return codes


def refusal(codes, account, code, now=NOW):
    with pytest.raises(Coded) as refused:
        codes.phone_with(account, code, now)
    assert refused.value.code is Code.NOT_VERIFIED
    return str(refused.value)


def test_the_right_code_tells_the_phone_and_is_used_up(codes):
    assert codes.phone_with(ANN, " 123456 ", NOW) == PHONE
    assert "new one" in refusal(codes, ANN, "123456")


def test_a_code_is_of_one_account(codes):
    refusal(codes, BOB, "123456")


def test_a_code_ends_with_its_time(codes):
    refusal(codes, ANN, "123456", Millis(NOW + LIFE_MS))


def test_a_clock_set_back_ends_a_code(codes):
    refusal(codes, ANN, "123456", Millis(NOW - 1))


def test_a_code_ends_with_its_tries(codes):
    for _ in range(TRIES_MAX):
        refusal(codes, ANN, "654321")

    refusal(codes, ANN, "123456")


def test_a_code_that_was_not_sent_is_forgotten(codes):
    codes.drop(ANN, "another, asked for before")
    codes.drop(BOB, "123456")
    assert codes.phone_with(ANN, "123456", NOW) == PHONE
    codes.open(ANN, PHONE, "123456", NOW)

    codes.drop(ANN, "123456")

    refusal(codes, ANN, "123456")


def test_a_phone_is_sent_only_so_many_a_day_whoever_asks(codes):
    for account in range(2, CODES_A_DAY + 1):
        codes.open(AccountId(account), PHONE, "1", Millis(NOW + account * 120_000))

    with pytest.raises(TooFast):
        codes.open(AccountId(99), PHONE, "1", Millis(NOW + 3_600_000))
    codes.open(AccountId(99), PHONE, "1", Millis(NOW + 86_400_000))


def test_one_account_asks_and_one_phone_is_sent_only_so_often(codes):
    for _ in range(CODES_BURST - 1):
        codes.open(ANN, PHONE, "1", NOW)

    with pytest.raises(TooFast):
        codes.open(ANN, "+8613800138001", "1", NOW)
    with pytest.raises(TooFast):
        codes.open(BOB, PHONE, "1", NOW)


def test_the_oldest_make_room(codes, monkeypatch):
    monkeypatch.setattr(module, "WAITING_MAX", 1)

    codes.open(BOB, "+8613800138001", "777777", NOW)

    refusal(codes, ANN, "123456")
    assert codes.phone_with(BOB, "777777", NOW) == "+8613800138001"
