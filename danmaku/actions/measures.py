"""Measures: taking them, undoing them, and what whom they are against is told.

A step and what it does to a comment or a room are one commit: neither stands without the other.

Article: articles.Article.MEASURES_ON_USERS, articles.Article.MEASURES_ON_OPERATORS
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from danmaku.actions.barring import Barring
from danmaku.actions.decisions import Decisions
from danmaku.actions.effects import Effects
from danmaku.actions.existing import account_called, comment_numbered
from danmaku.actions.rooms import Rooms
from danmaku.actions.standings import Standings
from danmaku.domain.account import Power, Standing
from danmaku.domain.categories import category_of
from danmaku.domain.comment import CommentStatus, clean_text
from danmaku.domain.filings import after_measure
from danmaku.domain.grants import require, require_measure, require_signed_in, require_unordered
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.measures import NOTE_MAX, Function, Measure, Step, checked
from danmaku.domain.people_facts import MeasureReversed, MeasureTaken, WarningRead
from danmaku.errors import BadMessage, NotAllowed, NotFound
from danmaku.ports import Accounts, Append, Clock, MeasureRow, Reader, Record, Registry
from danmaku.vault_port import Vault


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """What somebody wants taken; nothing in it has been checked but its types.

    Whom it is against is said by login, by their public id in `room`, or as the author of a comment
    there (`number` or `origin`).
    """

    step: Step
    category: str
    basis: str
    note: str = ""
    login: str | None = None
    room: RoomId | None = None
    number: Number | None = None
    origin: Seq | None = None  # of a held comment
    author: Pseudonym | None = None
    is_everywhere: bool = False  # `room` only tells whom: the step itself binds everywhere
    lasts_ms: int | None = None
    functions: frozenset[Function] = frozenset()
    is_once: bool = False  # a mute of the next comment alone


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whom or what a draft is about, looked up."""

    account: AccountId | None
    number: Number | None = None
    origin: Seq | None = None


class Measures:
    """See the module.

    Args:
        standings: Of those whom measures are against.
        vault: Knows which accounts are of one person.
        report_ms: Within what time the department hears of what it has to.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        registry: Registry,
        accounts: Accounts,
        vault: Vault,
        *,
        rooms: Rooms,
        standings: Standings,
        clock: Clock,
        new_id: Callable[[], str],
        report_ms: int,
    ) -> None:
        self._decisions = Decisions(record, standings.freshen)
        self._report_ms = report_ms
        self._reader = reader
        self._registry = registry
        self._accounts = accounts
        self._rooms = rooms
        self._standings = standings
        self._clock = clock
        self._new_id = new_id
        self.effects = Effects(reader, registry, rooms)
        self._barring = Barring(registry, vault, standings=standings, clock=clock, new_id=new_id)

    # --- taking

    async def take(self, who: Standing | None, draft: MeasureDraft) -> Measure:
        """Take a step; it is felt by the next act on any socket.

        Args:
            who: Who takes it; None is the operator at the command line, for what needs no person.
            draft: What is wanted.

        Raises:
            NotSignedIn, NotAllowed, Coded: As `grants.require_measure`; and FORBID needs that
                somebody else has suspended the account before.
            NotFound: There is no such account, room or comment; or the comment that would be taken
                away is public no more.
            BadMessage: The draft makes no sense.
        """
        measure_id = self._new_id()

        async def decide(asker: Standing | None) -> list[Append]:
            facts = await self.taking(asker, draft, measure_id)
            return facts + await self._to_be_reported(facts)

        entries = await self._decisions.carry(who, decide)
        return next(one.fact.measure for one in entries if isinstance(one.fact, MeasureTaken))

    async def _to_be_reported(self, facts: Sequence[Append]) -> list[Append]:
        """What the department has to hear of, where no case says so.

        Article: articles.Article.MEASURES_ON_OPERATORS, articles.Article.STOP_DELETE_KEEP_REPORT
        """
        taken = next(one.fact for one in facts if isinstance(one.fact, MeasureTaken))
        against = None if taken.account is None else await self._standings.of(taken.account)
        begun = after_measure(
            taken,
            self._clock(),
            self._report_ms,
            is_owner=against is not None and against.keeps_rooms,
        )
        return [Append(PLATFORM, fact) for fact in begun]

    async def taking(
        self,
        asker: Standing | None,
        draft: MeasureDraft,
        measure_id: str,
        *,
        case_id: str | None = None,
        is_provisional: bool = False,
        order: str | None = None,
    ) -> list[Append]:
        """All that taking a step writes, for a commit of the caller's.

        Raises:
            DanmakuError: As `take`.
        """
        if len(draft.note) > NOTE_MAX:
            raise BadMessage(f"A note has at most {NOTE_MAX} characters.")
        # Nobody learns by this verb which logins there are who could not take the step at all.
        require_measure(asker, draft.step, _where(draft), None, self._clock())
        subject = await self._subject_of(draft)
        against = None if subject.account is None else await self._known(subject.account)
        measure = self._measure_of(measure_id, draft, subject)
        require_measure(asker, measure.step, measure.room, against, self._clock())
        fact = MeasureTaken(
            measure=measure,
            account=subject.account,
            actor=None if asker is None else asker.account,
            note=clean_text(draft.note),
            case_id=case_id,
            is_provisional=is_provisional,
            instruction_id=order,
        )
        if measure.step is Step.FORBID:
            return await self._barring.of(asker, fact)
        return [Append(PLATFORM, fact), *await self.effects.of(asker, measure)]

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
                room=_where(draft),
                number=subject.number,
                origin=subject.origin,
                functions=draft.functions,
                is_once=draft.is_once,
            )
        )

    async def _subject_of(self, draft: MeasureDraft) -> _Subject:
        if draft.step in {Step.PAUSE_COMMENTS, Step.CLOSE_COMMENTS}:
            if draft.room is None:
                raise BadMessage("This measure is about a room.")
            return _Subject((await self._rooms.live(draft.room)).owner)
        if draft.login is not None:
            return _Subject(await account_called(self._accounts, draft.login))
        subject = None if draft.room is None else await self._commenter_of(draft, draft.room)
        if subject is None:
            raise NotFound("There is nobody that this would be against.")
        return subject

    async def _commenter_of(self, draft: MeasureDraft, room: RoomId) -> _Subject | None:
        if draft.number is not None:
            return await self._author_of(draft.step, room, draft.number)
        if draft.origin is not None:
            held = await self._reader.held_comment(room, draft.origin)
            return None if held is None else _Subject(held.author, origin=draft.origin)
        if draft.author is not None:
            account = await self._reader.account_of(room, draft.author)
            return None if account is None else _Subject(account)
        return None

    async def _author_of(self, step: Step, room: RoomId, number: Number) -> _Subject:
        comment, author = await comment_numbered(self._reader, room, number)
        if step is Step.DELETE and comment.status is not CommentStatus.PUBLISHED:
            raise NotFound("This comment is public no more.")
        return _Subject(author, number, comment.origin)

    async def _known(self, account: AccountId) -> Standing:
        standing = await self._standings.of(account)
        if standing is None:
            raise NotFound("There is no such account.")
        return standing

    # --- undoing

    async def reverse(self, who: Standing | None, measure_id: str, reason: str) -> None:
        """Undo a step, and what it did to a comment, a room, or the person's other accounts.

        Raises:
            NotSignedIn, NotAllowed, Coded: As `take`; what the platform took, no room undoes, and
                what the department ordered, nobody.
            NotFound: There is no such measure, or it was undone.
            BadMessage: The reason is too long.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            return await self.undoing(asker, measure_id, reason)

        await self._decisions.carry(who, decide)

    async def undoing(
        self,
        asker: Standing | None,
        measure_id: str,
        reason: str,
        *,
        appeal: str | None = None,
        order: str | None = None,
    ) -> list[Append]:
        """All that undoing a step writes, for a commit of the caller's.

        Args:
            asker: Who undoes it.
            measure_id: Which.
            reason: Why; sealed.
            appeal: The case that grants it; None: none had to.
            order: The order that it ends with; None: it carries out none.

        Raises:
            DanmakuError: As `reverse`.
        """
        if len(reason) > NOTE_MAX:
            raise BadMessage(f"A reason has at most {NOTE_MAX} characters.")
        said = clean_text(reason)
        row = await self._registry.measure(measure_id)
        if row is None or row.is_reversed:
            raise NotFound("There is no such measure.")
        require_unordered(row.fact, lifted=order)
        measure, account = row.fact.measure, row.fact.account
        against = None if account is None else await self._known(account)
        require_measure(asker, measure.step, measure.room, against, self._clock())
        await self._require_plane(asker, row)
        actor = None if asker is None else asker.account
        if measure.step is Step.FORBID:
            return await self._barring.undone(asker, row, said)
        fact = MeasureReversed(measure_id, account, actor, said)
        return [Append(PLATFORM, fact), *await self.effects.undone(asker, measure, appeal)]

    async def _require_plane(self, who: Standing | None, row: MeasureRow) -> None:
        """A mute of the platform's is undone by the platform, not by who keeps the room."""
        now_ms = self._clock()
        if who is None or who.may(Power.MEASURE_TAKE, None, now_ms):
            return
        actor = row.fact.actor
        taker = None if actor is None else await self._standings.of(actor)
        if taker is None or taker.may(Power.MEASURE_TAKE, None, now_ms):
            raise NotAllowed("The platform has taken this measure.")

    # --- whom they are against

    async def read(self, who: Standing | None, measure_id: str) -> None:
        """Acknowledge a warning of one's own.

        Raises:
            NotSignedIn: `who` is a guest.
            NotFound: One has no such warning that is unread.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            asker = require_signed_in(asker)
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
        who = require_signed_in(who)
        return await self._registry.measures(account=who.account, before=before)

    # --- those who look after it

    async def taken(
        self,
        who: Standing | None,
        *,
        login: str | None = None,
        room: RoomId | None = None,
        steps: Collection[Step] = tuple(Step),
        before: Seq | None = None,
    ) -> list[MeasureRow]:
        """Measures, newest first: against one account, of one room, or all.

        Args:
            who: A reader of reports; for one room, who mutes there. None is the operator.
            login: Against this account only.
            room: Of this room only.
            steps: Of these kinds only.
            before: Older than this seq.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: There is no such account.
        """
        now_ms = self._clock()
        if who is not None and (room is None or not who.may(Power.ACCOUNT_MUTE, room, now_ms)):
            require(who, Power.REPORT_READ, None, now_ms)
        account = None if login is None else await account_called(self._accounts, login)
        return await self._registry.measures(account=account, room=room, steps=steps, before=before)

    async def one(self, measure_id: str) -> MeasureRow | None:
        """A measure by its id; None: there is none. Who may know of it is the caller's to say."""
        return await self._registry.measure(measure_id)


def _where(draft: MeasureDraft) -> RoomId | None:
    """Where a step binds that is wanted; None: everywhere."""
    return None if draft.is_everywhere else draft.room
