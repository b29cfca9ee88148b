"""How a text looks to the matcher, with the way back to what was typed.

`fold` is length-preserving: every code point becomes exactly one code point, so an offset
in the folded text *is* an offset in the original and no list of offsets is kept. What
carries no letters becomes one of two marks: `GAP` for what the eye sees as a break (space,
punctuation, emoji) and `NOTHING` for what it does not see (joiners, combining marks,
variation selectors). The skeleton is the folded text without either; only a skeleton in
which something was found needs its map back, so the map is made on demand.

Everything here is a pure function over an immutable table. The table covers all of
Unicode, lone surrogates included: no string can make folding fail.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from danmaku.filter.traditional import SIMPLIFIED, TRADITIONAL

GAP: Final = "\x01"
NOTHING: Final = "\x02"
MARKS: Final = GAP + NOTHING

_CODE_POINTS_COUNT = 0x110000

# Ideographs and Hangul, which normalisation leaves as they are: passing over them makes the
# table three times cheaper to build. After the last of them only the tags and selectors of
# plane 14 are assigned; the rest is noise between letters, hence a gap.
_UNCHANGED = (
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xAC00, 0xD7A4),
    range(0x20000, 0x2A6E0),
    range(0x2A700, 0x2EE60),
    range(0x30000, 0x33480),
)
_TAGS = range(0xE0000, 0xE1000)

# Letters by category that show nothing: the Hangul fillers and the blank Braille cell.
_UNSEEN = "\u115f\u1160\u3164\uffa0\u2800"

# Letters that pass for a plain Latin one at a glance (a Cyrillic, a Greek and a phonetic row),
# and the Latin ones that they are read as, row for row.
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХЬаеѕіјкмнорстухьԁһԛԝӏґѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεηικνορτυχγϲϳɑɡɩıʟɴʀ",
    "abesijkmhopctyxbaesijkmhopctyxbdhqwlrvabezhikmnoptyxabenikvoptuxycjagiilnr",
)

# Characters named after one Latin letter that normalisation does not reach: letters with a
# stroke or hook, small capitals, negative circled and squared letters, regional indicators.
_NAMED_AFTER_LETTER = re.compile(
    r"(?:(?:NEGATIVE )?(?:CIRCLED|SQUARED) |CROSSED NEGATIVE SQUARED )?"
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER |REGIONAL INDICATOR SYMBOL LETTER )"
    r"(?:SMALL CAPITAL )?([A-Z])(?: WITH .+)?"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the matcher reads it.

    Attributes:
        text: As many code points as the original, place for place.
        skeleton: `text` without its marks.
    """

    text: str
    skeleton: str

    def offsets(self) -> Sequence[int]:
        """Give the original offset of every code point of the skeleton.

        Cost: linear; meant for texts in which something was found.
        """
        return [at for at, char in enumerate(self.text) if char not in MARKS]


def fold(text: str) -> Folded:
    """Read `text` as the matcher does.

    Cost: one pass in C over the text, two more over the result; the first call of the
    process builds the table.
    """
    folded = text.translate(table())
    return Folded(folded, folded.replace(GAP, "").replace(NOTHING, ""))


@cache
def table() -> str:
    """Build the folding table: the code point is the index.

    One string and not a list, for it takes four bytes a code point and cannot be changed.

    Cost: about 0.2 s and 4.5 MB, once; call it at start to spare the first comment.
    """
    simplified = str.maketrans(TRADITIONAL, SIMPLIFIED)
    seen = "".join(_folded_until_the_last_ideograph()).translate(simplified)
    tags = "".join(map(_folded, map(chr, _TAGS)))
    noise_before = GAP * (_TAGS.start - len(seen))
    noise_after = GAP * (_CODE_POINTS_COUNT - _TAGS.stop)
    return seen + noise_before + tags + noise_after


def _folded_until_the_last_ideograph() -> Iterator[str]:
    at = 0
    for unchanged in _UNCHANGED:
        yield from map(_folded, map(chr, range(at, unchanged.start)))
        yield from map(chr, unchanged)
        at = unchanged.stop


def _folded(char: str) -> str:
    """Fold one code point to one."""
    category = unicodedata.category(char)
    if category[0] == "M" or category == "Cf" or char in _UNSEEN:
        return NOTHING
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    letter = _named_letter(char) or _only_letter(unicodedata.normalize("NFKC", char))
    letter = letter.translate(_LOOK_ALIKES)
    plain = unicodedata.normalize("NFD", letter)[0] if letter else GAP
    if not plain.isascii():  # accents come off Latin letters only: to others they are letters
        plain = letter
    lowered = plain.lower()
    return lowered if len(lowered) == 1 else plain


def _named_letter(char: str) -> str:
    named = _NAMED_AFTER_LETTER.fullmatch(unicodedata.name(char, ""))
    return named[1] if named else ""


def _only_letter(text: str) -> str:
    """Take the one letter or digit out of a form that has brackets, dots or marks around it."""
    letters = [char for char in text if unicodedata.category(char)[0] in "LN"]
    return letters[0] if len(letters) == 1 else ""
