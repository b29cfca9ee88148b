"""What people and rooms go by: public names, titles and summaries, and how each of them stands.

Article: articles.Article.EVERY_SURFACE, articles.Article.NAMES_REVIEWED
"""

from enum import StrEnum
from typing import Final

from danmaku.domain.account import NAME_MAX
from danmaku.domain.comment import clean_text
from danmaku.domain.room import SUMMARY_MAX, TITLE_MAX
from danmaku.errors import BadMessage


class Surface(StrEnum):
    """Where such a name is shown."""

    NAME = "name"  # of an account, beside its comments
    TITLE = "title"  # of a room
    SUMMARY = "summary"  # of a room; may be empty


class NameState(StrEnum):
    """What became of a name that was given."""

    SHOWN = "shown"
    HELD = "held"  # it waits for a person; a neutral one is shown
    REFUSED = "refused"


_LONGEST: Final = {
    Surface.NAME: NAME_MAX,
    Surface.TITLE: TITLE_MAX,
    Surface.SUMMARY: SUMMARY_MAX,
}
_NEUTRAL: Final = {Surface.NAME: "user {}", Surface.TITLE: "room {}", Surface.SUMMARY: ""}


def bounded(surface: Surface, text: str) -> str:
    """Clean a name and hold it to its length.

    Raises:
        BadMessage: It is empty or too long.
    """
    name = clean_text(text)
    shortest = 0 if surface is Surface.SUMMARY else 1
    if not shortest <= len(name) <= _LONGEST[surface]:
        raise BadMessage(f"A {surface.value} has {shortest} to {_LONGEST[surface]} characters.")
    return name


def neutral_of(surface: Surface, mark: str) -> str:
    """What stands where a name may not be shown (yet).

    Args:
        surface: Where.
        mark: Drawn by lot, so that two of them can be told apart.
    """
    return _NEUTRAL[surface].format(mark)
