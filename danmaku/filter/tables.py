"""The tables that folding and variants read: built by `tools.tables`, shipped beside this file.

Immutable once read. They know no rule: which character is folded to which, how it is read aloud,
of which parts it is put together, what stands in for it.
"""

import json
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, starmap
from typing import Final

GAP: Final = "\x01"
NOTHING: Final = "\x02"

_CODE_POINTS = range(sys.maxunicode + 1)


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything the filter knows of writing.

    Attributes:
        version: Format, the versions of the libraries that it was built with, and a digest.
        folded: What the matcher reads for each code point, which is the index. One string and
            not a list: it takes four bytes a code point, and is as fast.
        plain: What patterns of people read; marks and numerals stay as they are.
        reached: What contacts are looked for in: as `plain`, with numerals read as digits.
        readings: Syllables of an ideograph without tones, the commonest first.
        splits: Ways to write an ideograph as its parts, side by side.
        substitutes: What stands in for a character, for its sound or its look.
        siblings: What sounds like a character and has a part of it.
        words: Everyday words of two to four letters, folded.
    """

    version: str
    folded: str
    plain: str
    reached: str
    readings: Mapping[str, Sequence[str]]
    splits: Mapping[str, Sequence[str]]
    substitutes: Mapping[str, str]
    siblings: Mapping[str, str]
    words: frozenset[str]


@cache
def tables() -> Tables:
    """Read the tables that lie beside this file.

    Cost: about 0.1 s and 14 MB, once; call it at start to spare the first comment.
    """
    packed = files("danmaku.filter").joinpath("tables.bin").read_bytes()
    read = json.loads(zlib.decompress(packed))
    letters = dict(zip(map(ord, read["folded"][0]), read["folded"][1], strict=True))
    marks = dict.fromkeys(chain.from_iterable(starmap(range, read["gaps"])), GAP)
    unseen = dict.fromkeys(chain.from_iterable(starmap(range, read["nothings"])), NOTHING)
    folding = {**letters, **marks, **unseen}
    kept = dict(zip(read["plain"][0], map(chr, read["plain"][1]), strict=True))
    digits = {at: char for at, char in folding.items() if char.isdigit()}
    return Tables(
        version=read["version"],
        folded=_whole(folding),
        plain=_whole({**folding, **kept}),
        reached=_whole({**folding, **kept, **digits}),
        readings={char: row.split() for char, row in read["readings"].items()},
        splits=read["splits"],
        substitutes=read["substitutes"],
        siblings=read["siblings"],
        words=frozenset(read["words"].split()),
    )


def _whole(folding: Mapping[int, str]) -> str:
    """One character for every code point; what no row names stands for itself until plane 3."""
    named = range(0x323B0)
    seen = "".join([folding.get(at) or chr(at) for at in named])
    tags = range(0xE0000, 0xE01F0)
    noise = GAP * (tags.start - named.stop)
    rest = GAP * (_CODE_POINTS.stop - tags.stop)
    return seen + noise + "".join([folding.get(at, GAP) for at in tags]) + rest
