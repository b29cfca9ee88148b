"""Names, titles and summaries that wait for a person, and those that a person takes away.

Article: articles.Article.EVERY_SURFACE, articles.Article.NAMES_REVIEWED
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.decisions import Decisions
from danmaku.actions.drawn import new_mark
from danmaku.actions.naming import ROOM_SURFACES, Naming, with_name
from danmaku.actions.rooms import Rooms
from danmaku.actions.standings import Standings
from danmaku.domain.account import Power, Standing
from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.categories import category_of
from danmaku.domain.comment import clean_text
from danmaku.domain.conditions import Conditions, require_ready
from danmaku.domain.facts import NameJudged, RoomChanged
from danmaku.domain.grants import require, require_other, require_unless_operator
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.measures import NOTE_MAX, require_free
from danmaku.domain.name_judging import Given, NameRow
from danmaku.domain.naming import NameState, Surface, neutral_of
from danmaku.domain.room import Status
from danmaku.domain.times import HOUR_MS
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, Prohibited
from danmaku.ports import Accounts, Append, Clock, Reader, Record


class NameRecord(Protocol):
    """What the record says of names."""

    async def waiting_names(self, *, limit: int = 100) -> list[NameRow]:
        """Those that wait for a reviewer, oldest first."""

    async def naming(self, seq: Seq) -> NameRow | None:
        """The one that stands on this entry."""

    async def standing_naming(self, surface: Surface, subject: str) -> NameRow | None:
        """Which of a subject's stands; None: none was given since it began."""


@dataclass(frozen=True, slots=True)
class NamePlace:
    """Which name somebody means: of an account, of a comment's author, or of a room."""

    surface: Surface
    login: str | None = None
    room: RoomId | None = None
    number: Number | None = None  # of a comment in `room`


@dataclass(frozen=True, slots=True)
class NameRefusal:
    """Why a reviewer refuses a name."""

    category: str
    note: str = ""  # to whose it is


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a name stands, looked up."""

    surface: Surface
    owner: AccountId | None
    room: RoomId | None
    shown: str


class NameReview:
    """See the module.

    Args:
        conditions: What whoever takes another name has to fulfil, as for a comment.
        review_hours: Within which a name that waits is decided on.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        names: NameRecord,
        accounts: Accounts,
        reader: Reader,
        *,
        naming: Naming,
        rooms: Rooms,
        standings: Standings,
        conditions: Callable[[], Conditions],
        clock: Clock,
        review_hours: int,
    ) -> None:
        self._decisions = Decisions(record, standings.freshen)
        self._names = names
        self._accounts = accounts
        self._reader = reader
        self._naming = naming
        self._rooms = rooms
        self._standings = standings
        self._conditions = conditions
        self._clock = clock
        self._review_ms = review_hours * HOUR_MS

    # --- whose it is

    async def rename(self, who: Standing, text: str) -> Given:
        """Take another public name; comments keep the name they were written under.

        Raises:
            NotAllowed: `who` came with a token that is good in one room only.
            Coded: NOT_VERIFIED, AGREEMENT_OUTDATED, or what a measure answers, as for a comment.
            BadMessage: It is empty or too long.
            TooFast: Too many lately.
            Prohibited: The filter refuses it; that is recorded, and nothing is changed.
        """
        self._require_free(who)
        self._naming.take_turn(who)
        given = await self._naming.given(Surface.NAME, text, who)

        async def decide(asker: Standing | None) -> list[Append]:
            assert asker is not None
            self._require_free(asker)
            return [Append(PLATFORM, given.fact(asker.account))]

        await self._decisions.carry(who, decide)
        if given.state is NameState.REFUSED:
            raise Prohibited(given.category or REVIEW_CATEGORY)
        return given

    def _require_free(self, who: Standing) -> None:
        if not who.reaches(None):
            raise NotAllowed("A room's token has no say over the account.")
        if who.is_closed:
            raise Coded(Code.ACCOUNT_SUSPENDED, "This account is closed.")
        require_free(who.measures, None, self._clock())
        require_ready(who, self._conditions(), self._clock())

    async def own(self, who: Standing) -> NameRow | None:
        """How one's own name stands; None: as it was when one registered."""
        return await self._names.standing_naming(Surface.NAME, str(who.account))

    async def of_room(self, who: Standing | None, room: RoomId) -> list[NameRow]:
        """How title and summary stand, where they were given since the room was opened.

        Raises:
            NotSignedIn, NotAllowed: `who` does not run the room.
        """
        require(who, Power.ROOM_MANAGE, room, self._clock())
        found = [await self._names.standing_naming(surface, room) for surface in ROOM_SURFACES]
        return [row for row in found if row is not None]

    def until_ms(self, row: NameRow) -> Millis:
        """When it will have been decided on."""
        return Millis(row.at_ms + self._review_ms)

    # --- reviewers

    async def waiting(self, who: Standing | None) -> list[NameRow]:
        """All that wait, oldest first.

        Raises:
            NotSignedIn, NotAllowed: `who` may not decide on names; None is the operator.
        """
        require_unless_operator(who, Power.NAME_REVIEW, None, self._clock())
        return await self._names.waiting_names()

    async def decide(self, who: Standing | None, seq: Seq, refusal: NameRefusal | None) -> None:
        """Show a name that waits, or refuse it.

        Args:
            who: A reviewer.
            seq: Of its entry.
            refusal: Why not; None: it is shown.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            Coded: OWN_INTEREST: it is their own. ROOM_CLOSED: for good.
            NotFound: It does not wait (any more).
            BadMessage: There is no such category, or the note is too long.
        """

        async def decided(asker: Standing | None) -> list[Append]:
            reviewer = require(asker, Power.NAME_REVIEW, None, self._clock())
            row = await self._names.naming(seq)
            if row is None or row.is_over or row.fact.state is not NameState.HELD:
                raise NotFound("This does not wait.")
            fact = row.fact
            place = await self._place(fact.surface, fact.account, fact.room)
            text = fact.text if refusal is None else place.shown
            return await self._written(reviewer, place, row, text, refusal, judged=fact.text)

        await self._decisions.carry(who, decided)

    async def showing(self, judge: Standing, seq: Seq) -> list[Append]:
        """All that showing a refused name after all writes, for a commit of the caller's.

        Nothing, where its owner has given another since, nothing is left of its text, or the room
        is closed for good.

        Raises:
            NotFound: There is no such name.
            Coded: OWN_INTEREST: it is the judge's own.
        """
        row = await self._names.naming(seq)
        if row is None:
            raise NotFound("There is no such name.")
        fact = row.fact
        standing = await self._names.standing_naming(fact.surface, fact.subject)
        if not fact.text or (standing is not None and standing.seq > seq):
            return []
        if fact.room is not None:
            live = await self._rooms.live(fact.room)
            if live.state.status is Status.CLOSED:
                return []
        place = await self._place(fact.surface, fact.account, fact.room)
        return await self._written(judge, place, standing, fact.text, None, judged=fact.text)

    async def take_away(
        self,
        who: Standing | None,
        where: NamePlace,
        refusal: NameRefusal,
    ) -> None:
        """Refuse a name that is shown: a neutral one, or no summary, stands there from here on.

        Raises:
            NotSignedIn, NotAllowed, Coded, BadMessage: As `decide`.
            NotFound: There is no such account, comment or room.
        """
        surface, room = where.surface, where.room

        async def decided(asker: Standing | None) -> list[Append]:
            reviewer = require(asker, Power.NAME_REVIEW, None, self._clock())
            account = await self._account_at(where) if surface is Surface.NAME else None
            if account is None and room is None:
                raise NotFound("There is no such room.")
            # In this order: whatever comes between makes the decision stale.
            subject = room if account is None and room is not None else str(account)
            row = await self._names.standing_naming(surface, subject)
            place = await self._place(surface, account, room)
            text = neutral_of(surface, new_mark())
            return await self._written(reviewer, place, row, text, refusal, judged=place.shown)

        await self._decisions.carry(who, decided)

    async def _account_at(self, where: NamePlace) -> AccountId:
        account = None
        if where.login is not None:
            found = await self._accounts.credentials(where.login)
            account = None if found is None else found.account
        elif where.room is not None and where.number is not None:
            account = await self._reader.author(where.room, where.number)
        if account is None:
            raise NotFound("There is no such account.")
        return account

    async def _place(
        self, surface: Surface, account: AccountId | None, room: RoomId | None
    ) -> _Place:
        if surface is Surface.NAME:
            owner = None if account is None else await self._standings.of(account)
            if owner is None:
                raise NotFound("There is no such account.")
            return _Place(surface, account, None, owner.name)
        if room is None:
            raise NotFound("There is no such room.")
        live = await self._rooms.live(room)
        shown = live.state.title if surface is Surface.TITLE else live.state.summary
        return _Place(surface, live.owner if account is None else account, room, shown)

    async def _written(
        self,
        reviewer: Standing,
        place: _Place,
        row: NameRow | None,
        text: str,
        refusal: NameRefusal | None,
        *,
        judged: str,
    ) -> list[Append]:
        """The decision as a fact; and, of a room, what is shown from here on."""
        if place.owner is not None:
            require_other(reviewer, place.owner)
        fact = NameJudged(
            surface=place.surface,
            state=NameState.SHOWN if refusal is None else NameState.REFUSED,
            account=place.owner,
            room=place.room,
            text=judged,
            shown=text,
            verdict=self._naming.verdict(judged)
            if row is None or row.fact.text != judged
            else row.fact.verdict,
            category=None if refusal is None else category_of(refusal.category),
            actor=reviewer.account,
            decides=None if row is None else row.seq,
            note="" if refusal is None else _checked(refusal.note),
        )
        return [Append(PLATFORM, fact), *await self._on_show(reviewer, place, text)]

    async def _on_show(self, reviewer: Standing, place: _Place, text: str) -> Sequence[Append]:
        if place.room is None or text == place.shown:
            return ()
        live = await self._rooms.live(place.room)
        if live.state.status is Status.CLOSED:
            raise Coded(Code.ROOM_CLOSED, "This room is closed for good.")
        state = with_name(live.state, place.surface, text)
        return [Append(place.room, RoomChanged(reviewer.account, state), live.version)]


def _checked(note: str) -> str:
    if len(note) > NOTE_MAX:
        raise BadMessage(f"A note has at most {NOTE_MAX} characters.")
    return clean_text(note)
