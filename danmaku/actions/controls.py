"""The emergency brake: set, lifted, and seen.

Article: articles.Article.EMERGENCY_RESPONSE
"""

from collections.abc import Callable

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import clean_text
from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import REASON_MAX, Control, checked, is_patrols
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId
from danmaku.domain.people_facts import ControlLifted, ControlSet
from danmaku.domain.room import ReviewMode
from danmaku.errors import BadMessage, NotAllowed, NotFound
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
    ) -> Control:
        """Lay a stricter mode over a room or the platform; it ends by itself.

        Args:
            who: Who asks; None is the operator at the command line.
            scope: Which room; None: all of them.
            mode: Any but MACHINE.
            lasts_ms: How long.
            reason: Why; sealed.

        Raises:
            NotSignedIn, NotAllowed: `who` may not; or an order of the department holds there.
            NotFound: There is no such room.
            BadMessage: It makes nothing stricter, has no good end, or too many words.
        """
        control = Control(scope, mode, Millis(self._clock() + lasts_ms))

        async def decide(asker: Standing | None) -> list[Append]:
            return await self.laying(asker, control, reason)

        await self._decisions.carry(who, decide)
        return control

    async def laying(self, asker: Standing | None, control: Control, reason: str) -> list[Append]:
        """All that laying a control writes, for a commit of the caller's.

        Raises:
            DanmakuError: As `set`.
        """
        actor = self._setter(asker, control)
        if len(reason) > REASON_MAX:
            raise BadMessage(f"At most {REASON_MAX} characters.")
        checked(control, self._clock())
        self._require_no_order(control.scope)
        if control.scope is not None and await self._reader.room(control.scope) is None:
            raise NotFound("There is no such room.")
        beneath = self._houses_own(control.scope) if control.reference else None
        return [Append(PLATFORM, ControlSet(control, actor, clean_text(reason), beneath))]

    def _houses_own(self, scope: RoomId | None) -> Control | None:
        """What the house itself has laid over a scope, under an order's or alone."""
        own = (one for one in self.in_force() if one.scope == scope and not one.reference)
        return next(own, None)

    def giving_back(
        self, scope: RoomId | None, reference: str, actor: AccountId | None, why: str
    ) -> list[Append]:
        """All that lifting an order's control writes: the house's own under it goes on."""
        lifted = Append(PLATFORM, ControlLifted(scope, actor, why, reference))
        if (own := self._houses_own(scope)) is None:
            return [lifted]
        return [lifted, Append(PLATFORM, ControlSet(own, actor, why))]

    async def lift(self, who: Standing | None, *, scope: RoomId | None, reason: str) -> None:
        """End the control of a scope before its time.

        Raises:
            NotSignedIn, NotAllowed: `who` may not; or it carries out an order of the department.
            NotFound: None holds there.
            BadMessage: The reason is too long.
        """
        if len(reason) > REASON_MAX:
            raise BadMessage(f"At most {REASON_MAX} characters.")

        async def decide(asker: Standing | None) -> list[Append]:
            actor = self._setter(asker)
            if scope not in {control.scope for control in self.in_force()}:
                raise NotFound("No control holds there.")
            self._require_no_order(scope)
            return [Append(PLATFORM, ControlLifted(scope, actor, clean_text(reason)))]

        await self._decisions.carry(who, decide)

    def _require_no_order(self, scope: RoomId | None) -> None:
        """What the department ordered is not loosened by another control of the same scope."""
        if any(one.scope == scope and one.reference for one in self.in_force()):
            raise NotAllowed("An order of the department holds there.")

    def _setter(self, who: Standing | None, control: Control | None = None) -> AccountId | None:
        if who is None:
            return None
        now_ms = self._clock()
        is_small = control is not None and is_patrols(control, now_ms)
        if control is not None and control.scope in {one.scope for one in self.in_force()}:
            is_small = False  # what somebody else has set is not replaced by less
        power = Power.CASE_DECIDE if is_small else Power.CONTROL_SET
        return require(who, power, None, now_ms).account
