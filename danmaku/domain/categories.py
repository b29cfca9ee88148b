"""Why a comment is recalled, refused or reported: the words a person may choose from.

Rules of the filter name categories of their own (docs/filter.md); these are for people's decisions.
"""

from danmaku.errors import BadMessage

CATEGORIES = frozenset(
    {"illegal", "porn", "gambling", "fraud", "attack", "privacy", "spam", "spoiler", "flood",
     "off_topic", "minors", "contact", "other"}
)  # fmt: skip


def category_of(text: str) -> str:
    """Check a category's word.

    Raises:
        BadMessage: If there is none of that name.
    """
    if text not in CATEGORIES:
        raise BadMessage("There is no such category.")
    return text
