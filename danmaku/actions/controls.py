"""The emergency brake: set, lifted, and seen.

Article: articles.Article.EMERGENCY_RESPONSE
"""

from collections.abc import Callable

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import clean_text
from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import REASON_MAX, Control, checked
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId
from danmaku.domain.people_facts import ControlLifted, ControlSet
from danmaku.domain.room import ReviewMode
from danmaku.errors import BadMessage, NotFound
from danmaku.ports import Append, Clock, Reader, Record


class Controls:
    """See the module.

    Args:
        conditions: What holds right now.
    """

    def __init__(
        self,
        record: Record,
        reader: Reader,
        *,
        conditions: Callable[[], Conditions],
        freshen: Freshen,
        clock: Clock,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._conditions = conditions
        self._clock = clock

    def in_force(self) -> tuple[Control, ...]:
        """Controls that hold now."""
        now_ms = self._clock()
        return tuple(one for one in self._conditions().controls if now_ms < one.until_ms)

    async def set(
        self,
        who: Standing | None,
        *,
        scope: RoomId | None,
        mode: ReviewMode,
        lasts_ms: int,
        reason: str,
        reference: str = "",
    ) -> Control:
        """Lay a stricter mode over a room or the platform; it ends by itself.

        Args:
            who: Who asks; None is the operator at the command line.
            scope: Which room; None: all of them.
            mode: EVERY or CLOSED.
            lasts_ms: How long.
            reason: Why; sealed.
            reference: Of the department's order that this carries out.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: There is no such room.
            BadMessage: It makes nothing stricter, has no good end, or too many words.
        """
        now_ms = self._clock()
        until_ms = Millis(now_ms + lasts_ms)
        if len(reason) > REASON_MAX or len(reference) > REASON_MAX:
            raise BadMessage(f"At most {REASON_MAX} characters.")
        control = checked(Control(scope, mode, until_ms, clean_text(reference)), now_ms)
        if scope is not None and await self._reader.room(scope) is None:
            raise NotFound("There is no such room.")

        async def decide(asker: Standing | None) -> list[Append]:
            actor = self._setter(asker)
            return [Append(PLATFORM, ControlSet(control, actor, clean_text(reason)))]

        await self._decisions.carry(who, decide)
        return control

    async def lift(self, who: Standing | None, *, scope: RoomId | None, reason: str) -> None:
        """End the control of a scope before its time.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: None holds there.
            BadMessage: The reason is too long.
        """
        if len(reason) > REASON_MAX:
            raise BadMessage(f"At most {REASON_MAX} characters.")

        async def decide(asker: Standing | None) -> list[Append]:
            actor = self._setter(asker)
            if scope not in {control.scope for control in self.in_force()}:
                raise NotFound("No control holds there.")
            return [Append(PLATFORM, ControlLifted(scope, actor, clean_text(reason)))]

        await self._decisions.carry(who, decide)

    def _setter(self, who: Standing | None) -> AccountId | None:
        return None if who is None else require(who, Power.CONTROL_SET, None, self._clock()).account
