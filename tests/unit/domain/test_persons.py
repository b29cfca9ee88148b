from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.identity import Strength
from danmaku.domain.persons import Person, citizen_number_of, legal_name_of, phone_of
from danmaku.errors import BadMessage

TODAY = date(2026, 1, 1)
STANDARDS_OWN = "11010519491231002X"  # the example printed in the standard


@pytest.mark.parametrize(
    "text",
    [
        STANDARDS_OWN,
        STANDARDS_OWN.lower(),
        f" {STANDARDS_OWN} ",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_a_citizens_number_is_read_as_people_write_it(text):
    assert citizen_number_of(text, TODAY) == STANDARDS_OWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "110105194912310021",  # another check digit
        "11010519491331002X",  # a thirteenth month
        "11010518491231002X",  # too long ago
        "11010520491231002X",  # not born yet
        "01010519491231002X",
        "1101051949123100",
        "11010519491231002XX",
        "1101051949123100२X",
    ],
)
def test_what_is_no_citizens_number_is_refused(text):
    with pytest.raises(BadMessage):
        citizen_number_of(text, TODAY)


@given(place=st.integers(0, 16), shift=st.integers(1, 9))
def test_no_single_wrong_digit_passes(place, shift):
    digit = str((int(STANDARDS_OWN[place]) + shift) % 10)

    with pytest.raises(BadMessage):
        citizen_number_of(STANDARDS_OWN[:place] + digit + STANDARDS_OWN[place + 1 :], TODAY)


@pytest.mark.parametrize("text", ["13800138000", "+86 138 0013 8000", "0086-138-0013-8000"])
def test_a_phone_is_the_same_however_it_is_written(text):
    assert phone_of(text, "CN") == "+8613800138000"


@pytest.mark.parametrize("text", ["", "12345", "010-62770000", "call me", "+86138001380001"])
def test_what_gets_no_messages_is_no_phone(text):
    with pytest.raises(BadMessage):
        phone_of(text, "CN")


@pytest.mark.parametrize(("text", "name"), [(" 王  小明 ", "王 小明"), ("Ann Lee", "Ann Lee")])
def test_legal_names_are_trimmed(text, name):
    assert legal_name_of(text) == name


@pytest.mark.parametrize("text", ["", "王", "x" * 61, "a\x00b"])
def test_what_is_no_legal_name_is_refused(text):
    with pytest.raises(BadMessage):
        legal_name_of(text)


def test_a_person_is_never_printed():
    person = Person(Strength.DOCUMENT, STANDARDS_OWN, "王小明")

    assert STANDARDS_OWN not in f"{person!r}{person}"
    assert person.mark == f"document:{STANDARDS_OWN}"
