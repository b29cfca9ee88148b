"""Measures: taking them, undoing them, and what whom they are against is told.

A step and what it does to a comment or a room are one commit: neither stands without the other.

Article: articles.Article.MEASURES_ON_USERS, articles.Article.MEASURES_ON_OPERATORS
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from danmaku.actions.decisions import Decisions
from danmaku.actions.rooms import Rooms
from danmaku.actions.standings import Standings
from danmaku.domain.account import Power, Standing
from danmaku.domain.categories import category_of
from danmaku.domain.comment import CommentStatus, RecalledBy, clean_text
from danmaku.domain.facts import (
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Entry,
    RoomChanged,
)
from danmaku.domain.grants import require, require_measure
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.measures import NOTE_MAX, Function, Measure, Step, checked
from danmaku.domain.people_facts import (
    IdentityBarred,
    MeasureReversed,
    MeasureTaken,
    WarningRead,
)
from danmaku.domain.room import RoomState, Status
from danmaku.errors import BadMessage, NotAllowed, NotFound, NotSignedIn
from danmaku.ports import Accounts, Append, Clock, MeasureRow, Reader, Record, Registry

NEIGHBOURS = 5  # comments on each side of the one that a measure is about

FingerprintsOf = Callable[[AccountId], Awaitable[Sequence[str]]]
"""Ids of the fingerprints by which the vault would know the same person again."""


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """What somebody wants taken; nothing in it has been checked but its types.

    Whom it is against is said by login, or as the author of a comment (`room` and `number`).
    """

    step: Step
    category: str
    basis: str
    note: str = ""
    login: str | None = None
    room: RoomId | None = None
    number: Number | None = None
    origin: Seq | None = None  # of a held comment
    is_everywhere: bool = False  # `room` only tells whom: the step itself binds everywhere
    lasts_ms: int | None = None
    functions: frozenset[Function] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a measure stood on."""

    row: MeasureRow
    comment: Entry | None  # with its content, its verdict and its author
    neighbours: tuple[str, ...]  # public texts around it, in order of number


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whom or what a draft is about, looked up."""

    account: AccountId | None
    number: Number | None = None
    origin: Seq | None = None


async def nothing_kept(_account: AccountId) -> Sequence[str]:
    """No fingerprints: there is no vault."""
    return ()


class Measures:
    """See the module.

    Args:
        standings: Of those whom measures are against.
        fingerprints_of: Asked when a person is barred.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        registry: Registry,
        accounts: Accounts,
        *,
        rooms: Rooms,
        standings: Standings,
        clock: Clock,
        new_id: Callable[[], str],
        fingerprints_of: FingerprintsOf = nothing_kept,
    ) -> None:
        self._decisions = Decisions(record, standings.freshen)
        self._reader = reader
        self._registry = registry
        self._accounts = accounts
        self._rooms = rooms
        self._standings = standings
        self._clock = clock
        self._new_id = new_id
        self._fingerprints_of = fingerprints_of

    # --- taking

    async def take(self, who: Standing | None, draft: MeasureDraft) -> Measure:
        """Take a step; it is felt by the next act on any socket.

        Args:
            who: Who takes it; None is the operator at the command line, for what needs no person.
            draft: What is wanted.

        Raises:
            NotSignedIn, NotAllowed, Coded: As `grants.require_measure`; and FORBID needs that
                somebody else has suspended the account before.
            NotFound: There is no such account, room or comment.
            BadMessage: The draft makes no sense.
        """
        if len(draft.note) > NOTE_MAX:
            raise BadMessage(f"A note has at most {NOTE_MAX} characters.")
        measure_id = self._new_id()
        taken: list[Measure] = []

        async def decide(asker: Standing | None) -> list[Append]:
            subject = await self._subject_of(draft)
            against = None if subject.account is None else await self._known(subject.account)
            measure = self._measure_of(measure_id, draft, subject)
            require_measure(asker, measure.step, measure.room, against, self._clock())
            taken[:] = [measure]
            second = await self._second(asker, measure, subject.account)
            fact = MeasureTaken(
                measure=measure,
                account=subject.account,
                actor=None if asker is None else asker.account,
                second=second,
                note=clean_text(draft.note),
            )
            effects = await self._effects(asker, measure)
            bars = await self._bars(measure, subject.account)
            return [Append(PLATFORM, fact), *bars, *effects]

        await self._decisions.carry(who, decide)
        return taken[0]

    def _measure_of(self, measure_id: str, draft: MeasureDraft, subject: _Subject) -> Measure:
        now_ms = self._clock()
        return checked(
            Measure(
                measure_id=measure_id,
                step=draft.step,
                category=category_of(draft.category),
                basis=clean_text(draft.basis),
                from_ms=now_ms,
                until_ms=None if draft.lasts_ms is None else Millis(now_ms + draft.lasts_ms),
                room=None if draft.is_everywhere else draft.room,
                number=subject.number,
                origin=subject.origin,
                functions=draft.functions,
            )
        )

    async def _subject_of(self, draft: MeasureDraft) -> _Subject:
        if draft.step in {Step.PAUSE_COMMENTS, Step.CLOSE_COMMENTS}:
            if draft.room is None:
                raise BadMessage("This measure is about a room.")
            return _Subject((await self._rooms.live(draft.room)).owner)
        if draft.login is not None:
            found = await self._accounts.credentials(draft.login)
            if found is None:
                raise NotFound("There is no such account.")
            return _Subject(found.account)
        if draft.room is not None and draft.number is not None:
            return await self._author_of(draft.room, draft.number)
        if draft.room is not None and draft.origin is not None:
            held = await self._reader.held_comment(draft.room, draft.origin)
            if held is not None:
                return _Subject(held.author, origin=draft.origin)
        raise NotFound("There is nobody that this would be against.")

    async def _author_of(self, room: RoomId, number: Number) -> _Subject:
        found = await self._reader.comment(room, number)
        author = await self._reader.author(room, number)
        if found is None or author is None:
            raise NotFound("There is no such comment.")
        return _Subject(author, number, found[1].origin)

    async def _known(self, account: AccountId) -> Standing:
        standing = await self._standings.of(account)
        if standing is None:
            raise NotFound("There is no such account.")
        return standing

    async def _second(
        self, who: Standing | None, measure: Measure, account: AccountId | None
    ) -> AccountId | None:
        """Who else stands behind a bar: whoever has suspended the account before.

        Article: articles.Article.BLACKLIST
        """
        if measure.step is not Step.FORBID:
            return None
        actor, now_ms = None if who is None else who.account, self._clock()
        for row in await self._registry.measures(account=account):
            earlier, by = row.fact.measure, row.fact.actor
            is_ground = earlier.step is Step.SUSPEND and earlier.room is None
            is_ground = is_ground and earlier.binds(now_ms) and not row.is_reversed
            if is_ground and by is not None and by != actor:
                return by
        raise NotAllowed("Somebody else has to suspend this account first.")

    async def _bars(self, measure: Measure, account: AccountId | None) -> list[Append]:
        if measure.step is not Step.FORBID or account is None:
            return []
        return [
            Append(PLATFORM, IdentityBarred(fingerprint, account, measure.measure_id))
            for fingerprint in await self._fingerprints_of(account)
        ]

    async def _effects(self, who: Standing | None, measure: Measure) -> list[Append]:
        """What a step does beside being recorded."""
        match measure:
            case Measure(step=Step.DELETE, room=str() as room, number=int() as number):
                fact = CommentRecalled(_person(who), number, RecalledBy.PLATFORM, measure.category)
                return [Append(room, fact)]
            case Measure(step=Step.REFUSE, room=str() as room, origin=int() as origin):
                return [await self._refused(_person(who), room, origin, measure.category)]
            case Measure(step=Step.PAUSE_COMMENTS, room=str() as room):
                return [await self._changed(who, room, paused_until_ms=measure.until_ms)]
            case Measure(step=Step.CLOSE_COMMENTS, room=str() as room):
                return [await self._changed(who, room, status=Status.CLOSED)]
            case _:
                return []

    async def _refused(self, actor: AccountId, room: RoomId, origin: Seq, category: str) -> Append:
        held = await self._reader.held_comment(room, origin)
        if held is None:
            raise NotFound("Nothing is held there.")
        fact = held.fact
        refused = CommentRefused(
            actor=actor,
            author=held.author,
            client_id=fact.client_id,
            at_ms=fact.at_ms,
            content=fact.content,
            verdict=fact.verdict,
            category=category,
            origin=origin,
        )
        return Append(room, refused)

    async def _changed(self, who: Standing | None, room: RoomId, **changes: object) -> Append:
        live = await self._rooms.live(room)
        state: RoomState = replace(live.state, **changes)  # type: ignore[arg-type]  # its fields
        actor = None if who is None else who.account
        return Append(room, RoomChanged(actor, state), live.version)

    # --- undoing

    async def reverse(self, who: Standing | None, measure_id: str, reason: str) -> None:
        """Undo a step, and what it did to a comment or a room.

        Raises:
            NotSignedIn, NotAllowed, Coded: As `take`.
            NotFound: There is no such measure, or it was undone.
            BadMessage: The reason is too long.
        """
        if len(reason) > NOTE_MAX:
            raise BadMessage(f"A reason has at most {NOTE_MAX} characters.")

        async def decide(asker: Standing | None) -> list[Append]:
            row = await self._registry.measure(measure_id)
            if row is None or row.is_reversed:
                raise NotFound("There is no such measure.")
            measure, account = row.fact.measure, row.fact.account
            against = None if account is None else await self._known(account)
            require_measure(asker, measure.step, measure.room, against, self._clock())
            actor = None if asker is None else asker.account
            fact = MeasureReversed(measure_id, account, actor, clean_text(reason))
            return [Append(PLATFORM, fact), *await self._undone(asker, measure)]

        await self._decisions.carry(who, decide)

    async def _undone(self, who: Standing | None, measure: Measure) -> list[Append]:
        match measure:
            case Measure(step=Step.DELETE, room=str() as room, number=int() as number):
                found = await self._reader.comment(room, number)
                if found is None or found[1].status is not CommentStatus.RECALLED:
                    return []
                return [Append(room, CommentRestored(_person(who), number))]
            case Measure(step=Step.PAUSE_COMMENTS, room=str() as room):
                return [await self._changed(who, room, paused_until_ms=None)]
            case Measure(step=Step.CLOSE_COMMENTS, room=str() as room):
                return [await self._changed(who, room, status=Status.OPEN)]
            case _:
                return []

    # --- whom they are against

    async def read(self, who: Standing | None, measure_id: str) -> None:
        """Acknowledge a warning of one's own.

        Raises:
            NotSignedIn: `who` is a guest.
            NotFound: One has no such warning that is unread.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            if asker is None:
                raise NotSignedIn("Sign in first.")
            mine = {one.measure_id for one in asker.measures if one.step is Step.WARN}
            if measure_id not in mine:
                raise NotFound("There is no such warning.")
            return [Append(PLATFORM, WarningRead(asker.account, measure_id))]

        fresh = None if who is None else await self._standings.freshen(who)
        await self._decisions.carry(fresh, decide)

    async def own(self, who: Standing | None, *, before: Seq | None = None) -> list[MeasureRow]:
        """What was ever taken against oneself, newest first, with its notes.

        Raises:
            NotSignedIn: `who` is a guest.
        """
        if who is None:
            raise NotSignedIn("Sign in first.")
        return await self._registry.measures(account=who.account, before=before)

    # --- those who look after it

    async def taken(
        self,
        who: Standing | None,
        *,
        login: str | None = None,
        room: RoomId | None = None,
        before: Seq | None = None,
    ) -> list[MeasureRow]:
        """Measures, newest first: against one account, of one room, or all.

        Args:
            who: A reader of reports; for one room, who mutes there. None is the operator.
            login: Against this account only.
            room: Of this room only.
            before: Older than this seq.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: There is no such account.
        """
        now_ms = self._clock()
        if who is not None and (room is None or not who.may(Power.ACCOUNT_MUTE, room, now_ms)):
            require(who, Power.REPORT_READ, None, now_ms)
        account = None
        if login is not None:
            found = await self._accounts.credentials(login)
            if found is None:
                raise NotFound("There is no such account.")
            account = found.account
        return await self._registry.measures(account=account, room=room, before=before)

    async def evidence(self, who: Standing | None, measure_id: str) -> Evidence:
        """What a measure stood on: the comment as it was written, its verdict, its neighbours.

        Article: articles.Article.RECORDS_KEPT

        Raises:
            NotSignedIn, NotAllowed: `who` may not; None is the operator.
            NotFound: There is no such measure.
        """
        if who is not None:
            require(who, Power.REPORT_READ, None, self._clock())
        row = await self._registry.measure(measure_id)
        if row is None:
            raise NotFound("There is no such measure.")
        measure = row.fact.measure
        if measure.room is None or measure.origin is None:
            return Evidence(row, None, ())
        comment = await self._registry.entry(measure.room, measure.origin)
        return Evidence(row, comment, await self._around(measure.room, measure.number))

    async def _around(self, room: RoomId, number: Number | None) -> tuple[str, ...]:
        if number is None:
            return ()
        first = Number(max(0, number - NEIGHBOURS - 1))
        views = await self._reader.comments(room, after=first, limit=2 * NEIGHBOURS + 1)
        return tuple(
            view.comment.content.text
            for view in views
            if view.comment is not None and view.comment.content is not None
        )


def _person(who: Standing | None) -> AccountId:
    """The account that answers for an act on a comment.

    Raises:
        NotSignedIn: There is none: the desk has to name somebody.
    """
    if who is None:
        raise NotSignedIn("A person answers for this: name the account.")
    return who.account
