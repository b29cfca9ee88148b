"""What may stand as a name or a title: there is nobody to hold them for, so it is yes or no."""

from collections.abc import Callable

from danmaku.domain.account import NAME_MAX
from danmaku.domain.admission import Look
from danmaku.domain.comment import clean_text
from danmaku.errors import BadMessage, Overloaded, Prohibited
from danmaku.filter.names import IMPERSONATION, Names, is_mixed, likeness_of
from danmaku.filter.rules import FAULT_CATEGORY, Action
from danmaku.ports import Accounts, Clock

_SHOWN = frozenset({Action.PASS, Action.NEUTRAL})


class Naming:
    """Looks at names and titles before anybody is shown them.

    Args:
        look: The filter; fails closed.
        names: What deceives.
        accounts: Who must not be mistaken.
    """

    def __init__(
        self, look: Callable[[str], Look], *, names: Names, accounts: Accounts, clock: Clock
    ) -> None:
        self._look = look
        self._names = names
        self._accounts = accounts
        self._clock = clock

    def inspect_title(self, title: str) -> None:
        """Look at a title.

        Raises:
            Prohibited: The filter objects, or its letters are not those they look like.
            Overloaded: The filter failed; nobody has looked, so nobody is shown it.
        """
        self._inspect(title)
        if is_mixed(title):
            raise Prohibited(IMPERSONATION)

    def vouched(self, text: str) -> str:
        """Clean a name that an operator or another site gives, who know whose it is.

        Raises:
            BadMessage: It is empty or too long.
            Prohibited, Overloaded: As `inspect_title`, its letters aside.
        """
        name = clean_text(text)
        if not 1 <= len(name) <= NAME_MAX:
            raise BadMessage(f"A name has 1 to {NAME_MAX} characters.")
        self._inspect(name)
        return name

    async def chosen(self, text: str) -> str:
        """Clean a name that somebody gives to themselves.

        Raises:
            BadMessage, Prohibited, Overloaded: As `vouched`.
            Prohibited: Also if it would let them pass for the house, or for somebody who holds
                more powers than a viewer.
        """
        name = self.vouched(text)
        if self._names.deceit_of(name) is not None:
            raise Prohibited(IMPERSONATION)
        likeness = likeness_of(name)
        if likeness and await self._accounts.has_namesake(likeness, self._clock()):
            raise Prohibited(IMPERSONATION)
        return name

    def _inspect(self, text: str) -> None:
        findings = self._look(text).findings
        if findings.category == FAULT_CATEGORY:
            raise Overloaded("This could not be checked; try again.")
        if findings.action not in _SHOWN:
            raise Prohibited(findings.category or FAULT_CATEGORY)
