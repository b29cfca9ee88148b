"""What people and rooms may go by: each name, title and summary is looked at before it is shown.

What people give is shown, held for a reviewer, or refused, as a comment would be. Whoever vouches
for a name, as the operator and other sites do, gets yes or no.

Article: articles.Article.EVERY_SURFACE, articles.Article.NAMES_REVIEWED
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from danmaku.actions.drawn import new_mark
from danmaku.domain.account import Power, Standing
from danmaku.domain.facts import NameJudged, Verdict
from danmaku.domain.ids import RoomId
from danmaku.domain.looks import Look, verdict_of
from danmaku.domain.name_judging import Given, judged
from danmaku.domain.naming import NameState, Surface, bounded
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.room import RoomState
from danmaku.domain.times import DAY_S
from danmaku.errors import Overloaded, Prohibited
from danmaku.filter.names import IMPERSONATION, Names, is_mixed, likeness_of
from danmaku.filter.rules import FAULT_CATEGORY, Action
from danmaku.ports import Accounts, Clock

_SHOWN = frozenset({Action.PASS, Action.NEUTRAL})
ROOM_SURFACES: Final = (Surface.TITLE, Surface.SUMMARY)  # each the name of its field in RoomState


class Naming:
    """See the module.

    Args:
        look: The filter; fails closed.
        names: What deceives.
        accounts: Who must not be mistaken.
        per_day: How many new names, titles and summaries one account may give.
    """

    def __init__(
        self,
        look: Callable[[str], Look],
        *,
        names: Names,
        accounts: Accounts,
        clock: Clock,
        per_day: int = 20,
    ) -> None:
        self._look = look
        self._names = names
        self._accounts = accounts
        self._clock = clock
        self._turns = TokenBuckets(per_day / DAY_S, per_day)

    def take_turn(self, who: Standing) -> None:
        """Note that somebody gives another name.

        Raises:
            TooFast: They have given too many lately.
        """
        self._turns.take(who.account, self._clock())

    def vouched(self, text: str, surface: Surface = Surface.NAME) -> str:
        """Clean a name that an operator or another site gives, who know whose it is.

        Raises:
            BadMessage: It is empty or too long.
            Prohibited: The filter objects; of a room, also if its letters deceive.
            Overloaded: The filter failed; nobody has looked, so nobody is shown it.
        """
        return self._vouched(text, surface).text

    def verdict(self, text: str) -> Verdict:
        """What the filter says of a name today, for a decision on one of which it said nothing."""
        return verdict_of(self._look(text), text)

    def _vouched(self, text: str, surface: Surface) -> Given:
        name = bounded(surface, text)
        look = self._look(name)
        findings = look.findings
        if findings.category == FAULT_CATEGORY:
            raise Overloaded("This could not be checked; try again.")
        if findings.action not in _SHOWN:
            raise Prohibited(findings.category or FAULT_CATEGORY)
        if surface is not Surface.NAME and is_mixed(name):
            raise Prohibited(IMPERSONATION)
        return judged(surface, name, look, deceives=False, mark="")

    async def given(self, surface: Surface, text: str, giver: Standing | None) -> Given:
        """Decide on what somebody gives to themselves or to a room of theirs.

        Args:
            surface: Where it would be shown.
            text: As it was typed.
            giver: Who gives it; None: somebody who is about to register.

        Raises:
            BadMessage: It is empty or too long.
        """
        name = bounded(surface, text)
        deceives = await self._deceives(surface, name, giver)
        return judged(surface, name, self._look(name), deceives=deceives, mark=new_mark())

    async def _deceives(self, surface: Surface, name: str, giver: Standing | None) -> bool:
        """Whether it would let them pass for the house, or for somebody who holds powers."""
        now_ms = self._clock()
        if giver is not None and giver.may(Power.NAME_REVIEW, None, now_ms):
            return False  # who speaks for the house may say so
        if self._names.deceit_of(name) is not None:
            return True
        likeness = likeness_of(name) if surface is Surface.NAME else ""
        but = None if giver is None else giver.account
        return bool(likeness) and await self._accounts.has_namesake(likeness, now_ms, but=but)

    async def of_room(
        self, giver: Standing | None, room: RoomId, wanted: RoomState, former: RoomState | None
    ) -> tuple[RoomState, Sequence[NameJudged]]:
        """Decide on the title and the summary of a room, where they are new.

        Args:
            giver: Who gives them; None: the operator, at the command line.
            room: Which room.
            wanted: What is asked for.
            former: What was there; None: the room is about to be opened.

        Returns:
            The state as it may be shown, and what became of each that was new. A title that a room
            begins with and that may be shown is in the state alone.

        Raises:
            BadMessage: One is empty or too long.
            Prohibited, Overloaded: The operator's, as `vouched`.
        """
        state, facts = wanted, []
        for surface in ROOM_SURFACES:
            text = bounded(surface, getattr(wanted, surface.value))
            if text == (getattr(former, surface.value) if former is not None else ""):
                continue
            if giver is None:
                given = self._vouched(text, surface)
            else:
                given = await self.given(surface, text, giver)
            state = with_name(state, surface, given.shown)
            if former is not None or given.state is not NameState.SHOWN:
                facts.append(given.fact(None if giver is None else giver.account, room))
        return state, facts


def with_name(state: RoomState, surface: Surface, text: str) -> RoomState:
    """The state with another title or summary."""
    if surface is Surface.TITLE:
        return replace(state, title=text)
    return replace(state, summary=text)
