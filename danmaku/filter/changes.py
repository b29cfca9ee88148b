"""What other rules would change: one text's findings beside what was said of it."""

from enum import StrEnum

from danmaku.filter.findings import Findings
from danmaku.filter.rules import Action


class Change(StrEnum):
    """How the other rules differ on one text."""

    SAME = "same"
    STRICTER = "stricter"
    MILDER = "milder"
    CATEGORY = "category"  # the same would become of it, for another reason


def change_of(action: Action, category: str | None, other: Findings) -> Change:
    """Hold what the other rules find against what became of the text.

    Args:
        action: What the rules said that decided.
        category: The reason they gave; None where they found nothing.
        other: What the other rules say of the same text.
    """
    if other.action.weight > action.weight:
        return Change.STRICTER
    if other.action.weight < action.weight:
        return Change.MILDER
    return Change.SAME if other.category == category else Change.CATEGORY
