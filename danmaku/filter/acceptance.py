"""Which of the places that the matcher finds count: gaps, runs and boundaries.

The matcher sees letters only. Here the original is looked at again: what stands between the letters
of a word, how often each is written, and what stands before and after. A word that people write
by chance has to fail one of these tests, a word that somebody disguised has to pass them all.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from typing import Final, NamedTuple

from danmaku.filter.english import COMMON, ENDINGS, PLURAL, PLURAL_LETTERS_MIN
from danmaku.filter.lexicon import Entry
from danmaku.filter.normalize import MARKS, Runs, fold
from danmaku.filter.tables import GAP, NOTHING
from danmaku.filter.variants import JOINT, Kind

GAP_CODE_POINTS_MAX: Final = 12
"""Longest stretch between two letters of one word; a family emoji takes five."""

SHORT_LATIN_LETTERS: Final = 3
"""Latin words up to this long are looked for across gaps only letter by letter: "a s s"."""

SHORT_HAN_LETTERS: Final = 2
"""Words up to this long are not looked for across the end of a sentence or of a word."""

WILD_SIGNS_MAX: Final = 2

NEAR_RUNS_MAX: Final = 3
"""Everyday words have four letters at most, so none reaches further out of a place."""

_INSIDE_ENGLISH = " '\u2019"
_SENTENCE = frozenset(",:?，。；：？！")
_SPACE = " "
_BRACKETS = "()（）[]【】{}「」『』《》〈〉<>"
_OPENS = dict(zip(_BRACKETS[1::2], _BRACKETS[::2], strict=True))
_CLOSES = dict(zip(_BRACKETS[::2], _BRACKETS[1::2], strict=True))
_WILD = frozenset("*#_-.·•+~^=")
_SHAPES_MAX = 8192
_has_break = re.compile(rf"{NOTHING}*(?:{GAP}|\Z)").match
_LETTER_FOR_LETTER = frozenset((Kind.WORD, Kind.LEET))
_FLAG = "\U0001f1e6"  # from here on letters are regional indicators: a flag is no neighbour


class Match(NamedTuple):
    """A word that stands in a text and counts.

    Attributes:
        start: Offset of its first code point in the original text.
        end: Offset after its last one, and after the marks that stand upon that one.
    """

    entry: Entry
    kind: Kind
    start: int
    end: int


class Shape(NamedTuple):
    """What a pattern asks of the letters.

    Attributes:
        letters: The pattern without joints.
        counts: Least length of each run.
        begins: Number of the first letter of each run.
        joints: Letters before which a syllable begins.
        is_latin: No letter of it is an ideograph.
    """

    letters: str
    counts: tuple[int, ...]
    begins: tuple[int, ...]
    joints: frozenset[int]
    is_latin: bool


@lru_cache(maxsize=_SHAPES_MAX)
def shape_of(spelled: str) -> Shape:
    """Work out what a pattern asks."""
    letters = spelled.replace(JOINT, "")
    counts = tuple(len(list(run)) for _, run in groupby(letters))
    begins = (0, *accumulate(counts))
    joints = frozenset(accumulate(len(syllable) for syllable in spelled.split(JOINT)))
    return Shape(letters, counts, begins, joints - {len(letters)}, letters.isascii())


@lru_cache(maxsize=_SHAPES_MAX)
def own_breaks(word: str) -> frozenset[int]:
    """Letters of a word before which it has a gap itself."""
    folded = fold(word).text
    places = [at for at, char in enumerate(folded) if char not in MARKS]
    return frozenset(
        at for at in range(1, len(places)) if GAP in folded[places[at - 1] + 1 : places[at]]
    )


class Gap(NamedTuple):
    """A break that the eye sees, inside a word.

    Attributes:
        before: Number of the letter before which it stands.
        signs: What stands there, as typed.
    """

    before: int
    signs: str


class Reader:
    """One text, and the way back from its key to what was typed.

    Args:
        text: The original.
        folded: What the matcher reads, place for place.
        key: What was scanned.
    """

    def __init__(self, text: str, folded: str, key: str) -> None:
        self.text = text
        self.key = key
        self.folded = folded
        self.runs = Runs(folded).places

    def matches(self, entry: Entry, first: int, stop: int) -> Sequence[Match]:
        """Judge one place at which the matcher has found a pattern.

        Args:
            entry: What was found.
            first: Its first run.
            stop: After its last run.

        Returns:
            None, or one match; more where a word of one letter stands in a row of it.
        """
        shape = shape_of(entry.spelled)
        runs = self.runs[first:stop]
        start, end = runs[0][0], runs[-1][-1] + 1
        counts = tuple(map(len, runs))
        if counts == shape.counts and end - start == len(shape.letters):
            return self._as_spelled(entry, shape, start, end)
        if any(map(int.__lt__, counts, shape.counts)):
            return ()
        spans = self._spans(entry, shape, runs)
        return [match for span in spans if (match := self._match(entry, shape, runs, span))]

    def _as_spelled(self, entry: Entry, shape: Shape, start: int, end: int) -> Sequence[Match]:
        """The commonest case: letter after letter, nothing between them."""
        if entry.kind is Kind.WILDCARD or self._is_cut_out(entry, shape, start, end):
            return ()
        return (Match(entry, entry.kind, start, self._after_marks(end)),)

    def _is_cut_out(self, entry: Entry, shape: Shape, start: int, end: int) -> bool:
        is_free = entry.kind in _LETTER_FOR_LETTER and not entry.reading.latin_boundary
        return not is_free and self._is_inside_word(entry, shape, start, end)

    def _match(
        self, entry: Entry, shape: Shape, runs: Sequence[list[int]], span: tuple[int, int]
    ) -> Match | None:
        start, end = span
        gaps = self._gaps(shape, runs, start, end) if GAP in self.folded[start:end] else []
        if gaps and not self._may_bridge(entry, shape, gaps, span):
            return None
        if entry.kind is Kind.WILDCARD and not _is_wild(shape, gaps):
            return None
        if self._is_cut_out(entry, shape, start, end):
            return None
        stretched = sum(len(_between(run, start, end)) for run in runs) > len(shape.letters)
        kind = _kind(entry.kind, gapped=bool(gaps), stretched=stretched)
        end = self._after_marks(end)
        return Match(
            entry, kind, *(self._with_brackets(start, end, gaps) if gaps else (start, end))
        )

    def _gaps(self, shape: Shape, runs: Sequence[list[int]], start: int, end: int) -> list[Gap]:
        """What stands between the letters; the unseen is no gap, nor is what the word has."""
        gaps: list[Gap] = []
        last = start
        for run, begin, count in zip(runs, shape.begins, shape.counts, strict=False):
            for number, at in enumerate(_between(run, start, end)):
                if GAP in self.folded[last + 1 : at]:
                    before = begin + min(number, count - 1)
                    gaps.append(Gap(before, self.text[last + 1 : at]))
                last = at
        return gaps

    def _may_bridge(
        self, entry: Entry, shape: Shape, gaps: list[Gap], span: tuple[int, int]
    ) -> bool:
        breaks = own_breaks(entry.word) if entry.kind in _LETTER_FOR_LETTER else frozenset()
        foreign = [gap for gap in gaps if gap.before not in breaks]
        if not foreign:
            return True
        if not entry.reading.gaps or max(len(gap.signs) for gap in foreign) > GAP_CODE_POINTS_MAX:
            return False
        if entry.kind is Kind.PINYIN and shape.is_latin:
            return shape.joints.issuperset(gap.before for gap in gaps)
        if shape.is_latin:
            spelled = self.folded[slice(*span)]
            return entry.kind is Kind.WILDCARD or _may_bridge_latin(shape, foreign, spelled)
        return self._may_bridge_han(shape, foreign, span[1])

    def _may_bridge_han(self, shape: Shape, gaps: list[Gap], end: int) -> bool:
        """Whether a writer who means no harm would not put these gaps between ideographs."""
        if len(shape.letters) > SHORT_HAN_LETTERS + 1 or len(gaps) > 1:
            return True
        [gap] = gaps
        if not _SENTENCE.isdisjoint(gap.signs):
            return False
        return (
            gap.signs != _SPACE
            or len(shape.letters) > SHORT_HAN_LETTERS
            or self._is_alone_before(end)
        )

    def _is_alone_before(self, end: int) -> bool:
        """Whether nothing follows the only letter after a space but a break or the end."""
        return _has_break(self.folded, end) is not None

    def _spans(
        self, entry: Entry, shape: Shape, runs: Sequence[list[int]]
    ) -> Sequence[tuple[int, int]]:
        """Where the word stands: with all that is drawn out, or exactly as it is spelled."""
        head, tail, counts = runs[0], runs[-1], shape.counts
        if entry.reading.repeats and len(runs) == 1:
            return self._rows(head, counts[0])
        if entry.reading.repeats:
            start = self._near(head[::-1], counts[0])[-1]
            return [(start, self._near(tail, counts[-1])[-1] + 1)]
        if len(runs) == 1:
            count = counts[0]
            rows = range(0, len(head) - count + 1, count)
            return [(head[at], head[at + count - 1] + 1) for at in rows]
        if any(len(run) != count for run, count in zip(runs[1:-1], counts[1:-1], strict=True)):
            return ()
        return [(head[-counts[0]], tail[counts[-1] - 1] + 1)]

    def _rows(self, places: list[int], needed: int) -> Sequence[tuple[int, int]]:
        """Rows of the only letter of a word: those without a gap, or all if they are too short."""
        rows = [[places[0]]]
        for last, at in pairwise(places):
            if GAP in self.folded[last + 1 : at]:
                rows.append([])
            rows[-1].append(at)
        long = [row for row in rows if len(row) >= needed]
        return [(row[0], row[-1] + 1) for row in long or [places]]

    def _near(self, places: Sequence[int], needed: int) -> Sequence[int]:
        """As many letters of a run as stand together from its inner end; more if it needs more."""
        for number in range(needed, len(places)):
            near, far = sorted((places[number - 1], places[number]))
            if GAP in self.folded[near + 1 : far]:
                return places[:number]
        return places

    def _is_inside_word(self, entry: Entry, shape: Shape, start: int, end: int) -> bool:
        """Whether the word goes on in Latin letters, or in digits, before or after."""
        head, tail = shape.letters[0], shape.letters[-1]
        if head.isascii() and _goes_on(self._neighbour(range(start - 1, -1, -1)), head, shape):
            return True
        return (
            tail.isascii()
            and _goes_on(self._neighbour(range(end, len(self.folded))), tail, shape)
            and not self._is_ending(entry, shape, end)
        )

    def _neighbour(self, places: range) -> str:
        for at in places:
            if self.folded[at] != NOTHING:
                return self.folded[at] if self._is_letter(at) else GAP
        return GAP

    def _is_letter(self, at: int) -> bool:
        """Whether a letter is meant: no flag, and no sign that is one only inside a word."""
        typed = self.text[at]
        return typed < _FLAG and (typed.isalnum() or unicodedata.category(typed) == "So")

    def around(self, first: int, stop: int) -> tuple[int, int]:
        """Runs near a place that no gap parts from it: what may be one word with it.

        Args:
            first: The first run of the place.
            stop: After its last run.
        """
        before, after = first, stop
        while before > max(0, first - NEAR_RUNS_MAX) and self._adjoins(before):
            before -= 1
        while after < min(len(self.runs), stop + NEAR_RUNS_MAX) and self._adjoins(after):
            after += 1
        return before, after

    def _adjoins(self, run: int) -> bool:
        return GAP not in self.folded[self.runs[run - 1][-1] : self.runs[run][0]]

    def _is_ending(self, entry: Entry, shape: Shape, end: int) -> bool:
        """Whether what follows is an English ending and no more."""
        if entry.kind not in _LETTER_FOR_LETTER or len(shape.letters) <= SHORT_LATIN_LETTERS:
            return False
        rest = self.folded[end:].replace(NOTHING, "")
        letters = rest[: len(rest) - len(rest.lstrip("abcdefghijklmnopqrstuvwxyz"))]
        if letters == PLURAL and len(shape.letters) >= PLURAL_LETTERS_MIN:
            return True
        return entry.reading.inflections and letters in ENDINGS

    def _with_brackets(self, start: int, end: int, gaps: list[Gap]) -> tuple[int, int]:
        """Take in the bracket next to a word whose other one stands inside it."""
        inside = "".join(gap.signs for gap in gaps)
        after = _OPENS.get(self.text[end : end + 1])
        if after and inside.count(after) > inside.count(self.text[end]):
            end += 1
        before = _CLOSES.get(self.text[start - 1 : start])
        if before and inside.count(before) > inside.count(self.text[start - 1]):
            start -= 1
        return start, end

    def _after_marks(self, end: int) -> int:
        while end < len(self.text) and unicodedata.category(self.text[end])[0] == "M":
            end += 1
        return end


def _between(places: list[int], start: int, end: int) -> Sequence[int]:
    """Those from `start` up to `end`; of a run that is long only the part is looked at."""
    return places[bisect_left(places, start) : bisect_left(places, end)]


def _may_bridge_latin(shape: Shape, gaps: list[Gap], folded: str) -> bool:
    """Whether the pieces of a word are no words of their own: "f u ck", but not "an us"."""
    pieces = [piece for piece in folded.replace(NOTHING, "").split(GAP) if piece]
    if all(len(piece) == 1 for piece in pieces):
        return len(shape.letters) >= SHORT_LATIN_LETTERS
    if len(shape.letters) <= SHORT_LATIN_LETTERS:
        return False
    is_written_apart = all(gap.signs.strip(_INSIDE_ENGLISH) == "" for gap in gaps)
    return not (is_written_apart and COMMON.issuperset(pieces))


def _is_wild(shape: Shape, gaps: list[Gap]) -> bool:
    """Whether signs stand exactly where the pattern leaves a letter out."""
    return (
        len(gaps) == 1
        and gaps[0].before in shape.joints
        and len(gaps[0].signs) <= WILD_SIGNS_MAX
        and _WILD.issuperset(gaps[0].signs)
    )


def _goes_on(neighbour: str, edge: str, shape: Shape) -> bool:
    if not neighbour.isascii():
        return False
    if edge.isdigit():
        return shape.is_latin and neighbour.isdigit()
    return neighbour.isalpha()


def _kind(kind: Kind, *, gapped: bool, stretched: bool) -> Kind:
    if kind is not Kind.WORD:
        return kind
    return Kind.SKIP if gapped else Kind.REPEAT if stretched else kind
