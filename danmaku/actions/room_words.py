"""A room's own words: seeing them, setting them, and having them ready for the next comment."""

from collections import OrderedDict
from collections.abc import Callable

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.rooms import Rooms
from danmaku.domain.account import Power, Standing
from danmaku.domain.facts import Entry, RoomWordsSet
from danmaku.domain.grants import require_unless_operator
from danmaku.domain.ids import RoomId, Seq
from danmaku.domain.live import LiveRoom
from danmaku.domain.room import Status
from danmaku.domain.room_words import ListChanged, RoomWords, WordsDraft, accepted
from danmaku.errors import Code, Coded
from danmaku.filter.small_screen import SmallScreen
from danmaku.ports import Append, Clock, Reader, Record

OwnScreen = Callable[[], SmallScreen]
"""Gives what looks for a room's words, building it the first time: the look answers for faults."""


class ReadyWords:
    """The lists of the rooms in use, ready for the filter; those used longest ago are let go.

    Args:
        reader: Where lists are read from.
        kept_max: Words of all kept lists together; the list asked for last stays in any case.
    """

    def __init__(self, reader: Reader, kept_max: int) -> None:
        self._reader = reader
        self._kept_max = kept_max
        self._kept: OrderedDict[RoomId, _Kept] = OrderedDict()
        self._words_count = 0

    async def of(self, live: LiveRoom) -> OwnScreen | None:
        """What looks for the words that the room has now; None: it has none.

        Reads the record for the first comment after a change alone.

        Raises:
            StoreDown: They could not be read; nobody may be shown what was not looked at.
        """
        seq = live.words_seq
        if seq is None:
            return None
        kept = self._kept.get(live.room)
        if kept is None or kept.seq != seq:
            kept = _Kept(seq, await self._reader.room_words(live.room, seq))
            self._keep(live.room, kept)
        else:
            self._kept.move_to_end(live.room)
        return kept.screen if kept.words.words else None

    def _keep(self, room: RoomId, kept: "_Kept") -> None:
        if (former := self._kept.pop(room, None)) is not None:
            self._words_count -= former.cost
        self._kept[room] = kept
        self._words_count += kept.cost
        while self._words_count > self._kept_max and len(self._kept) > 1:
            self._words_count -= self._kept.popitem(last=False)[1].cost


class _Kept:
    """One list as the entry `seq` set it, and what looks for it once somebody has asked."""

    def __init__(self, seq: Seq, words: RoomWords) -> None:
        self.seq = seq
        self.words = words
        self.cost = 1 + len(words.words)  # an empty list takes a place, too
        self._screen: SmallScreen | None = None

    def screen(self) -> SmallScreen:
        if self._screen is None:
            self._screen = self.words.screen(self.seq)
        return self._screen


class WordLists:
    """What may be done with a room's own words.

    Args:
        rooms: Rooms in memory.
        words_max: Longest list, words.
    """

    def __init__(
        self,
        record: Record,
        reader: Reader,
        *,
        rooms: Rooms,
        freshen: Freshen,
        clock: Clock,
        words_max: int,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._rooms = rooms
        self._clock = clock
        self.words_max = words_max

    async def show(self, who: Standing | None, room: RoomId) -> tuple[RoomWords, Seq | None]:
        """The room's own words, and the seq of the entry that set them.

        Args:
            who: Who asks; None is the operator at the command line.
            room: Which room.

        Raises:
            NotFound: There is no such room.
            NotAllowed: `who` may not manage it.
        """
        live = await self._rooms.live(room)
        self._require(who, room)
        return await self._now(live), live.words_seq

    async def set(
        self,
        who: Standing | None,
        room: RoomId,
        change: Callable[[RoomWords], WordsDraft],
        *,
        seen: int | None = None,
    ) -> Entry:
        """Give the room another list; felt by the next send, wherever it comes from.

        Args:
            who: Who asks; None is the operator at the command line.
            room: Which room.
            change: From the list of now to the new one; may be asked again.
            seen: Seq of the entry that set the list which `who` has changed, 0: there was none;
                None: whatever list is there now.

        Raises:
            ListChanged: Another list than `seen` is there now.
            NotFound: There is no such room.
            NotAllowed: `who` may not manage it.
            Coded: ROOM_CLOSED: it is closed for good.
            BadWords: The new list cannot be used.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            live = await self._rooms.live(room)
            self._require(asker, room)
            if live.state.status is Status.CLOSED:
                raise Coded(Code.ROOM_CLOSED, "This room is closed for good.")
            if seen is not None and seen != (live.words_seq or 0):
                raise ListChanged("The list has changed since it was opened.")
            version = live.version  # of now: it may change while the list is read
            words = accepted(change(await self._now(live)), words_max=self.words_max)
            actor = None if asker is None else asker.account
            return [Append(room, RoomWordsSet(actor, words), version)]

        [entry] = await self._decisions.carry(who, decide)
        return entry

    async def _now(self, live: LiveRoom) -> RoomWords:
        seq = live.words_seq
        return RoomWords() if seq is None else await self._reader.room_words(live.room, seq)

    def _require(self, who: Standing | None, room: RoomId) -> None:
        require_unless_operator(who, Power.ROOM_MANAGE, room, self._clock())
