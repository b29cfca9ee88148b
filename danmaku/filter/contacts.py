"""Phone numbers, accounts, addresses and cards in a text, with their exact places.

What has a check digit has to pass it; what is a bare number needs a word beside it that says what
it is.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from danmaku.filter import contact_forms as forms
from danmaku.filter.rules import Contact
from danmaku.filter.tables import NOTHING, tables

DISTINCT_DIGITS_MIN: Final = 3
"""A number of fewer different digits is laughter or a count ("扣66666")."""

ROW_NUMBERS_MIN: Final = 4
ROW_DIGITS_MAX: Final = 2
"""So many numbers of so few digits that rise, or fall, are a row of them and no phone."""

PHONE_DIGITS: Final = 11


class Found(NamedTuple):
    """One contact.

    Attributes:
        start: Offset of its first code point in the original text.
        end: Offset after its last one.
        value: What it says: digits without separators, addresses in small letters.
    """

    contact: Contact
    start: int
    end: int
    value: str


# The first letter stands alone in these: a search that begins with a class skips in C to the next.
_PAIR = re.compile(r"[a-z0-9][a-z0-9]").search
_NUMBER = re.compile(r"[0-9oli][0-9oli]{4}").search
_LATIN = re.compile(r"[a-z][a-z]").search
_NAME = re.compile(r"[a-z0-9][a-z0-9]{4}").search
_digits_in = re.compile(r"[0-9]").findall
_DOT = re.compile(r"[.。．｡●•·・点點@＠:：#]|[dDｄＤ][oOｏＯ][tTｔＴ]|[艾爱愛]特").search
_ACCOUNT = re.compile(r"[信芯心❤🛰卫衛微薇威徽徾维嶶围泡vVｖＶwWｗＷ⭐]").search


def may_reach(text: str, skeleton: str) -> bool:
    """Whether a text is worth looking at for contacts; most are not, and this is quick.

    Args:
        text: As typed.
        skeleton: Its letters, folded.
    """
    if _PAIR(skeleton) is None:  # four comments in five
        return forms.CHINESE_HOST.search(text) is not None
    if _NUMBER(skeleton) is not None:
        return True
    if _DOT(text) is not None and (_LATIN(skeleton) is not None or forms.CHINESE_HOST.search(text)):
        return True
    return _NAME(skeleton) is not None and _ACCOUNT(text) is not None


def view_of(text: str) -> str:
    """The text as contacts are looked for in it: digits of every style, marks as typed."""
    return text.translate(tables().reached)


def contacts_in(view: str, wanted: Collection[Contact], digits_min: int = 8) -> list[Found]:
    """Find the contacts of the wanted forms.

    Args:
        view: The text as `view_of` gives it.
        wanted: Which forms.
        digits_min: Least count of digits in a bare row of them (`Contact.DIGITS`).

    Returns:
        By place; a number is told once, by the form that says most of it.
    """
    found: list[Found] = []
    digits = len(_digits_in(view))
    for contact, (least, search) in _SEARCHES.items():
        if digits >= least and contact in wanted:
            _add(found, search(view))
    if Contact.DIGITS in wanted and digits >= digits_min:
        _add(found, (one for one in _digits(view) if len(one.value) >= digits_min))
    return sorted(found, key=lambda one: one.start)


def _add(found: list[Found], more: Iterator[Found]) -> None:
    for one in more:
        if all(one.end <= other.start or other.end <= one.start for other in found):
            found.append(one)


def _found(contact: Contact, match: re.Match[str], value: str) -> Found:
    return Found(contact, match.start(), match.end(), value)


def _address(match: re.Match[str]) -> str:
    return match[0].replace(NOTHING, "")


def _number(match: re.Match[str]) -> str:
    return "".join([char for char in match[0] if char.isdigit() or char == "x"]).upper()


def _emails(view: str) -> Iterator[Found]:
    for match in forms.EMAIL.finditer(view):
        if "#" not in match[0] or forms.HASH_FOR_AT.search(view):
            yield _found(Contact.EMAIL, match, _address(match))


def _urls(view: str) -> Iterator[Found]:
    for pattern in _url_patterns(view):
        for match in pattern.finditer(view):
            if pattern is forms.SCHEMED or forms.NO_HOST.fullmatch(match[0]) is None:
                yield _found(Contact.URL, match, _address(match))


def _url_patterns(view: str) -> Iterator[re.Pattern[str]]:
    """Those that may find something."""
    if "//" in view:
        yield forms.SCHEMED
    if "www" in view:
        yield forms.WWW
    yield from forms.HOSTS
    if forms.CHINESE_HOST.search(view) is not None:
        yield forms.IN_CHINESE


def _id_cards(view: str) -> Iterator[Found]:
    for match in forms.ID_CARD.finditer(view):
        if is_id_card(_number(match)):
            yield _found(Contact.ID_CARD, match, _number(match))


def _bank_cards(view: str) -> Iterator[Found]:
    for match in forms.BANK_CARD.finditer(view):
        value = _number(match)
        if passes_luhn(value) and len(set(value)) > 1:
            yield _found(Contact.BANK_CARD, match, value)


def _phones(view: str) -> Iterator[Found]:
    if len(_digits_in(view)) >= PHONE_DIGITS:
        for match in forms.PHONE.finditer(view):
            if _is_reckoned(match[0]):
                continue
            yield _found(Contact.PHONE, match, _number(match)[-PHONE_DIGITS:])
    for match in forms.PHONE_DRESSED.finditer(view):
        yield _found(Contact.PHONE, match, match[0].translate(_UNDRESSED))


_UNDRESSED = str.maketrans("oli", "011")


def _is_reckoned(typed: str) -> bool:
    """Whether digits with signs between them are a decimal, or numbers in a row ("1 3 5 7 9")."""
    numbers = _numbers(typed)
    if len(numbers) < ROW_NUMBERS_MIN:
        return _decimal(typed) is not None
    if max(map(len, numbers)) > ROW_DIGITS_MAX or typed[0] in "+0":
        return False
    steps = [int(after) - int(before) for before, after in pairwise(numbers[:-1])]
    return min(steps) > 0 or max(steps) < 0


_numbers = re.compile("[0-9]+").findall
_decimal = re.compile(r"[0-9]+\.[0-9]+").fullmatch


def _landlines(view: str) -> Iterator[Found]:
    for match in forms.LANDLINE.finditer(view):
        yield _found(Contact.LANDLINE, match, _number(match))


def _qqs(view: str) -> Iterator[Found]:
    for word in forms.QQ_WORD.finditer(view):
        match = forms.QQ_NUMBER.match(view, word.end())
        if (
            match
            and len(set(_number(match))) >= DISTINCT_DIGITS_MIN
            and forms.COUNTED.match(view, match.end()) is None
        ):
            yield _found(Contact.QQ, match, _number(match))


def _wechats(view: str) -> Iterator[Found]:
    if forms.WECHAT_CLUE.search(view) is None:
        return
    for word in forms.WECHAT_WORD.finditer(view):
        match = forms.WECHAT_ID.match(view, word.end()) or forms.QQ_NUMBER.match(view, word.end())
        if match and (not match[0].isalpha() or forms.NAMED.search(word[0])):
            yield _found(Contact.WECHAT, match, _address(match))


def _ipv4s(view: str) -> Iterator[Found]:
    for match in forms.IPV4.finditer(view):
        if all(int(part) <= 255 for part in match[0].split(".")):  # noqa: PLR2004 -- one byte
            yield _found(Contact.IPV4, match, match[0])


def _digits(view: str) -> Iterator[Found]:
    for match in forms.DIGITS.finditer(view):
        yield _found(Contact.DIGITS, match, _number(match))


# What says more of a number comes first: a card is told as a card, not as a row of digits.
# A view with fewer digits than the number that stands here is not searched for a form.
_SEARCHES: Final[dict[Contact, tuple[int, Callable[[str], Iterator[Found]]]]] = {
    Contact.EMAIL: (0, _emails),
    Contact.URL: (0, _urls),
    Contact.ID_CARD: (17, _id_cards),
    Contact.PHONE: (1, _phones),  # letters may stand for the others
    Contact.BANK_CARD: (15, _bank_cards),
    Contact.LANDLINE: (9, _landlines),
    Contact.QQ: (5, _qqs),
    Contact.WECHAT: (0, _wechats),
    Contact.IPV4: (4, _ipv4s),
}

_PROVINCES = frozenset(
    str(number)
    for first, last in (
        (11, 15),
        (21, 23),
        (31, 37),
        (41, 46),
        (50, 54),
        (61, 65),
        (71, 71),
        (81, 83),
    )
    for number in range(first, last + 1)
)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_YEAR_MIN = 1880


def is_id_card(value: str) -> bool:
    """Whether 18 characters are a resident's number: province, birthday and check digit hold."""
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value[:17], _ID_WEIGHTS, strict=True))
    return (
        value[:2] in _PROVINCES
        and born.year >= _ID_YEAR_MIN
        and value[17] == _ID_CHECKS[total % 11]
    )


def passes_luhn(value: str) -> bool:
    """Whether the last digit of a card's number is the check digit of the others."""
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(value))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
