"""Who somebody is by law: values that live as long as one act, and lie nowhere but in the vault.

Article: articles.Article.IDENTITY_PROTECTED
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
)

from danmaku.domain.identity import Strength
from danmaku.errors import BadMessage

LEGAL_NAME_MAX = 60  # code points
NUMBER_MAX = 400  # code points: an issuer's address and a subject are the longest

_CITIZEN_NUMBER = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643: 2^(17-i) modulo 11
_CHECK_DIGITS = "10X98765432"
_BORN_FIRST = date(1880, 1, 1)
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What one verification has found out. Has no `repr`: nothing prints it by mistake."""

    strength: Strength
    number: str  # of the phone, of the document, or the subject at another service
    legal_name: str = ""  # known from a document only

    @property
    def mark(self) -> str:
        """What two verifications of one person have in common."""
        return f"{self.strength.value}:{self.number}"


def phone_of(text: str, region: str) -> str:
    """A number that messages can be sent to, in the international form.

    Args:
        text: As its owner writes it.
        region: Two letters of the country whose numbers need no prefix.

    Raises:
        BadMessage: It is no valid number of a mobile phone.
    """
    try:
        number = parse(text[:40], region)
    except NumberParseException:
        raise BadMessage("This is no telephone number.") from None
    if not is_valid_number(number) or number_type(number) not in _MOBILE:
        raise BadMessage("This is no number of a mobile phone.")
    return format_number(number, PhoneNumberFormat.E164)


def citizen_number_of(text: str, today: date) -> str:
    """A citizen's number, its check digit reckoned.

    Raises:
        BadMessage: It is not of GB 11643: 17 digits with a date of birth in the past, and the
            digit that follows from them.
    """
    number = unicodedata.normalize("NFKC", text[:40]).strip().upper()
    if not _CITIZEN_NUMBER.fullmatch(number) or not _is_born(number, today):
        raise BadMessage("This is no citizen's number.")
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    if number[17] != _CHECK_DIGITS[total % 11]:
        raise BadMessage("This is no citizen's number: its last digit is not that of the others.")
    return number


def _is_born(number: str, today: date) -> bool:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return _BORN_FIRST <= born <= today


def legal_name_of(text: str) -> str:
    """A name as it stands in a document.

    Raises:
        BadMessage: It is empty, too long, or has characters that no name has.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 2 <= len(name) <= LEGAL_NAME_MAX or not name.isprintable():  # noqa: PLR2004 -- a name and a surname
        raise BadMessage(f"A legal name has 2 to {LEGAL_NAME_MAX} characters.")
    return name
