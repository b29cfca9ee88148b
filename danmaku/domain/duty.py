"""How the keepers of a room do their duty: numbers that follow from the record.

Article: articles.Article.OPERATORS_DUTY
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from danmaku.domain.ids import Millis
from danmaku.domain.keeping import due_ms

REPORTS_LOOKED_AT = 1000  # the newest of a room


@dataclass(frozen=True, slots=True)
class Duty:
    """What became of a room's newest reports."""

    filed: int
    answered: int  # in time
    late: int  # answered after the platform had them
    overdue: int  # unanswered, and the platform's by now
    waiting: int
    median_ms: int | None  # from the report to its answer; None: there were none


def duty_of(reports: Iterable[tuple[Millis, Millis | None]], now_ms: Millis) -> Duty:
    """Count them.

    Args:
        reports: When each was filed, and when answered; None: it is not.
        now_ms: When they are counted.
    """
    filed = answered = late = overdue = waiting = 0
    took: list[int] = []
    for filed_ms, answered_ms in reports:
        filed += 1
        if answered_ms is None:
            is_overdue = due_ms(filed_ms) <= now_ms
            overdue, waiting = overdue + is_overdue, waiting + (not is_overdue)
            continue
        took.append(answered_ms - filed_ms)
        is_late = due_ms(filed_ms) <= answered_ms
        late, answered = late + is_late, answered + (not is_late)
    middle = int(median(took)) if took else None
    return Duty(filed, answered, late, overdue, waiting, middle)


@dataclass(frozen=True, slots=True)
class HiddenShare:
    """How much of what was published in a room its keepers have hidden, and why: for everybody."""

    published: int  # ever: numbers given
    hidden: int
    by_category: Mapping[str, int]

    @property
    def permille(self) -> int:
        """Hidden ones of a thousand published, rounded down."""
        return 1000 * self.hidden // self.published if self.published else 0


def share_of(published: int, hidden: Mapping[str, int]) -> HiddenShare:
    """The share, categories in the order of their words."""
    return HiddenShare(published, sum(hidden.values()), dict(sorted(hidden.items())))
