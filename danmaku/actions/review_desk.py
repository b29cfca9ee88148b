"""What the reviewers' console asks beside the queue itself, joined once for all doors."""

from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.case_book import CaseBook
from danmaku.actions.case_context import CaseContexts
from danmaku.actions.case_news import CaseNews
from danmaku.actions.case_parties import Parties
from danmaku.actions.casework import Casework
from danmaku.actions.dossiers import Dossiers
from danmaku.actions.grants_back import GrantsBack
from danmaku.actions.many_cases import ManyCases
from danmaku.actions.patrol import Patrol
from danmaku.ports import Clock, Reader, Registry


class ReviewStore(Reader, Registry, CaseBook, Protocol):
    """The read sides of a record that these verbs ask."""


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """See the module."""

    contexts: CaseContexts
    many: ManyCases
    news: CaseNews
    patrol: Patrol

    @classmethod
    def over(
        cls,
        store: ReviewStore,
        casework: Casework,
        dossiers: Dossiers,
        grants: GrantsBack,
        patrol: Patrol,
        clock: Clock,
    ) -> "ReviewDesk":
        """Join them over a record and the verbs of cases."""
        contexts = CaseContexts(
            *(casework.cases, store, store, store),
            parties=Parties(store, store, store),
            dossiers=dossiers,
            grants=grants,
        )
        many = ManyCases(casework.cases, casework.rulings, clock)
        return cls(contexts, many, CaseNews(), patrol)
