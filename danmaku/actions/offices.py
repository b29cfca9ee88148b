"""The verbs that deal with people rather than with comments, joined once for all doors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.accounts import People
from danmaku.actions.appeals import Appeals
from danmaku.actions.conditions import Prevailing
from danmaku.actions.controls import Controls
from danmaku.actions.credit import Credits, Ledgers
from danmaku.actions.documents import Documents
from danmaku.actions.dossiers import Dossiers
from danmaku.actions.features import FeatureDesk
from danmaku.actions.keepers import Keepers
from danmaku.actions.keeping import Keeping
from danmaku.actions.likes import Counted, Likes
from danmaku.actions.measures import Measures
from danmaku.actions.name_review import NameRecord, NameReview
from danmaku.actions.personal import OwnRecord, Privacy
from danmaku.actions.retention import Terms
from danmaku.actions.rooms import Rooms
from danmaku.ports import Accounts, Clock, Reader, Record, Registry, Vault


class Store(Reader, Accounts, Registry, Ledgers, Keepers, NameRecord, Counted, Protocol):
    """All read sides of a record, the vault, and what follows the terms."""

    @property
    def vault(self) -> Vault:
        """The vault."""

    @property
    def personal(self) -> OwnRecord:
        """What it holds about one person."""

    @property
    def retention(self) -> Terms:
        """What is due."""


@dataclass(frozen=True, slots=True)
class Offices:
    """See the module."""

    prevailing: Prevailing
    measures: Measures
    dossiers: Dossiers
    controls: Controls
    documents: Documents
    privacy: Privacy
    credits: Credits
    keeping: Keeping
    names: NameReview
    appeals: Appeals
    features: FeatureDesk
    likes: Likes

    @classmethod
    def over(  # noqa: PLR0913 -- each is one of the house's parts
        cls,
        record: Record,
        store: Store,
        *,
        prevailing: Prevailing,
        people: People,
        rooms: Rooms,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> "Offices":
        """Join them; comments ask `prevailing` too, and `new_id` gives ids and receipts."""
        freshen = people.standings.freshen
        measures = Measures(
            record,
            store,
            store,
            store,
            store.vault,
            rooms=rooms,
            standings=people.standings,
            clock=clock,
            new_id=new_id,
        )
        dossiers = Dossiers(
            *(measures, store, store, store),
            rooms=rooms,
            standings=people.standings,
            clock=clock,
        )
        controls = Controls(record, store, conditions=prevailing, freshen=freshen, clock=clock)
        documents = Documents(record, store, conditions=prevailing, freshen=freshen, clock=clock)
        privacy = Privacy.over(record, store, people=people, clock=clock)
        keeping = Keeping.over(
            record,
            store,
            prevailing=prevailing,
            people=people,
            rooms=rooms,
            measures=measures,
            clock=clock,
            new_id=new_id,
        )
        credits_ = Credits(record, store, formula=prevailing().credit, clock=clock)
        names = NameReview(
            *(record, store, store, store),
            naming=people.naming,
            rooms=rooms,
            standings=people.standings,
            conditions=prevailing,
            clock=clock,
            review_hours=people.name_review_hours,
        )
        appeals = Appeals(record, store, store, freshen=freshen, clock=clock, new_id=new_id)
        features = FeatureDesk(record, conditions=prevailing, freshen=freshen, clock=clock)
        likes = _likes(record, store, rooms, prevailing, people, clock)
        return cls(
            *(prevailing, measures, dossiers, controls, documents, privacy, credits_, keeping),
            *(names, appeals, features, likes),
        )


def _likes(
    record: Record,
    store: Store,
    rooms: Rooms,
    prevailing: Prevailing,
    people: People,
    clock: Clock,
) -> Likes:
    return Likes(
        record,
        store,
        store,
        rooms=rooms,
        conditions=prevailing,
        freshen=people.standings.freshen,
        clock=clock,
    )
