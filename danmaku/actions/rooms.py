"""Rooms: opening them, changing them, and the live memory of each that is in use."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from danmaku.actions.arrivals import Arrivals
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.naming import Naming
from danmaku.config import AdmissionSettings
from danmaku.domain.account import Bundle, Power, PowerGrant, Standing
from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.conditions import Conditions
from danmaku.domain.facts import Entry, NameJudged, PowersGranted, RoomChanged, RoomOpened
from danmaku.domain.grants import require, require_unless_operator
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId
from danmaku.domain.keeping import OWN_FROM_THE_START, must_apply
from danmaku.domain.live import LiveRoom
from danmaku.domain.naming import NameState
from danmaku.domain.room import (
    SILENCE_S_MAX,
    Broadcast,
    RoomKind,
    RoomState,
    Status,
    checked,
)
from danmaku.domain.times import HOUR_MS
from danmaku.errors import BadMessage, Code, Coded, NotFound, Prohibited
from danmaku.filter.clusters import Clusters, Newcomers
from danmaku.filter.floods import Repeats
from danmaku.ports import Append, Clock, Reader, Record, RoomRow

LIVE_ROOMS_MAX = 10_000  # rooms in memory; the least recently used one is read again when needed

Change = Callable[[RoomState], RoomState]


def newcomers_of(settings: AdmissionSettings) -> Newcomers:
    """How many new accounts are many, by the settings."""
    return Newcomers(
        settings.newcomer_hours * HOUR_MS,
        alike_min=settings.newcomers_min,
        target_min=settings.target_newcomers_min,
        surge_min=settings.surge_newcomers_min,
    )


class Rooms:
    """Every room in use, and the verbs that change one."""

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        *,
        freshen: Freshen,
        naming: Naming,
        clock: Clock,
        new_id: Callable[[], str],
        settings: AdmissionSettings,
        conditions: Callable[[], Conditions] = Conditions,
    ) -> None:
        self._record = record
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._naming = naming
        self._clock = clock
        self._new_id = new_id
        self._conditions = conditions
        self._live: OrderedDict[RoomId, LiveRoom] = OrderedDict()
        self._repeats = Repeats(
            within_ms=settings.repeats_within_ms,
            allowed=settings.repeats_max,
            min_length=settings.repeats_length_min,
        )
        self._clusters = Clusters(newcomers_of(settings)) if settings.waves_held else None
        self._arrivals: Arrivals[RoomId] = Arrivals()

    def peek(self, room: RoomId) -> LiveRoom | None:
        """The room if it is in memory."""
        return self._live.get(room)

    def is_wanted(self, room: RoomId) -> bool:
        """Whether the room is in memory or about to be: its entries are to be announced."""
        return room in self._live or self._arrivals.is_awaited(room)

    async def live(self, room: RoomId) -> LiveRoom:
        """The room, read from the record if need be. Ask again rather than keeping it.

        Raises:
            NotFound: There is no such room.
        """
        if (known := self._live.get(room)) is not None:
            self._live.move_to_end(room)
            return known
        with self._arrivals.during(room) as missed:
            await self._record.follow(room)
            row = await self._reader.room(room)
        if (meanwhile := self._live.get(room)) is not None:
            return meanwhile
        if row is None:
            raise NotFound("There is no such room.")
        return self._remember(row, missed)

    def _remember(self, row: RoomRow, missed: Sequence[Entry]) -> LiveRoom:
        live = LiveRoom(
            row.room,
            row.state,
            owner=row.owner,
            version=row.version,
            top=row.top,
            words_seq=row.words_seq,
            repeats=self._repeats,
            clusters=self._clusters,
        )
        for entry in missed:
            live.apply(entry)
        self._live[row.room] = live
        if len(self._live) > LIVE_ROOMS_MAX:
            self._live.popitem(last=False)
        return live

    def apply(self, entries: Sequence[Entry]) -> None:
        """Follow the record; called for every announcement, in order."""
        for entry in entries:
            if (live := self._live.get(entry.chain)) is not None:
                live.apply(entry)
            else:
                self._arrivals.note(entry.chain, entry)

    async def open(
        self, who: Standing | None, room: RoomId, state: RoomState, *, owner: AccountId | None
    ) -> Entry:
        """Begin a room's chain; its owner gets the streamer's powers there, in one commit.

        Where operators have clauses to accept, what rules over others comes on application. A title
        or a summary that has to wait for a reviewer is held, and the room opens without it.

        Args:
            who: Who asks; None is the operator at the command line.
            room: Its id.
            state: What plays, and the policy to begin with.
            owner: The streamer; None: the house's own room.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            Coded: DUPLICATE: there is one of that id. LEVEL_TOO_LOW: by `who`'s credit.
            BadMessage: The state is not within its bounds.
            Prohibited: The filter refuses title or summary.
            Overloaded: As `Naming.vouched`.
        """
        grant_id = self._new_id()

        async def decide(asker: Standing | None) -> list[Append]:
            if asker is not None:
                require(asker, Power.ROOM_CREATE, None, self._clock())
                if not self._conditions().credit.level(asker.level).rooms:
                    raise Coded(Code.LEVEL_TOO_LOW, "Rooms are opened on a higher level.")
            shown, names = await self._naming.of_room(asker, room, state, None)
            if refusal := _refusal_among(names):
                return refusal
            actor = None if asker is None else asker.account
            opened = [Append(room, RoomOpened(actor, owner, checked(shown))), *_on_platform(names)]
            if owner is None:
                return opened
            applies = must_apply(self._conditions().editions, self._clock())
            powers = OWN_FROM_THE_START if applies else None
            grant = PowerGrant(grant_id, Bundle.STREAMER, room, until_ms=None, powers=powers)
            return [*opened, Append(PLATFORM, PowersGranted(grant, owner, actor))]

        return _unless_refused(await self._decisions.carry(who, decide))

    async def change(self, who: Standing | None, room: RoomId, change: Change) -> Entry:
        """Replace the room's state; felt by the next send, wherever it comes from.

        Args:
            who: Who asks; None is the operator at the command line.
            room: Which room.
            change: From the state of now to the new one; may be asked again.

        Raises:
            NotFound: There is no such room.
            NotSignedIn, NotAllowed: `who` may not; closing for good needs ROOM_CLOSE, and saying
                what kind of room it is ROOM_MANAGE on the platform.
            Coded: ROOM_CLOSED: it is closed for good.
            BadMessage: The new state is not within its bounds.
            Prohibited, Overloaded: As `open`, of a new title or summary; nothing is changed.
            TooFast: As `Naming.take_turn`.
        """
        turns: list[Standing] = []

        async def decide(asker: Standing | None) -> list[Append]:
            live = await self.live(room)
            version = live.version
            self._require_any(asker, live)
            state = change(live.state)
            self._require_change(asker, live, state)
            state, names = await self._naming.of_room(asker, room, state, live.state)
            if names and asker is not None and not turns:
                self._naming.take_turn(asker)
                turns.append(asker)  # whoever has to be asked again has taken it
            if refusal := _refusal_among(names):
                return refusal
            actor = None if asker is None else asker.account
            return [Append(room, RoomChanged(actor, checked(state)), version), *_on_platform(names)]

        return _unless_refused(await self._decisions.carry(who, decide))

    def _require_any(self, who: Standing | None, live: LiveRoom) -> None:
        """Who may not change the room at all learns nothing of what stands against the change."""
        if who is None or not who.may(Power.ROOM_CLOSE, live.room, self._clock()):
            self._require(who, Power.ROOM_MANAGE, live)

    def _require_change(self, who: Standing | None, live: LiveRoom, state: RoomState) -> None:
        if live.state.status is Status.CLOSED:
            raise Coded(Code.ROOM_CLOSED, "This room is closed for good.")
        closes = state.status is Status.CLOSED
        self._require(who, Power.ROOM_CLOSE if closes else Power.ROOM_MANAGE, live)
        if state.marks != live.state.marks:
            require_unless_operator(who, Power.ROOM_MANAGE, None, self._clock())

    def _require(self, who: Standing | None, power: Power, live: LiveRoom) -> None:
        require_unless_operator(who, power, live.room, self._clock())

    async def silence(self, who: Standing | None, room: RoomId, seconds: int) -> Entry:
        """Let nobody but those who keep the room speak for so many seconds; 0 ends it at once.

        Raises:
            NotSignedIn, NotAllowed, NotFound, Coded: As `change`.
            BadMessage: It is too long.
        """
        if not 0 <= seconds <= SILENCE_S_MAX:
            raise BadMessage(f"A silence lasts 0 to {SILENCE_S_MAX} seconds.")
        until_ms = Millis(self._clock() + 1000 * seconds) if seconds else None
        return await self.change(who, room, lambda now: replace(now, silent_until_ms=until_ms))

    async def start_broadcast(self, who: Standing | None, room: RoomId) -> Entry:
        """Start the room's live clock at zero."""
        started_ms = self._clock()

        def start(state: RoomState) -> RoomState:
            if state.is_broadcasting:
                raise Coded(Code.DUPLICATE, "The broadcast is running already.")
            return replace(state, kind=RoomKind.LIVE, broadcast=Broadcast(started_ms))

        return await self.change(who, room, start)

    async def end_broadcast(self, who: Standing | None, room: RoomId) -> Entry:
        """Stop the live clock: the room is a video room from here on."""
        ended_ms = self._clock()

        def end(state: RoomState) -> RoomState:
            if state.broadcast is None or not state.is_broadcasting:
                raise NotFound("No broadcast is running.")
            broadcast = replace(state.broadcast, ended_ms=ended_ms)
            return replace(state, kind=RoomKind.VIDEO, broadcast=broadcast)

        return await self.change(who, room, end)


def _on_platform(names: Sequence[NameJudged]) -> list[Append]:
    return [Append(PLATFORM, fact) for fact in names]


def _refusal_among(names: Sequence[NameJudged]) -> list[Append]:
    """What is recorded in place of a change with a refused name; empty: none is refused."""
    return _on_platform([fact for fact in names if fact.state is NameState.REFUSED])


def _unless_refused(entries: Sequence[Entry]) -> Entry:
    """The entry of the change.

    Raises:
        Prohibited: A refusal was recorded in its place.
    """
    first = entries[0]
    if isinstance(first.fact, NameJudged):
        raise Prohibited(first.fact.category or REVIEW_CATEGORY)
    return first
