"""Names that would let somebody pass for somebody else.

Three ways are looked for: words of office, in all the disguises that the screen knows; letters of
another script that stand for Latin ones inside a word; and a name that the eye takes for another.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from danmaku.filter.normalize import fold
from danmaku.filter.rules import Action, Klass, Rule, Ruleset
from danmaku.filter.screen import Screen

IMPERSONATION: Final = "impersonation"
"""Category of a name that is refused for this."""

OFFICES: Final = (
    *("管理员", "超级管理", "官方", "客服", "站长", "房管", "审核员", "系统消息", "系统通知"),
    *("admin", "administrator", "sysadmin", "webmaster", "moderator", "official", "staff"),
    *("customer service", "help desk"),
)
INNOCENT: Final = ("五官方", "器官方", "感官方", "房管局", "非官方", "unofficial")

SHORT_WORD_MAX: Final = 3  # letters; faces are drawn of them: OωO
_LOOK_LATIN: Final = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
_words = re.compile(r"[^\W\d_]+").findall
_ONE_FOR_ALL = str.maketrans({"l": "i", "1": "i", "|": "i", "!": "i", "0": "o", "5": "s"})


class Deceit(StrEnum):
    """How a name deceives."""

    OFFICE = "office"  # it speaks for the house
    MIXED = "mixed"  # its letters are not those they look like


class Names:
    """Tells whether a name would deceive.

    Args:
        reserved: Further words that only the house may use, such as its own name.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        words = (*OFFICES, *reserved)
        # `l` and `i` look alike in a name and are two letters in every word: a reading of its own.
        alike = {looks_of(word) for word in words} - set(words)
        rules = tuple(
            Rule(rule_id, IMPERSONATION, Klass.HOUSE, Action.REFUSE, words=tuple(chosen))
            for rule_id, chosen in (("office", words), ("office-alike", sorted(alike)))
            if chosen
        )
        self._screen = Screen(Ruleset(IMPERSONATION, rules, INNOCENT))

    def deceit_of(self, name: str) -> Deceit | None:
        """How `name` deceives; None: it does not."""
        if is_mixed(name):
            return Deceit.MIXED
        speaks = self._screen.hits(name) or self._screen.hits(looks_of(name))
        return Deceit.OFFICE if speaks else None


def looks_of(text: str) -> str:
    """`text` place for place, each Latin letter as the first of those that it is taken for.

    Ideographs stay, numerals among them: nobody takes 五 for an s.
    """
    letters = (
        seen if seen.isascii() and seen.isalpha() else typed
        for seen, typed in zip(fold(text).text, text, strict=True)
    )
    return "".join(letters).translate(_ONE_FOR_ALL)


def likeness_of(name: str) -> str:
    """What the eye keeps of a name: two with one likeness are taken for each other.

    Empty where a name has neither letters nor digits; such names are like no other.
    """
    return fold(looks_of(name)).skeleton.replace("rn", "m").replace("vv", "w")


def is_mixed(text: str) -> bool:
    """Whether a word mixes Latin letters with others that look Latin: `аdmin` with a Cyrillic а.

    Words in one script are fine, in whichever; so are ideographs beside Latin.
    """
    return any(len(word) > SHORT_WORD_MAX and _is_mixed_word(word) for word in _words(text))


def _is_mixed_word(word: str) -> bool:
    if word.isascii():
        return False
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in word}
    return "LATIN" in scripts and not scripts.isdisjoint(_LOOK_LATIN)
