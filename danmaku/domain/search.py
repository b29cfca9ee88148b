"""Looking for words in a room's public record: by what is written alone, and in time order."""

import unicodedata
from dataclasses import dataclass

from danmaku.domain.ids import Number
from danmaku.domain.views import View
from danmaku.errors import BadMessage

QUERY_MAX = 100  # code points
WORDS_MAX = 8


@dataclass(frozen=True, slots=True)
class Found:
    """Some of what was looked for, newest first."""

    views: tuple[View, ...]
    before: Number | None  # look on below this number; None: all has been looked through


def words_of(query: str) -> tuple[str, ...]:
    """What a comment must hold, all of it: the words between spaces, folded.

    Raises:
        BadMessage: There is none, or too much.
    """
    words = tuple(dict.fromkeys(folded(query).split()))
    if not words or len(words) > WORDS_MAX or len(query) > QUERY_MAX:
        raise BadMessage(f"Look for 1 to {WORDS_MAX} words, of {QUERY_MAX} characters at most.")
    return words


def folded(text: str) -> str:
    """Text without differences of width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


def holds(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text has every one of the folded words in it; Chinese needs no spaces for that."""
    inside = folded(text)
    return all(word in inside for word in words)
