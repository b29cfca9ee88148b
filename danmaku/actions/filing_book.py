"""What is asked of the record about filings and orders."""

from typing import Protocol

from danmaku.domain.filing_facts import FilingKind
from danmaku.domain.filings import FilingBacklog, FilingFilter, FilingRow, OrderRow
from danmaku.domain.ids import Millis, Seq

LISTED_MAX = 100  # of one page


class FilingBook(Protocol):
    """Its read side."""

    async def filings(
        self,
        wanted: FilingFilter,
        now_ms: Millis,
        *,
        before: Seq | None = None,
        limit: int,
    ) -> list[FilingRow]:
        """Filings, newest first, without their history."""

    async def filing(self, filing: Seq) -> FilingRow | None:
        """One filing with all that was entered about it."""

    async def has_begun(self, kind: FilingKind, subject: str) -> bool:
        """Whether there ever was a filing of that kind about a subject, closed ones too."""

    async def backlog(self, now_ms: Millis) -> FilingBacklog:
        """What waits, counted."""

    async def orders(
        self, *, standing: bool = False, before: Seq | None = None, limit: int
    ) -> list[OrderRow]:
        """Orders, newest first: all, or those that stand; `before` the seq of an entered one."""

    async def order(self, order_id: str) -> OrderRow | None:
        """One order."""

    async def orders_over(self, now_ms: Millis, *, limit: int) -> list[OrderRow]:
        """Orders whose time is over and of which no entry says so."""
