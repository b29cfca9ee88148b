"""Who has to do with a case, beside who decides it: what keeps them from deciding.

Article: articles.Article.NO_MANIPULATION
"""

from danmaku.actions.case_book import CaseBook
from danmaku.domain.case_facts import ResultTold
from danmaku.domain.cases import TOLD_MAX, Case, CaseKind, CaseOutcome, CaseState, SubjectKind
from danmaku.domain.facts import CommentPublished, CommentRefused, NameJudged, PowersRevoked
from danmaku.domain.ids import PLATFORM, AccountId, Seq
from danmaku.domain.rulings import Role
from danmaku.ports import Append, Reader, Registry

_BY_ENTRY = frozenset({SubjectKind.NAME, SubjectKind.GRANT})
"""Subjects that are the entry of the platform's chain by which somebody decided."""


class Parties:
    """See the module."""

    def __init__(self, book: CaseBook, reader: Reader, registry: Registry) -> None:
        self._book = book
        self._reader = reader
        self._registry = registry

    async def roles_of(self, account: AccountId, case: Case) -> frozenset[Role]:
        """What an account has to do with a case."""
        roles = set()
        if await self._book.has_filed(case.case_id, account):
            roles.add(Role.FILER)
        if account == await self.author_of(case):
            roles.add(Role.AUTHOR)
        if account in await self._subjects(case):
            roles.add(Role.SUBJECT)
        if account in await self._deciders(case):
            roles.add(Role.DECIDER)
        return frozenset(roles)

    async def against(self, case: Case) -> AccountId | None:
        """The account that a case is about in the end: whom its result concerns."""
        author = await self.author_of(case)
        return author if author is not None else next(iter(await self._subjects(case)), None)

    async def author_of(self, case: Case) -> AccountId | None:
        """Who wrote the comment that a case is about; None: it is about none."""
        subject = case.subject
        if subject.kind is not SubjectKind.COMMENT or subject.room is None:
            return None
        if subject.number is not None:
            return await self._reader.author(subject.room, subject.number)
        if case.kind is CaseKind.RECHECK and subject.origin is not None:  # against who decided it
            last = await self._book.judged(subject.room, subject.origin)
            fact = None if last is None else last.fact
            return fact.author if isinstance(fact, CommentPublished | CommentRefused) else None
        return case.against

    async def origin_of(self, case: Case) -> Seq | None:
        """The private id of the comment that a case is about; None: it is about none."""
        subject = case.subject
        if subject.kind is not SubjectKind.COMMENT:
            return None
        if subject.origin is not None or subject.room is None or subject.number is None:
            return subject.origin
        found = await self._reader.comment(subject.room, subject.number)
        return None if found is None else found[1].origin

    async def _subjects(self, case: Case) -> tuple[AccountId, ...]:
        subject, owner = case.subject, None
        if subject.kind is SubjectKind.ROOM and subject.room is not None:
            row = await self._reader.room(subject.room)
            owner = None if row is None else row.owner
        return tuple(one for one in (case.against, owner) if one is not None)

    async def _deciders(self, case: Case) -> set[AccountId | None]:
        """Who took the measure or judged comment or name, and who decided earlier appeals on it."""
        subject, found = case.subject, set[AccountId | None]()
        if subject.measure_id is not None:
            row = await self._registry.measure(subject.measure_id)
            if row is not None:
                found |= {row.fact.actor, row.fact.second}
        if subject.kind in _BY_ENTRY and subject.origin is not None:
            entry = await self._registry.entry(PLATFORM, subject.origin)
            decided = None if entry is None else entry.fact
            if isinstance(decided, NameJudged | PowersRevoked):
                found.add(decided.actor)
        origin = await self.origin_of(case)
        if subject.room is not None and origin is not None:
            last = await self._book.judged(subject.room, origin)
            fact = None if last is None else last.fact
            if isinstance(fact, CommentPublished | CommentRefused) and fact.actor != fact.author:
                found.add(fact.actor)
        if case.kind is CaseKind.APPEAL:
            earlier = await self._book.cases_on(subject, case.against)
            found |= {one.decider for one in earlier if one.ending is CaseState.DECIDED}
        return found - {None}


async def told_of(
    book: CaseBook, case_id: str, outcome: CaseOutcome, note: str, *also: AccountId | None
) -> list[Append]:
    """What tells those who filed a case what came of it, and whoever else it concerns.

    Article: articles.Article.REPORTS_ACCEPTED
    """
    filers = await book.filers(case_id, limit=TOLD_MAX)
    people = dict.fromkeys([*filers, *(one for one in also if one is not None)])
    return [Append(PLATFORM, ResultTold(case_id, one, outcome, note)) for one in people]
