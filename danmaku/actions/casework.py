"""The verbs of cases, joined once for all doors."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.appeals import Appeals
from danmaku.actions.case_book import CaseBook
from danmaku.actions.case_parties import Parties
from danmaku.actions.cases import Cases
from danmaku.actions.grants_back import GrantsBack
from danmaku.actions.handling import Handling
from danmaku.actions.measures import Measures
from danmaku.actions.name_review import NameRecord, NameReview
from danmaku.actions.reporters import Reporters
from danmaku.actions.rulings import Rulings
from danmaku.actions.standings import Standings
from danmaku.config import CaseSettings
from danmaku.domain.cases import CaseKind, Terms
from danmaku.domain.ids import AccountId
from danmaku.domain.rulings import Consequence
from danmaku.domain.times import HOUR_MS, MINUTE_MS
from danmaku.ports import Accounts, Clock, Reader, Record, Registry


class CaseStore(Reader, Accounts, Registry, CaseBook, NameRecord, Protocol):
    """The read sides of a record that these verbs ask."""


def terms_in(settings: CaseSettings) -> Terms:
    """Within what time; what a patrol finds is as urgent as a report, a dispute as an appeal."""
    return Terms(
        by_kind={
            CaseKind.REVIEW: settings.review_minutes * MINUTE_MS,
            CaseKind.REPORT: settings.report_hours * HOUR_MS,
            CaseKind.PATROL: settings.report_hours * HOUR_MS,
            CaseKind.COMPLAINT: settings.complaint_hours * HOUR_MS,
            CaseKind.APPEAL: settings.appeal_hours * HOUR_MS,
            CaseKind.RECHECK: settings.appeal_hours * HOUR_MS,
        },
        grave=settings.grave_minutes * MINUTE_MS,
    )


@dataclass(frozen=True, slots=True)
class Casework:
    """See the module."""

    book: CaseBook
    cases: Cases
    rulings: Rulings
    appeals: Appeals
    handling: Handling

    @classmethod
    def over(  # noqa: PLR0913 -- each is one of the house's parts
        cls,
        record: Record,
        store: CaseStore,
        *,
        standings: Standings,
        measures: Measures,
        names: NameReview,
        grants: GrantsBack,
        clock: Clock,
        new_id: Callable[[], str],
        settings: CaseSettings,
        trained: Callable[[AccountId], Awaitable[None]],
        consequences: Sequence[Consequence] = (),
    ) -> "Casework":
        """Join them over a record.

        Args:
            record: For writing.
            store: The same, for reading.
            standings: Of those who work on cases.
            measures: That decisions take and undo.
            names: That appeals have shown after all.
            grants: That appeals give back.
            clock: Wall time.
            new_id: Gives receipts and ids of measures.
            settings: How long things may take.
            trained: Raises TRAINING_REQUIRED for whoever has no valid training.
            consequences: What else stands in the commit of a decision.
        """
        freshen = standings.freshen
        parties = Parties(store, store, store)
        cases = Cases(
            *(record, store, store, parties),
            standings=standings,
            clock=clock,
            lease_ms=settings.lease_minutes * MINUTE_MS,
            trained=trained,
            terms=terms_in(settings),
        )
        reporters = Reporters(store, standings, measures, new_id)
        rulings = Rulings(
            *(record, store, store, store, store),
            cases=cases,
            parties=parties,
            measures=measures,
            names=names,
            grants=grants,
            reporters=reporters,
            freshen=freshen,
            clock=clock,
            new_id=new_id,
            provisional_ms=settings.provisional_hours * HOUR_MS,
            consequences=consequences,
        )
        appeals = Appeals(
            *(record, store, store, store, store, grants),
            freshen=freshen,
            clock=clock,
            new_id=new_id,
            filings_max=settings.filings_max,
        )
        handling = Handling(store, clock=clock, terms=cases.terms)
        return cls(store, cases, rulings, appeals, handling)
