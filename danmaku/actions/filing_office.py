"""The verbs of filings and orders, joined once for all doors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.controls import Controls
from danmaku.actions.decisions import Freshen
from danmaku.actions.filing_book import FilingBook
from danmaku.actions.filing_drafts import Counts, FilingDrafts, HouseFacts
from danmaku.actions.filings import Filings, FilingTerms
from danmaku.actions.measures import Measures
from danmaku.actions.orders import Orders
from danmaku.config import FilingSettings
from danmaku.domain.conditions import Conditions
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.ports import Accounts, Clock, Record


class FilingStore(Accounts, Counts, Protocol):
    """The read sides of a record that these verbs ask."""

    @property
    def filing_book(self) -> FilingBook:
        """Filings and orders."""


@dataclass(frozen=True, slots=True)
class FilingOffice:
    """See the module."""

    book: FilingBook
    filings: Filings
    orders: Orders

    @classmethod
    def over(  # noqa: PLR0913 -- each is one of the house's parts
        cls,
        record: Record,
        store: FilingStore,
        *,
        controls: Controls,
        measures: Measures,
        conditions: Callable[[], Conditions],
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        settings: FilingSettings,
        house: HouseFacts,
    ) -> "FilingOffice":
        """Join them over a record.

        Args:
            record: For writing.
            store: The same, for reading.
            controls: Carry out orders.
            measures: The same.
            conditions: What holds right now.
            freshen: Gives the standing of now.
            clock: Wall time.
            new_id: Gives ids.
            settings: Within what time things are handed in.
            house: What assessments state of the settings.
        """
        book = store.filing_book
        drafts = FilingDrafts(store, store, conditions=conditions, house=house, clock=clock)
        filings = Filings(
            *(record, book, drafts),
            freshen=freshen,
            clock=clock,
            new_id=new_id,
            terms=FilingTerms(settings.report_days * DAY_MS, settings.weakness_hours * HOUR_MS),
        )
        orders = Orders(
            *(record, book, controls, measures),
            freshen=freshen,
            clock=clock,
            new_id=new_id,
            report_ms=settings.item_ms,
        )
        return cls(book, filings, orders)
