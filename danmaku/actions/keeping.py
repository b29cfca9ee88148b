"""The verbs of those who keep rooms, joined once for all doors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.accounts import People
from danmaku.actions.case_book import CaseBook
from danmaku.actions.conditions import Prevailing
from danmaku.actions.delays import Delays, Looking
from danmaku.actions.grants_back import GrantsBack
from danmaku.actions.keepers import Keepers
from danmaku.actions.measures import Measures
from danmaku.actions.moderators import Moderators
from danmaku.actions.mutes import Mutes
from danmaku.actions.room_reports import RoomReports
from danmaku.actions.rooms import Rooms
from danmaku.actions.self_management import SelfManagement
from danmaku.ports import Accounts, Clock, Reader, Record, Registry


class KeepingStore(Reader, Accounts, Registry, Keepers, CaseBook, Protocol):
    """The read sides of a record that these verbs ask."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """See the module."""

    self_management: SelfManagement
    moderators: Moderators
    reports: RoomReports
    mutes: Mutes
    delays: Delays
    back: GrantsBack

    @classmethod
    def over(  # noqa: PLR0913 -- each is one of the house's parts
        cls,
        record: Record,
        store: KeepingStore,
        *,
        prevailing: Prevailing,
        people: People,
        rooms: Rooms,
        measures: Measures,
        looking: Looking,
        clock: Clock,
        steady: Clock,
        new_id: Callable[[], str],
        report_ms: int,
    ) -> "Keeping":
        """Join them over a record; the others are the house's own."""
        standings = people.standings
        self_management = SelfManagement(
            record,
            store,
            store,
            rooms=rooms,
            standings=standings,
            holders=people.holders,
            conditions=prevailing,
            clock=clock,
            new_id=new_id,
        )
        moderators = Moderators(
            record,
            store,
            store,
            standings=standings,
            holders=people.holders,
            clock=clock,
            new_id=new_id,
        )
        reports = RoomReports(
            *(record, store, store, store),
            freshen=standings.freshen,
            clock=clock,
            new_id=new_id,
            report_ms=report_ms,
        )
        delays = Delays(
            record,
            store,
            rooms=rooms,
            standings=standings,
            conditions=prevailing,
            looking=looking,
            clock=clock,
            steady=steady,
        )
        mutes = Mutes(measures, store, rooms=rooms, standings=standings, clock=clock)
        back = GrantsBack(store, standings, people.holders, clock, new_id)
        return cls(self_management, moderators, reports, mutes, delays, back)
