"""Reporters: how far they may be relied on, when no more is taken from them, who may reach them.

How reliable they are follows from what the platform decided on their newest reports alone; what a
room's keepers said of reports on their own room counts for nothing here.

Article: articles.Article.REPORTS_ACCEPTED
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from danmaku.domain.account import Standing
from danmaku.domain.case_facts import CaseFiled
from danmaku.domain.cases import CaseOutcome
from danmaku.domain.facts import ReportFiled
from danmaku.domain.ids import Millis
from danmaku.domain.times import DAY_MS

Filing = TypeVar("Filing", bound=CaseFiled | ReportFiled)

LOOKED_AT = 20  # newest reports of somebody that were decided
JUDGED_FROM = 10  # of fewer nothing follows
RIGHT_PERCENT_MIN = 10  # of those looked at
STOPPED_MS = 7 * DAY_MS
VEIL = "•••"  # in place of a contact: there is one
STOPPED_BASIS = "rules of the platform: of the newest reports, nearly all came to nothing"


def right_percent(outcomes: Sequence[CaseOutcome]) -> int | None:
    """How many in a hundred were right, in whole or in part; None: there are too few to tell.

    Args:
        outcomes: Of the newest reports, at most `LOOKED_AT`.
    """
    if len(outcomes) < JUDGED_FROM:
        return None
    right = sum(outcome is not CaseOutcome.REJECTED for outcome in outcomes)
    return 100 * right // len(outcomes)


def is_abusive(outcomes: Sequence[CaseOutcome]) -> bool:
    """Whether so few were right that they only keep others from being heard."""
    percent = right_percent(outcomes)
    return percent is not None and percent < RIGHT_PERCENT_MIN


def told_to(who: Standing | None, filing: Filing, now_ms: Millis) -> Filing:
    """What was filed as `who` may read it; None is the operator.

    Staff answer reporters, so they see how to reach them. Inspectors do not, and learn who somebody
    is through a disclosure alone.

    Article: articles.Article.IDENTITY_PROTECTED
    """
    if who is None or not filing.contact or not who.inspects(now_ms):
        return filing
    return replace(filing, contact=VEIL)
