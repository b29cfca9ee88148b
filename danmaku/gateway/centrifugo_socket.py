"""A socket of Centrifugo's protocol: commands are carried out one after the other, in their order.

Belongs to the event loop's thread.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from danmaku.domain.ids import AccountId
from danmaku.gateway.dialects.centrifugo import PING, Disconnect, fault_reply, reply
from danmaku.gateway.dialects.centrifugo_talk import Asked, CentrifugoTalk, Decline, Echo
from danmaku.gateway.identity import Identity
from danmaku.gateway.outside_socket import Habits, Landlord, OutsideSocket
from danmaku.gateway.session import Limits
from danmaku.gateway.upgrade import Agreement

WAITING_MAX = 64  # commands that are not carried out yet
HABITS = Habits(
    is_text=True,
    slow_code=Disconnect.SLOW,
    broken_code=Disconnect.SERVER_ERROR,
    draining_code=Disconnect.SHUTDOWN,
)

CarryOut = Callable[["CentrifugoSocket", Asked], Coroutine[None, None, None]]
Start = Callable[["CentrifugoSocket", Coroutine[None, None, None]], None]


class CentrifugoSocket(OutsideSocket[Asked | Decline | Echo]):
    """See the module.

    Args:
        landlord: Who keeps it.
        siblings: The server's set of open connections.
        carry_out: Does what one command asks for, and answers it.
        start: Begins work for a socket; its errors end the socket.
        limits: How much it may say.
        agreement: What the upgrade has led to.
    """

    def __init__(
        self,
        landlord: Landlord,
        siblings: set[Any],
        carry_out: CarryOut,
        start: Start,
        *,
        limits: Limits,
        agreement: Agreement,
    ) -> None:
        talk = CentrifugoTalk(limits, landlord.now_ms())
        super().__init__(landlord, siblings, talk=talk, habits=HABITS, agreement=agreement)
        self._carry_out = carry_out
        self._start = start
        self._waiting: deque[Asked] = deque()
        self._is_working = False
        self._has_room = asyncio.Event()
        self._has_room.set()
        self.known_as(None)

    def known_as(self, identity: Identity | None) -> None:
        """It speaks for somebody, or for a guest; None: it has not connected yet."""
        self.identity = identity

    @property
    def account(self) -> AccountId | None:
        """Whose it is; None: a guest's, or that is not known yet."""
        who = None if self.identity is None else self.identity.who
        return None if who is None else who.account

    def act(self, intent: Asked | Decline | Echo) -> None:
        """See `OutsideSocket`."""
        match intent:
            case Decline(command_id, fault):
                self.say(fault_reply(command_id, fault))
            case Echo(command_id):
                self.say(reply(command_id, "ping", {}))
            case Asked() if len(self._waiting) >= WAITING_MAX:
                self.leave(Disconnect.TOO_MANY_REQUESTS)
            case Asked():
                self._waiting.append(intent)
                if not self._is_working:
                    self._is_working = True
                    self._start(self, self._work_off())

    def beat(self) -> None:
        """See `OutsideSocket`: the protocol has a ping of its own."""
        self.say(PING)

    def leave(self, why: Disconnect) -> None:
        """End the connection, in the protocol's words."""
        self.part(why.value, why.reason)

    def pause_writing(self) -> None:
        """See `OutsideSocket`: who does not read is not answered either."""
        self._has_room.clear()
        super().pause_writing()

    def resume_writing(self) -> None:
        """See `OutsideSocket`."""
        self._has_room.set()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `OutsideSocket`."""
        super().connection_lost(exc)
        self._waiting.clear()
        self._has_room.set()

    async def _work_off(self) -> None:
        try:
            while self._waiting and not self.is_closing:
                await self._has_room.wait()
                if self._waiting:
                    await self._carry_out(self, self._waiting.popleft())
        finally:
            self._is_working = False
