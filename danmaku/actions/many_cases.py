"""Deciding many cases alike: each is a decision of its own, and can be appealed against alone."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from danmaku.actions.cases import CLAIMS_MAX, Cases
from danmaku.actions.rulings import Rulings
from danmaku.domain.account import Power, Standing
from danmaku.domain.grants import require
from danmaku.domain.rulings import Decision
from danmaku.errors import BadMessage, Code, Refused, Stale
from danmaku.ports import Clock


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of one of them."""

    case_id: str
    refusal: Code | None  # None: it is decided


class ManyCases:
    """See the module."""

    def __init__(self, cases: Cases, rulings: Rulings, clock: Clock) -> None:
        self._cases = cases
        self._rulings = rulings
        self._clock = clock

    async def decide(
        self, who: Standing | None, case_ids: Sequence[str], decision: Decision
    ) -> list[Decided]:
        """Claim and decide one after another; a case that cannot be is left as it was.

        Args:
            who: Somebody who decides cases.
            case_ids: At most CLAIMS_MAX of them; one that is named twice is decided once.
            decision: On each of them.

        Raises:
            NotSignedIn, NotAllowed: `who` decides no cases.
            BadMessage: There is none among them, or too many.
            Unavailable: The record takes nothing now; what was decided before stays decided.
        """
        require(who, Power.CASE_DECIDE, None, self._clock())
        wanted = list(dict.fromkeys(case_ids))
        if not 1 <= len(wanted) <= CLAIMS_MAX:
            raise BadMessage(f"Between 1 and {CLAIMS_MAX} cases at once.")
        return [await self._decided(who, case_id, decision) for case_id in wanted]

    async def _decided(self, who: Standing | None, case_id: str, decision: Decision) -> Decided:
        was_held = await self._is_held(who, case_id)
        try:
            view = await self._cases.claim(who, case_id)
        except (Refused, Stale) as refusal:
            return Decided(case_id, refusal.code)
        try:
            await self._rulings.decide(who, view.case.case_id, decision)
        except (Refused, Stale) as refusal:
            if not was_held:
                with contextlib.suppress(Refused, Stale):
                    await self._cases.release(who, case_id)
            return Decided(case_id, refusal.code)
        return Decided(case_id, None)

    async def _is_held(self, who: Standing | None, case_id: str) -> bool:
        """Whether `who` works on it already."""
        try:
            await self._cases.holder(who, case_id)
        except Refused:
            return False
        return True
