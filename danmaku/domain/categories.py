"""Why a comment is recalled, refused or reported: the words a person may choose from.

Rules of the filter name categories of their own (docs/filter.md); these are for people's decisions.
"""

from typing import Final

from danmaku.errors import BadMessage
from danmaku.filter.rules import Klass

CATEGORIES = frozenset(
    {"illegal", "porn", "gambling", "fraud", "attack", "privacy", "spam", "spoiler", "flood",
     "off_topic", "minors", "contact", "impersonation", "other"}
)  # fmt: skip


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
    Klass.NEGATIVE: frozenset({"attack", "privacy", "spam", "flood", "contact", "impersonation"}),
}


def class_of(category: str) -> Klass:
    """On what ground a category stands; one that the law and the platform do not name: the house's.

    Article: articles.Article.CREDIT_LEVELS
    """
    return next((klass for klass, named in _CLASSES.items() if category in named), Klass.HOUSE)
