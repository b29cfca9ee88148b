"""A socket of Bilibili's live chat: one room, chosen by its number; nothing is said in it."""

from collections.abc import Callable
from typing import Any

from danmaku.errors import Close
from danmaku.gateway.dialects.bilibili import Auth, heartbeat_answer
from danmaku.gateway.dialects.bilibili_talk import BilibiliTalk, Heartbeat
from danmaku.gateway.outside_socket import Habits, Landlord, OutsideSocket
from danmaku.gateway.session import Limits
from danmaku.gateway.upgrade import Agreement

HABITS = Habits(
    is_text=False, slow_code=Close.SLOW, broken_code=Close.OVERLOADED, draining_code=Close.DRAINING
)

Admit = Callable[["BilibiliSocket", Auth], None]


class BilibiliSocket(OutsideSocket[Auth | Heartbeat]):
    """See the module.

    Args:
        landlord: Who keeps it.
        siblings: The server's set of open connections.
        admit: Lets a client into its room, or sends it away.
        limits: How much it may say.
        agreement: What the upgrade has led to; None: a bare connection.
        tells_recalls: Whether the upgrade asked for them.
    """

    def __init__(
        self,
        landlord: Landlord,
        siblings: set[Any],
        admit: Admit,
        *,
        limits: Limits,
        agreement: Agreement | None,
        tells_recalls: bool,
    ) -> None:
        talk = BilibiliTalk(limits, landlord.now_ms(), is_bare=agreement is None)
        super().__init__(landlord, siblings, talk=talk, habits=HABITS, agreement=agreement)
        self._admit = admit
        self.is_bare = agreement is None
        self.tells_recalls = tells_recalls

    def act(self, intent: Auth | Heartbeat) -> None:
        """See `OutsideSocket`."""
        if isinstance(intent, Auth):
            self._admit(self, intent)
            return
        # One that comes before the room was looked up is answered as well.
        seat = next(iter(self.seats.values()), None)
        self.say(heartbeat_answer(1 if seat is None else seat.room_hub.viewers_everywhere))
