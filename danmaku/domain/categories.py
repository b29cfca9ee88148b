"""Why a comment is recalled, refused or reported: the words a person may choose from.

Rules of the filter name categories of their own (docs/filter.md); these are for people's decisions.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from danmaku.errors import BadMessage
from danmaku.filter.rules import Klass

REPORTED: Final = (
    "spam", "flood", "spoiler", "off_topic", "attack", "privacy", "impersonation", "minors", "porn",
    "gambling", "fraud", "illegal", "other",
)  # fmt: skip
"""What anybody may say is wrong with a thing; the commonest first."""

HARMS: Final = (
    "privacy", "defamation", "impersonation", "copyright", "minors", "attack", "fraud", "other",
)  # fmt: skip
"""What somebody may say does harm to themselves, or to those they speak for."""

CATEGORIES = frozenset({*REPORTED, *HARMS, "contact"})


def category_of(text: str) -> str:
    """Check a category's word.

    Raises:
        BadMessage: If there is none of that name.
    """
    if text not in CATEGORIES:
        raise BadMessage("There is no such category.")
    return text


_CLASSES: Final = {
    Klass.ILLEGAL: frozenset({"illegal", "porn", "gambling", "fraud", "minors"}),
    Klass.NEGATIVE: frozenset(
        {
            "attack",
            "privacy",
            "spam",
            "flood",
            "contact",
            "impersonation",
            "defamation",
            "copyright",
        }
    ),
}


def named_in(klass: Klass) -> frozenset[str]:
    """The categories that make a class; none of the house's, which is whatever no other names."""
    return _CLASSES.get(klass, frozenset())


def suggested(own: str, reported: Iterable[str]) -> str:
    """What a decision on a case begins with.

    Args:
        own: The case's category; one of the filter's own rules may be none that people choose.
        reported: What those said who filed it.
    """
    counted = Counter(one for one in reported if one in CATEGORIES)
    if own in CATEGORIES:
        counted[own] += 1
    # Of those that are said equally often the gravest, then the first by name: never by chance.
    gravity = {klass: place for place, klass in enumerate(_CLASSES)}
    order = sorted(
        counted, key=lambda one: (-counted[one], gravity.get(class_of(one), len(gravity)), one)
    )
    return order[0] if order else "other"


def class_of(category: str) -> Klass:
    """On what ground a category stands; one that the law and the platform do not name: the house's.

    Article: articles.Article.CREDIT_LEVELS
    """
    return next((klass for klass, named in _CLASSES.items() if category in named), Klass.HOUSE)
