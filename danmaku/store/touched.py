"""The keys of all that facts are about: what `ground.py` looks up before they are judged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import get_args

from danmaku.domain.case_facts import (
    CaseClaimed,
    CaseDecided,
    CaseEscalated,
    CaseFiled,
    CaseMerged,
    CaseReleased,
    CaseWithdrawn,
)
from danmaku.domain.cases import CaseKind, held_in, reported, review_id
from danmaku.domain.facts import (
    AccountRegistered,
    CommentHeld,
    CommentLiked,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Fact,
    NameJudged,
    PowersGranted,
    PowersRevoked,
    ReportFiled,
    RoomOpened,
    TokenIssued,
    TokenRevoked,
)
from danmaku.domain.ids import PLATFORM, AccountId, Number, RoomId, Seq
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled, ReportAnswered
from danmaku.domain.people_facts import (
    DocumentIssued,
    MeasureReversed,
    MeasureTaken,
    MuteServed,
    WarningRead,
)
from danmaku.ports import Append
from danmaku.store.comments import Judgement, client_key_of
from danmaku.store.filing_heads import FilingsTouched

LikeKey = tuple[RoomId, Number, AccountId]
Filing = tuple[CaseKind, str]  # with the key of a subject: open at most once

_ACCOUNT_NAMES = frozenset(
    {"actor", "author", "owner", "account", "holder", "reporter", "second", "filer", "against"}
)
_ACCOUNT_FIELDS: dict[type[Fact], tuple[str, ...]] = {
    kind: tuple(name for name in kind.__dataclass_fields__ if name in _ACCOUNT_NAMES)
    for kind in get_args(Fact)
}


def login_key_of(login: str) -> str:
    """What makes two logins the same."""
    return login.casefold()


def origin_of(fact: Judgement) -> Seq | None:
    """The comment that a judgement is about; None: one that just came in."""
    return fact.origin


def new_key_of(chain: RoomId, fact: Fact) -> str | None:
    """The client's key of a comment that just came in; None for every other fact."""
    if isinstance(fact, Judgement) and origin_of(fact) is None:
        return client_key_of(chain, fact.author, fact.client_id)
    return None


@dataclass(slots=True)
class Touched:
    """Keys of all that some appends are about."""

    chains: set[RoomId] = field(default_factory=set)
    opens_room: bool = False
    clients: set[str] = field(default_factory=set)
    origins: set[tuple[RoomId, int]] = field(default_factory=set)
    numbers: set[tuple[RoomId, int]] = field(default_factory=set)
    people: set[tuple[RoomId, AccountId]] = field(default_factory=set)
    logins: set[str] = field(default_factory=set)
    grants: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)
    proposals: set[str] = field(default_factory=set)
    reports: set[Seq] = field(default_factory=set)
    namings: set[tuple[str, str]] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    filings: set[Filing] = field(default_factory=set)
    papers: FilingsTouched = field(default_factory=FilingsTouched)
    standings: set[AccountId] = field(default_factory=set)
    likes: set[LikeKey] = field(default_factory=set)


def touched_by(appends: Iterable[Append]) -> Touched:
    """What these appends are about."""
    touched = Touched()
    for append in appends:
        touched.chains.add(append.chain)
        if isinstance(append.fact, RoomOpened):
            touched.chains.add(PLATFORM)
            touched.opens_room = True
        for account in _accounts_in(append.fact):
            touched.people.add((append.chain, account))
        if append.standing is not None:
            touched.standings.add(append.standing[0])
        if append.besides is not None:
            touched.standings.add(append.besides[0])
        _touch_subject(touched, append)
    return touched


def _touch_subject(touched: Touched, append: Append) -> None:
    match append.fact:
        case CommentPublished() | CommentHeld() | CommentRefused() as fact:
            if (key := new_key_of(append.chain, fact)) is not None:
                touched.clients.add(key)
            elif (origin := origin_of(fact)) is not None:
                touched.origins.add((append.chain, origin))
                touched.cases.add(review_id(append.chain, origin))
        case CommentRecalled(number=number) | CommentRestored(number=number):
            touched.numbers.add((append.chain, number))
        case CommentLiked(actor=actor, number=number):
            touched.numbers.add((append.chain, number))
            touched.likes.add((append.chain, number, actor))
        case NameJudged(surface=surface, subject=subject):
            touched.namings.add((surface.value, subject))
        case DocumentIssued(edition=edition):
            touched.documents.add(edition.kind.value)
        case _:
            _touch_rights(touched, append.fact)


def _touch_rights(touched: Touched, fact: Fact) -> None:
    match fact:
        case AccountRegistered(login=login):
            touched.logins.add(login_key_of(login))
        case PowersGranted() | PowersRevoked():
            touched.grants.add(_grant_id(fact))
        case TokenIssued(token_id=token_id) | TokenRevoked(token_id=token_id):
            touched.tokens.add(token_id)
        case MeasureTaken() | MeasureReversed() | WarningRead() | MuteServed():
            touched.measures.add(_measure_id(fact))
        case PowersProposed(proposal=proposal):
            touched.proposals.add(proposal.proposal_id)
        case ProposalSettled(proposal_id=proposal_id):
            touched.proposals.add(proposal_id)
        case ReportAnswered(report=report):
            touched.reports.add(report)
        case _:
            _touch_cases(touched, fact)


def _touch_cases(touched: Touched, fact: Fact) -> None:
    match fact:
        case ReportFiled(room=room, number=number):
            touched.filings.add((CaseKind.REPORT, reported(room, number).key(None)))
        case CaseFiled(case_kind=kind, subject=subject, against=against):
            touched.filings.add((kind, subject.key(against)))
        case CaseMerged(case_id=case_id, into=into):
            touched.cases.update((case_id, into))
        case (
            CaseClaimed(case_id=case_id)
            | CaseReleased(case_id=case_id)
            | CaseEscalated(case_id=case_id)
            | CaseWithdrawn(case_id=case_id)
            | CaseDecided(case_id=case_id)
        ):
            touched.cases.add(case_id)
            # Its room's chain is what others hold who end it by judging the comment.
            if (held := held_in(case_id)) is not None:
                touched.chains.add(held[0])
        case _:
            touched.papers.note(fact)


def _grant_id(fact: PowersGranted | PowersRevoked) -> str:
    return fact.grant.grant_id if isinstance(fact, PowersGranted) else fact.grant_id


def _measure_id(fact: MeasureTaken | MeasureReversed | WarningRead | MuteServed) -> str:
    return fact.measure.measure_id if isinstance(fact, MeasureTaken) else fact.measure_id


def _accounts_in(fact: Fact) -> Iterator[AccountId]:
    for name in _ACCOUNT_FIELDS[type(fact)]:
        if (account := getattr(fact, name)) is not None:
            yield account
