"""What somebody sees who is about to decide a case: what was written, where, by whom, and before.

Never who anybody is by law.

Article: articles.Article.PROMPT_ADDRESS
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from danmaku.actions.case_book import CaseBook
from danmaku.actions.case_parties import Parties
from danmaku.actions.cases import Cases, CaseView
from danmaku.actions.dossiers import AccountDossier, Dossiers
from danmaku.actions.grants_back import GrantsBack
from danmaku.domain.account import Standing
from danmaku.domain.cases import Case, Subject, SubjectKind
from danmaku.domain.categories import suggested
from danmaku.domain.comment import CommentStatus
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Entry, ReportFiled
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.live import cluster_in
from danmaku.domain.marked import Stretch, marked
from danmaku.domain.petitions import EndedGrant
from danmaku.domain.views import View, ViewKind
from danmaku.errors import Code, Coded, NotAllowed, NotFound
from danmaku.ports import MeasureRow, Reader, Registry

NEIGHBOURS = 5  # on each side
NEAR_ENTRIES = 60  # of the chain on each side, among which neighbours in time are looked for
NEAR_MS = 10_000  # of media time on each side, among which neighbours in position are
NEAR_COMMENTS_MAX = 200
OWN_LOOKED_AT = 100  # newest comments of the author in that room


@dataclass(frozen=True, slots=True)
class Quoted:
    """The comment that a case is about in the end."""

    room: RoomId
    origin: Seq
    number: Number | None
    status: CommentStatus
    name: str  # its author's public name then
    at_ms: Millis
    position_ms: int
    stretches: tuple[Stretch, ...]  # as it was written; none: it was destroyed
    ruleset: str
    action: str  # what the filter said
    rules: tuple[str, ...]  # that matched, each once
    cluster: str | None  # that it was held as a part of


@dataclass(frozen=True, slots=True)
class CaseContext:
    """See the module."""

    view: CaseView
    hindrance: Code | None  # what keeps whoever asks from deciding; None: nothing
    comment: Quoted | None
    measure: MeasureRow | None  # that is appealed against
    ended: EndedGrant | None  # powers that are appealed for
    before_after: tuple[View, ...]  # neighbours in time
    beside: tuple[View, ...]  # neighbours in position
    author: AccountDossier | None  # whom the case concerns
    own_counts: dict[CommentStatus, int]  # of the author's newest comments in that room
    category: str  # that a decision begins with


class CaseContexts:
    """See the module."""

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        cases: Cases,
        book: CaseBook,
        reader: Reader,
        registry: Registry,
        *,
        parties: Parties,
        dossiers: Dossiers,
        grants: GrantsBack,
    ) -> None:
        self._grants = grants
        self._cases = cases
        self._book = book
        self._reader = reader
        self._registry = registry
        self._parties = parties
        self._dossiers = dossiers

    async def of(self, who: Standing, case_id: str) -> CaseContext:
        """A case with everything around it.

        Raises:
            NotAllowed: `who` reads no reports.
            NotFound: There is no such case.
        """
        view = await self._cases.look(who, case_id)
        case = view.case
        measure = None
        if case.subject.measure_id is not None:
            measure = await self._registry.measure(case.subject.measure_id)
        comment = await self._quoted(case, measure)
        account = await self._parties.against(case)
        return CaseContext(
            view=view,
            hindrance=await self._hindrance(who, case),
            comment=comment,
            measure=measure,
            ended=await self._ended(case.subject),
            before_after=() if comment is None else await self._in_time(comment),
            beside=() if comment is None else await self._in_position(comment),
            author=await self._author(who, account),
            own_counts=await self._own_counts(account, comment),
            category=suggested(case.category, _reported(view.filings)),
        )

    async def _ended(self, subject: Subject) -> EndedGrant | None:
        if subject.kind is not SubjectKind.GRANT or subject.origin is None:
            return None
        return await self._grants.one(subject.origin)

    async def _hindrance(self, who: Standing, case: Case) -> Code | None:
        if case.ending is not None:
            return None
        try:
            await self._cases.arbiter(who, case.case_id)
        except (NotAllowed, Coded) as refusal:
            return refusal.code
        return None

    async def _quoted(self, case: Case, measure: MeasureRow | None) -> Quoted | None:
        room, origin = case.subject.room, await self._parties.origin_of(case)
        if measure is not None:
            room, origin = measure.fact.measure.room, measure.fact.measure.origin
        if room is None or origin is None:
            return None
        entry = await self._book.judged(room, origin)
        status = await self._reader.status(room, origin)
        fact = None if entry is None else entry.fact
        if entry is None or status is None:
            return None
        if not isinstance(fact, CommentPublished | CommentHeld | CommentRefused):
            return None
        written = fact.verdict.original or fact.content.text
        return Quoted(
            room=room,
            origin=origin,
            number=case.subject.number or (entry.comment.number if entry.comment else None),
            status=status,
            name=fact.content.name,
            at_ms=fact.at_ms,
            position_ms=fact.content.position_ms,
            stretches=marked(written, fact.verdict.hits),
            ruleset=fact.verdict.ruleset,
            action=fact.verdict.action,
            rules=tuple(dict.fromkeys(hit.rule for hit in fact.verdict.hits)),
            cluster=cluster_in(fact.verdict),
        )

    async def _in_time(self, comment: Quoted) -> tuple[View, ...]:
        """What was said just before it and just after, in the order of the record."""
        first, last = max(0, comment.origin - NEAR_ENTRIES), comment.origin + NEAR_ENTRIES
        found = await self._reader.entries(
            comment.room, Seq(first), Seq(last), limit=2 * NEAR_ENTRIES
        )
        said = [one for one in _others(found, comment) if not _is_again(one)]
        before = [one for one in said if one.seq < comment.origin]
        after = [one for one in said if one.seq > comment.origin]
        return (*before[-NEIGHBOURS:], *after[:NEIGHBOURS])

    async def _in_position(self, comment: Quoted) -> tuple[View, ...]:
        """What flies at about the same time of the media, in that order."""
        here = comment.position_ms
        found = await self._reader.comments(
            comment.room,
            from_ms=max(0, here - NEAR_MS),
            upto_ms=here + NEAR_MS,
            limit=NEAR_COMMENTS_MAX,
        )
        near = sorted(_others(found, comment), key=lambda one: _distance(one, here))
        return tuple(sorted(near[: 2 * NEIGHBOURS], key=_place))

    async def _author(self, who: Standing, account: AccountId | None) -> AccountDossier | None:
        if account is None:
            return None
        try:
            return await self._dossiers.of_account(who, account)
        except NotFound:  # erased since
            return None

    async def _own_counts(
        self, account: AccountId | None, comment: Quoted | None
    ) -> dict[CommentStatus, int]:
        if account is None or comment is None:
            return {}
        own = await self._reader.own(account, comment.room, limit=OWN_LOOKED_AT)
        return dict(Counter(one.status for one in own))


def _reported(filings: Sequence[Entry]) -> list[str]:
    return [one.fact.category for one in filings if isinstance(one.fact, ReportFiled)]


def _others(views: Sequence[View], comment: Quoted) -> list[View]:
    """Those of them that are comments or markers, but for the comment itself."""
    return [
        one for one in views if one.comment is not None and one.comment.origin != comment.origin
    ]


def _is_again(view: View) -> bool:
    """Whether it only says what has become of a comment."""
    return view.kind not in {ViewKind.COMMENT, ViewKind.MARKER}


def _place(view: View) -> tuple[int, int]:
    assert view.comment is not None
    return view.comment.position_ms, view.seq


def _distance(view: View, position_ms: int) -> int:
    return abs(_place(view)[0] - position_ms)
