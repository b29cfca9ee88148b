"""All live rooms of this process: announcements come in, viewers come and go.

A room without viewers has no hub; an announcement for it costs one look-up. A hub begins at the
room's top, which `Rooms` keeps in step with the announcements, and is dropped with its last viewer.
"""

from collections.abc import Iterable

from danmaku.domain.account import Standing
from danmaku.domain.facts import Entry
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.gateway.outbox import Outbox
from danmaku.gateway.room_hub import Means, RoomHub


class Hub:
    """Where announced entries find their viewers.

    Args:
        means: What its rooms work with.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._rooms: dict[RoomId, RoomHub] = {}

    def admit(self, who: Standing | None) -> None:
        """Let somebody new into a room.

        Raises:
            Overloaded: As `BrownOut.admit_viewer`.
        """
        self._means.brownout.admit_viewer(who)

    def admit_reader(self, who: Standing | None, room: RoomId, now_ms: Millis) -> None:
        """Let somebody look far back in a room.

        Raises:
            Overloaded: As `BrownOut.admit_reader`.
        """
        self._means.brownout.admit_reader(who, room, now_ms)

    def announce(self, entries: Iterable[Entry]) -> None:
        """Take what has just been committed, in record order. Called on the event loop."""
        for entry in entries:
            room_hub = self._rooms.get(entry.chain)
            if room_hub is not None and not entry.repeated:
                try:
                    room_hub.append(entry)
                except Exception as error:  # noqa: BLE001 -- other rooms have nothing to do with it
                    room_hub.give_up(error)

    def room(self, room: RoomId, top: Seq) -> RoomHub:
        """The room's hub, a new one if nobody is there yet.

        Args:
            room: Its id.
            top: Seq of the newest entry that has been announced, right now.
        """
        room_hub = self._rooms.get(room)
        if room_hub is None:
            room_hub = self._rooms[room] = RoomHub(room, top, self._means)
            self._means.telemetry.rooms_live.set(len(self._rooms))
        return room_hub

    def leave(self, room_hub: RoomHub, outbox: Outbox) -> None:
        """Forget a viewer, and its room's hub if it was the last."""
        room_hub.leave(outbox)
        self.let_go(room_hub)

    def let_go(self, room_hub: RoomHub) -> None:
        """Forget a room's hub if nobody is there."""
        if not room_hub.viewers_count:
            room_hub.close()
            del self._rooms[room_hub.room]
            self._means.telemetry.rooms_live.set(len(self._rooms))

    def note_counts(self, rooms: Iterable[RoomId]) -> None:
        """Other nodes have more or fewer viewers in these rooms than they had."""
        for room in rooms:
            if (room_hub := self._rooms.get(room)) is not None:
                room_hub.note_count()

    def counts(self) -> dict[RoomId, int]:
        """How many are in each room of this process."""
        return {room: room_hub.viewers_count for room, room_hub in self._rooms.items()}

    def viewers_everywhere(self, room: RoomId) -> int:
        """How many are in a room, other nodes' viewers included."""
        return self.viewers_count(room) + self._means.elsewhere(room)

    def viewers_count(self, room: RoomId) -> int:
        """How many are in a room of this process."""
        room_hub = self._rooms.get(room)
        return 0 if room_hub is None else room_hub.viewers_count
