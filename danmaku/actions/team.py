"""The verbs about the staff, joined once for all doors."""

from collections.abc import Callable
from dataclasses import dataclass

from danmaku.actions.case_book import CaseBook
from danmaku.actions.decisions import Freshen
from danmaku.actions.rechecks import Rechecks
from danmaku.actions.roster import Roster
from danmaku.actions.team_book import TeamBook
from danmaku.actions.training import Training
from danmaku.config import TeamSettings
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.ports import Clock, Record


@dataclass(frozen=True, slots=True)
class Team:
    """See the module."""

    training: Training
    roster: Roster
    rechecks: Rechecks

    @classmethod
    def over(  # noqa: PLR0913 -- each is one of the house's parts
        cls,
        record: Record,
        book: TeamBook,
        cases: CaseBook,
        *,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        settings: TeamSettings,
    ) -> "Team":
        """Join them over a record; `new_id` gives receipts."""
        training = Training(
            *(record, book),
            freshen=freshen,
            clock=clock,
            valid_ms=settings.training_days * DAY_MS,
        )
        roster = Roster(
            *(record, book),
            freshen=freshen,
            clock=clock,
            duty_ms=settings.duty_hours * HOUR_MS,
            rooms_max=settings.rooms_per_reviewer_max,
        )
        rechecks = Rechecks(
            *(record, book, cases),
            trained=training.require,
            freshen=freshen,
            clock=clock,
            new_id=new_id,
            permille=settings.recheck_permille,
        )
        return cls(training, roster, rechecks)
