"""The verbs that deal with people rather than with comments, joined once for all doors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from danmaku.actions.accounts import People
from danmaku.actions.case_book import CaseBook
from danmaku.actions.casework import Casework
from danmaku.actions.conditions import Prevailing
from danmaku.actions.controls import Controls
from danmaku.actions.credit import Credits, Ledgers
from danmaku.actions.delays import Looking
from danmaku.actions.documents import Documents
from danmaku.actions.dossiers import Dossiers
from danmaku.actions.features import FeatureDesk
from danmaku.actions.inspection import Counted, Inspection
from danmaku.actions.keepers import Keepers
from danmaku.actions.keeping import Keeping
from danmaku.actions.legal_holds import LegalHolds
from danmaku.actions.likes import Counted as LikesCounted
from danmaku.actions.likes import Likes
from danmaku.actions.measures import Measures
from danmaku.actions.name_review import NameRecord, NameReview
from danmaku.actions.patrol import Patrol
from danmaku.actions.personal import OwnRecord, Privacy
from danmaku.actions.retention import Terms
from danmaku.actions.review_desk import ReviewDesk
from danmaku.actions.rooms import Rooms
from danmaku.actions.team import Team
from danmaku.actions.team_book import TeamBook
from danmaku.config import CaseSettings, TeamSettings
from danmaku.domain.filings import after_ruling
from danmaku.domain.rulings import Consequence
from danmaku.domain.times import DAY_MS
from danmaku.domain.transparency import timed
from danmaku.ports import Accounts, Clock, Reader, Record, Registry
from danmaku.vault_port import Vault


class Store(
    Reader,
    Accounts,
    Registry,
    Ledgers,
    Keepers,
    NameRecord,
    LikesCounted,
    CaseBook,
    Counted,
    Protocol,
):
    """All read sides of a record, the vault, and what follows the terms."""

    @property
    def vault(self) -> Vault:
        """The vault."""

    @property
    def personal(self) -> OwnRecord:
        """What it holds about one person."""

    @property
    def team(self) -> TeamBook:
        """What it holds about the staff's work."""

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
    features: FeatureDesk
    likes: Likes
    casework: Casework
    inspection: Inspection
    review: ReviewDesk
    legal_holds: LegalHolds
    team: Team

    @classmethod
    def over(  # noqa: PLR0913 -- each is one of the house's parts
        cls,
        record: Record,
        store: Store,
        *,
        prevailing: Prevailing,
        people: People,
        rooms: Rooms,
        looking: Looking,
        clock: Clock,
        steady: Clock,
        new_id: Callable[[], str],
        likes: Likes,
        cases: CaseSettings | None = None,
        team: TeamSettings | None = None,
        report_ms: int = DAY_MS,
        consequences: Sequence[Consequence] = (),
    ) -> "Offices":
        """Join them.

        `looking` and `steady` are those of `Delays`, `consequences` are those of `Casework`.
        """
        freshen = people.standings.freshen
        measures = _measures(record, store, rooms, people, clock, new_id, report_ms=report_ms)
        dossiers = _dossiers(store, measures, rooms, people, clock)
        controls = Controls(record, store, conditions=prevailing, freshen=freshen, clock=clock)
        documents = Documents(record, store, conditions=prevailing, freshen=freshen, clock=clock)
        privacy = Privacy.over(record, store, people=people, clock=clock)
        keeping = Keeping.over(
            *(record, store),
            prevailing=prevailing,
            people=people,
            rooms=rooms,
            measures=measures,
            looking=looking,
            clock=clock,
            steady=steady,
            new_id=new_id,
            report_ms=report_ms,
        )
        credits_ = Credits(record, store, formula=prevailing().credit, clock=clock)
        names = _names(record, store, rooms, prevailing, people, clock)
        features = FeatureDesk(record, conditions=prevailing, freshen=freshen, clock=clock)
        staff = _team(record, store, people, clock, new_id, team or TeamSettings())
        casework = Casework.over(
            *(record, store),
            standings=people.standings,
            measures=measures,
            names=names,
            grants=keeping.back,
            clock=clock,
            new_id=new_id,
            settings=cases or CaseSettings(),
            trained=staff.training.require,
            consequences=(timed, partial(after_ruling, term_ms=report_ms), *consequences),
        )
        inspection = Inspection(record, store, freshen=freshen, clock=clock)
        patrol = _patrol(record, store, prevailing, people, clock, new_id, cases)
        review = ReviewDesk.over(store, casework, dossiers, keeping.back, patrol, clock)
        legal_holds = LegalHolds(record, store, freshen=freshen, clock=clock, new_id=new_id)
        return cls(
            *(prevailing, measures, dossiers, controls, documents, privacy, credits_, keeping),
            *(names, features, likes, casework, inspection, review, legal_holds, staff),
        )


def _measures(  # noqa: PLR0913 -- each is one of the house's parts
    record: Record,
    store: Store,
    rooms: Rooms,
    people: People,
    clock: Clock,
    new_id: Callable[[], str],
    *,
    report_ms: int,
) -> Measures:
    return Measures(
        record,
        store,
        store,
        store,
        store.vault,
        rooms=rooms,
        standings=people.standings,
        clock=clock,
        new_id=new_id,
        report_ms=report_ms,
    )


def _dossiers(
    store: Store, measures: Measures, rooms: Rooms, people: People, clock: Clock
) -> Dossiers:
    return Dossiers(
        *(measures, store, store, store, store),
        rooms=rooms,
        standings=people.standings,
        clock=clock,
    )


def _team(
    record: Record,
    store: Store,
    people: People,
    clock: Clock,
    new_id: Callable[[], str],
    settings: TeamSettings,
) -> Team:
    return Team.over(
        *(record, store.team, store),
        freshen=people.standings.freshen,
        clock=clock,
        new_id=new_id,
        settings=settings,
    )


def _patrol(  # noqa: PLR0913, PLR0917 -- each is one of the house's parts
    record: Record,
    store: Store,
    prevailing: Prevailing,
    people: People,
    clock: Clock,
    new_id: Callable[[], str],
    cases: CaseSettings | None,
) -> Patrol:
    return Patrol(
        *(record, store),
        conditions=prevailing,
        freshen=people.standings.freshen,
        clock=clock,
        new_id=new_id,
        permille=(cases or CaseSettings()).spot_checks_permille,
    )


def _names(
    record: Record,
    store: Store,
    rooms: Rooms,
    prevailing: Prevailing,
    people: People,
    clock: Clock,
) -> NameReview:
    return NameReview(
        *(record, store, store, store),
        naming=people.naming,
        rooms=rooms,
        standings=people.standings,
        conditions=prevailing,
        clock=clock,
        review_hours=people.name_review_hours,
    )
