"""How a text looks to the matcher, with the way back to what was typed.

`fold` is length-preserving: every code point becomes exactly one code point, so an offset in the
folded text *is* an offset in the original and no list of offsets is kept. What carries no letters
becomes one of two marks: `GAP` for what the eye sees as a break (space, punctuation, emoji) and
`NOTHING` for what it does not see (joiners, combining marks, variation selectors).

    text      as typed            Ｆ・ｕ・ｕ・ｃｋ
    folded    place for place     f.u.u.ck          (. is GAP)
    skeleton  without the marks   fuuck
    key       each run once       fuck              what is scanned

Only a text in which something was found needs its map back, so `Runs` is made on demand. All
here are pure functions over immutable tables, which cover all of Unicode, lone surrogates included:
no string can make folding fail.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import msgspec

from danmaku.filter.tables import GAP, NOTHING, tables

MARKS: Final = GAP + NOTHING

SCANNED_KEPT_MAX: Final = 4
"""Limits, rules, a room's words and waves ask for one comment, one right after the other."""

# The quickest of six ways tried: two comments in three have no run, and seeing that is cheap.
_has_run = re.compile(r"(.)\1", re.DOTALL).search
_without_repeats = re.compile(r"(.)(?=\1)", re.DOTALL).sub


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the matcher reads it.

    Attributes:
        text: As many code points as the original, place for place.
        skeleton: `text` without its marks.
    """

    text: str
    skeleton: str


class Scanned(msgspec.Struct, frozen=True, gc=False):
    """A text with all that is made of it to be scanned, so that several who look share the work.

    A structure in C: making one of Python would cost a third of the folding itself.

    Attributes:
        text: The original.
        folded: It as it is read, place for place.
        skeleton: `folded` without its marks.
        key: What is scanned.
    """

    text: str
    folded: str
    skeleton: str
    key: str


class Runs:
    """The letters of a folded text, equal neighbours counted together.

    The index is that of `key_of(skeleton)`.

    Attributes:
        places: Original offsets of the letters of each run.
    """

    __slots__ = ("places",)

    def __init__(self, folded: str) -> None:
        self.places: list[list[int]] = []
        before = ""
        for at, char in enumerate(folded):
            if char == before:
                self.places[-1].append(at)
            elif char not in MARKS:
                before = char
                self.places.append([at])


def fold(text: str) -> Folded:
    """Read `text` as the matcher does.

    Cost: one pass in C over the text, two more over the result; the first call of the
    process reads the tables.
    """
    folded = text.translate(tables().folded)
    return Folded(folded, skeleton_of(folded))


@lru_cache(maxsize=SCANNED_KEPT_MAX)
def scanned_of(text: str) -> Scanned:
    """Make ready for scanning.

    Cost: as `fold`, and one pass over the skeleton; asked again for a text of just now, nothing.
    """
    folded = text.translate(tables().folded)
    skeleton = skeleton_of(folded)
    return Scanned(text, folded, skeleton, key_of(skeleton))


def skeleton_of(folded: str) -> str:
    """A folded text without its marks."""
    return folded.replace("\x01", "").replace("\x02", "")


def key_of(skeleton: str) -> str:
    """A skeleton with each run of one letter written once: what is scanned.

    Patterns are written so, too, hence one scan finds stretched words as well as plain ones.
    """
    return skeleton if _has_run(skeleton) is None else _without_repeats("", skeleton)


def plain_of(text: str) -> str:
    """Read `text` as patterns of people do: folded, but marks and numerals stay."""
    return text.translate(tables().plain)
