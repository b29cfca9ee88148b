"""Whether one text was always judged alike by one rule set, whoever wrote it, wherever, whenever.

What was said first of each text is remembered in a file, by digest: a record of any size is walked
in bounded memory, and no text is written down.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from danmaku.domain.admission import said_by_rules
from danmaku.domain.ids import RoomId, Seq
from danmaku.filter.rules import FAULT_CATEGORY
from danmaku.store.verdicts import Judged

KEY_BYTES = 16
_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE said (
    key BLOB PRIMARY KEY, word TEXT NOT NULL, room TEXT NOT NULL, origin INTEGER NOT NULL
) WITHOUT ROWID;
"""
_NOTE = "INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?)"
_FIRST = "SELECT word, room, origin FROM said WHERE key = ?"


@dataclass(frozen=True, slots=True)
class Word:
    """What the rules said of a comment."""

    room: RoomId
    origin: Seq
    said: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two comments of one text on which one rule set has not said the same."""

    ruleset: str
    first: Word
    other: Word


@dataclass(slots=True)
class Walk:
    """What was looked at so far.

    Args:
        folder: Where the file is made; to be removed with it.
    """

    folder: Path
    compared_count: int = 0
    texts_count: int = 0  # different ones, each counted once a rule set
    left_out_count: int = 0  # erased, or held since the filter failed on them
    _memory: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self._memory = sqlite3.connect(self.folder / "said.db", isolation_level=None)
        self._memory.executescript(_TABLE)

    def differences(self, comments: Iterable[Judged]) -> Iterator[Difference]:
        """Each comment of which the rules said something else than of its text before."""
        for comment in comments:
            verdict = comment.verdict
            if comment.text is None or verdict is None or verdict.category == FAULT_CATEGORY:
                self.left_out_count += 1
                continue
            action, category = said_by_rules(verdict)
            said = action.value if category is None else f"{action.value} ({category})"
            word = Word(comment.room, comment.origin, said)
            first = self._first(verdict.ruleset, comment.text, word)
            if first.said != said:
                yield Difference(verdict.ruleset, first, word)

    def _first(self, ruleset: str, text: str, word: Word) -> Word:
        """What was said first of that text by these rules; `word`, if nothing was."""
        self.compared_count += 1
        key = blake2b(f"{ruleset}\0{text}".encode(), digest_size=KEY_BYTES).digest()
        noted = self._memory.execute(_NOTE, (key, word.said, word.room, word.origin))
        if noted.rowcount:
            self.texts_count += 1
            return word
        said, room, origin = self._memory.execute(_FIRST, (key,)).fetchone()
        return Word(room, origin, said)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()
