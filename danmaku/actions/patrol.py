"""The patrol wall: all rooms as they are now, the riskiest first, and what the sample drew.

It hears every commit; what is on the wall stood in the record before. What it counts is kept in
memory alone, and begins anew with the process.

Article: articles.Article.PATROL
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from danmaku.actions.case_news import CaseNews
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.hiding import hidden_by
from danmaku.domain.account import Power, Standing
from danmaku.domain.case_facts import CaseFiled
from danmaku.domain.cases import CaseKind, filed_under, reported
from danmaku.domain.categories import category_of
from danmaku.domain.comment import Comment, CommentStatus, RecalledBy
from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import strictest
from danmaku.domain.facts import CommentRecalled, CommentRestored, Entry
from danmaku.domain.grants import require, require_other
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId
from danmaku.domain.patrol import Pulse, Sign, Tally, is_sampled, risk_of, sign_of
from danmaku.domain.people_facts import MeasureTaken
from danmaku.domain.room import ReviewMode
from danmaku.domain.team_facts import SpotChecked
from danmaku.errors import Code, Coded, NotFound
from danmaku.ports import Append, Clock, Reader, Record

ROOMS_MAX: Final = 1_000  # that are watched: the ones in which something happened last
ROOMS_SHOWN: Final = 30
NEWEST: Final = 6  # comments of each
SPOTS_MAX: Final = 200  # drawn and not yet checked: the oldest are forgotten
SPOTS_SHOWN: Final = 20
CHECKED_MAX: Final = 10_000  # of which it is remembered that they were checked

Place = tuple[RoomId, Number]


@dataclass(slots=True)
class _Watched:
    tally: Tally = field(default_factory=Tally)
    newest: deque[Comment] = field(default_factory=lambda: deque(maxlen=NEWEST))


@dataclass(frozen=True, slots=True)
class RoomOnWall:
    """One room: how it stands, and what was said last, newest first."""

    room: RoomId
    risk: int
    pulse: Pulse
    imposed: ReviewMode | None  # by a control, until then
    until_ms: Millis | None
    newest: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """What the staff see."""

    rooms: tuple[RoomOnWall, ...]
    rooms_count: int
    spots: tuple[tuple[RoomId, Comment], ...]


class Patrol:
    """See the module.

    Args:
        permille: How many of a thousand published comments are drawn.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        *,
        conditions: Callable[[], Conditions],
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        permille: int,
    ) -> None:
        self._record = record
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._conditions = conditions
        self._clock = clock
        self._new_id = new_id
        self._permille = permille
        self._rooms: OrderedDict[RoomId, _Watched] = OrderedDict()
        self._spots: OrderedDict[Place, Comment] = OrderedDict()
        self._checked: OrderedDict[Place, None] = OrderedDict()  # oldest first
        self.news = CaseNews(_is_seen)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit. Cost: a few microseconds an entry, no await."""
        for entry in entries:
            if (sign := sign_of(entry)) is not None:
                self._watch(*sign, entry)
            elif isinstance(entry.fact, CommentRecalled | CommentRestored):
                self._turn(entry)
            elif isinstance(entry.fact, SpotChecked):
                self._note_checked((entry.fact.room, entry.fact.number))
        self.news.apply(entries)

    def _watch(self, room: RoomId, sign: Sign, entry: Entry) -> None:
        watched = self._rooms.setdefault(room, _Watched())
        self._rooms.move_to_end(room)
        if len(self._rooms) > ROOMS_MAX:
            self._rooms.popitem(last=False)
        watched.tally.note(sign, entry.at_ms)
        comment = entry.comment
        if sign is not Sign.PUBLISHED or comment is None or comment.number is None:
            return
        watched.newest.appendleft(comment)
        if is_sampled(room, comment.number, self._permille):
            self._spots[room, comment.number] = comment
            if len(self._spots) > SPOTS_MAX:
                self._spots.popitem(last=False)

    def _note_checked(self, place: Place) -> None:
        self._spots.pop(place, None)
        self._checked[place] = None
        if len(self._checked) > CHECKED_MAX:
            self._checked.popitem(last=False)

    def _turn(self, entry: Entry) -> None:
        """A comment that was recalled or restored stands so on the wall."""
        comment, watched = entry.comment, self._rooms.get(entry.chain)
        if comment is None or comment.number is None:
            return
        if comment.status is CommentStatus.RECALLED:
            self._spots.pop((entry.chain, comment.number), None)
        if watched is not None:
            for place, known in enumerate(watched.newest):
                if known.number == comment.number:
                    watched.newest[place] = replace(known, status=comment.status)

    # --- looking

    async def follow(self) -> None:
        """Hear of rooms in which another server of the house writes, too.

        Raises:
            StoreDown: The record gives no answer.
        """
        for row in await self._reader.rooms(limit=ROOMS_MAX):
            await self._record.follow(row.room)

    def wall(
        self,
        who: Standing | None,
        part: str = "",
        *,
        rooms_max: int = ROOMS_SHOWN,
        spots_max: int = SPOTS_SHOWN,
    ) -> Wall:
        """The riskiest rooms first; `part` of their ids.

        Raises:
            NotSignedIn, NotAllowed: `who` decides no cases.
        """
        now_ms = self._clock()
        require(who, Power.CASE_DECIDE, None, now_ms)
        pulses = {
            room: one.tally.pulse(now_ms) for room, one in self._rooms.items() if part in room
        }
        ranked = sorted((-risk_of(one), -one.published, room) for room, one in pulses.items())
        rooms = [self._shown(room, pulses[room], now_ms) for _, _, room in ranked[:rooms_max]]
        spots = [(room, comment) for (room, _), comment in reversed(self._spots.items())]
        return Wall(tuple(rooms), len(ranked), tuple(spots[:spots_max]))

    def _shown(self, room: RoomId, pulse: Pulse, now_ms: Millis) -> RoomOnWall:
        control = strictest(self._conditions().controls, room, now_ms)
        mode, until_ms = (None, None) if control is None else (control.mode, control.until_ms)
        newest = tuple(self._rooms[room].newest)
        return RoomOnWall(room, risk_of(pulse), pulse, mode, until_ms, newest)

    # --- spot checks

    async def check(
        self, who: Standing | None, room: RoomId, number: Number, category: str | None
    ) -> str | None:
        """Enter what a spot check found.

        Args:
            who: Who looked.
            room: Where.
            number: At which comment.
            category: What it violates: its case is opened, and it is away until that is decided,
                and comes back unless it is upheld. None: nothing.

        Returns:
            The case.

        Raises:
            NotSignedIn, NotAllowed: `who` decides no cases.
            NotFound: There is no such published comment.
            Coded: DUPLICATE: it was checked, or was not drawn. OWN_INTEREST: it is their own.
            BadMessage: There is no such category.
        """
        found = None if category is None else category_of(category)
        receipt = self._new_id()

        async def decide(asker: Standing | None) -> Sequence[Append]:
            checker, comment, author = await self._checkable(asker, room, number)
            is_fine = SpotChecked(room, number, checker.account, violates=False, category="")
            if found is None:
                return [Append(PLATFORM, is_fine)]
            subject, case_id = reported(room, number), filed_under(receipt)
            filed = CaseFiled(receipt, CaseKind.PATROL, subject, found, checker.account)
            checked = replace(is_fine, violates=True, category=found, case_id=case_id)
            hidden = self._hidden(checker, room, comment, author, found)
            return [
                Append(PLATFORM, filed),
                Append(PLATFORM, checked),
                *(_of_case(each, case_id) for each in hidden),
            ]

        entries = await self._decisions.carry(who, decide)
        return next(one.fact.case_id for one in entries if isinstance(one.fact, SpotChecked))

    async def _checkable(
        self, who: Standing | None, room: RoomId, number: Number
    ) -> tuple[Standing, Comment, AccountId]:
        checker = require(who, Power.CASE_DECIDE, None, self._clock())
        author = await self._reader.author(room, number)
        found = await self._reader.comment(room, number)
        if author is None or found is None or found[1].status is not CommentStatus.PUBLISHED:
            raise NotFound("There is no such published comment.")
        require_other(checker, author)
        # Another server of the house may have drawn it: its name says it, and not our memory.
        is_drawn = is_sampled(room, number, self._permille)
        if not is_drawn or (room, number) in self._checked:
            raise Coded(Code.DUPLICATE, "This was checked already, or was not drawn.")
        return checker, found[1], author

    def _hidden(
        self, checker: Standing, room: RoomId, comment: Comment, author: AccountId, category: str
    ) -> list[Append]:
        """Recalled at once; a person who decides the case confirms it, or it comes back."""
        require(checker, Power.COMMENT_RECALL, None, self._clock())
        return hidden_by(
            checker,
            room,
            comment,
            author,
            by=RecalledBy.PLATFORM,
            category=category,
            measure_id=self._new_id(),
            now_ms=self._clock(),
        )


def _of_case(append: Append, case_id: str) -> Append:
    if isinstance(append.fact, MeasureTaken):
        return replace(append, fact=replace(append.fact, case_id=case_id, is_provisional=True))
    return append


def _is_seen(entry: Entry) -> bool:
    """Whether the wall looks otherwise after it."""
    is_turn = isinstance(entry.fact, CommentRecalled | CommentRestored | SpotChecked)
    return is_turn or sign_of(entry) is not None
