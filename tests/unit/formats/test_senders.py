import re

from danmaku.formats.senders import sender_number_of, sender_of


def test_senders_are_eight_digits_that_tell_authors_apart():
    digits = {sender_of(name) for name in ("a", "b", "c")}

    assert len(digits) == 3
    assert all(re.fullmatch("[0-9a-f]{8}", each) for each in digits)
    assert sender_of("a") == sender_of("a")


def test_senders_have_numbers_that_scripts_can_read():
    numbers = {sender_number_of(name) for name in ("a", "b", "c")}

    assert len(numbers) == 3
    assert all(0 < each < 2**53 for each in numbers)
