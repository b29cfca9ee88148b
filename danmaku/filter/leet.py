"""Digits and signs that stand for letters: "sh1t", "@$$hole", "f|_|ck".

Only where Latin letters are near, and only for words that are all Latin. Letters that are drawn
with several signs are replaced by one letter and fillers that nobody sees, so that offsets stay.
"""

import re
import string
import unicodedata
from collections.abc import Iterator
from typing import Final

from danmaku.filter.normalize import MARKS
from danmaku.filter.tables import NOTHING

_DRAWN = (("|_|", "u"), ("/-\\", "a"), ("|-|", "h"), ("()", "o"), ("|)", "d"), ("|<", "k"))
_COMMON = {
    "0": "o",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "g",
    "8": "b",
    "9": "g",
    "2": "z",
    "@": "a",
    "$": "s",
    "(": "c",
    "+": "t",
    "€": "e",
    "£": "l",
    "¥": "y",
    "¢": "c",
    "<": "c",
    "§": "s",
    "®": "r",
    "©": "c",
    "×": "x",
    "†": "t",
    "∂": "d",
    **dict(zip("₳฿₵₣₲₭₥₦₱₴₮₩", "abcfgkmnpstw", strict=True)),
}
# 1, ! and | stand for i as well as for l: all of these are read as i, in words as in texts.
_LIKE_I = dict.fromkeys("1!|¡lLｌＬ", "i")


def _styled(sign: str) -> str:
    """A sign, and how else it is typed: full width; digits as mathematics have them, or circled."""
    wide = chr(ord(sign) + 0xFEE0) if sign.isascii() and not sign.isalpha() else ""
    if not sign.isdigit():
        return sign + wide
    bold = (chr(at + int(sign)) for at in range(0x1D7CE, 0x1D800, 10))
    return "".join((sign, wide, *bold, chr(0x245F + int(sign)) if sign != "0" else "⓪"))


def _view(seven: str) -> dict[int, str]:
    read = {**_COMMON, **_LIKE_I, "7": seven}
    return {ord(char): letter for sign, letter in read.items() for char in _styled(sign)}


_VIEWS = (_view("t"), _view("i"))
_SEVENS = frozenset(_styled("7"))
_signs = re.compile(
    r"[0-9@$(+€£¥¢<§®©×†∂!|¡/฿\u20a0-\u20bf⓪①-⑨！＄（＋＜＠｜０-９\U0001d7ce-\U0001d7ff]"
).search
_latin = re.compile(r"[a-z][\x00-\x7f]*").finditer
_NO_LETTERS = string.digits + MARKS  # all that folding leaves of ASCII beside letters

SHORT_LETTERS: Final = 3
_MODEL = re.compile(r"[A-Z]+[0-9]+[A-Z]*")


def leet_of(spelled: str) -> str:
    """A word's skeleton as it looks in a view."""
    return spelled.translate(_VIEWS[0])


def latin_pieces(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Where leet may stand: stretches (start, end) that have Latin letters, signs and no others.

    No word in leet reaches over an ideograph, and most comments that mix the two have a short name
    or a number in them: only that is read again.
    """
    if _signs(text) is None:
        return
    before = 0
    for letters in _latin(folded):
        start, end = letters.span()
        start -= len(folded[before:start]) - len(folded[before:start].rstrip(_NO_LETTERS))
        if end - start > 1 and _signs(text, start, end) is not None:
            yield start, end
        before = end


def leet_views(text: str) -> Iterator[str]:
    """`text` with letters for digits and signs, each as long; none if nothing stands for one."""
    if _signs(text) is None:
        return
    drawn = text
    if "|" in text or "()" in text or "/-\\" in text:
        for signs, letter in _DRAWN:
            drawn = drawn.replace(signs, letter + NOTHING * (len(signs) - 1))
    yield drawn.translate(_VIEWS[0])
    if not _SEVENS.isdisjoint(drawn):
        yield drawn.translate(_VIEWS[1])


def is_leet(typed: str, read: str, folded: str) -> bool:
    """Whether a word that is read in a view was written in leet, and not a number or a model.

    Args:
        typed: The original.
        read: The view, folded.
        folded: The original, folded.
    """
    pairs = list(zip(read, folded, strict=True))
    has_letter = any(seen.isalpha() for _, seen in pairs)
    has_sign = any(seen != one and not seen.isalpha() for one, seen in pairs)
    if not has_letter or not has_sign:
        return False
    is_short = sum(map(str.isalpha, read)) <= SHORT_LETTERS
    return not (is_short and _MODEL.fullmatch(unicodedata.normalize("NFKC", typed)))
