"""Levels of the brown-out, held by who runs the house: recorded, and so heard on all nodes.

A process that starts later takes over what is still held.
"""

from collections.abc import Sequence

from danmaku.actions.brownout import BrownOut
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.brownout import LevelForced, checked
from danmaku.domain.facts import Entry
from danmaku.domain.grants import require_unless_operator
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.ports import Append, Clock, Record, Registry


class LoadDesk:
    """See the module."""

    def __init__(
        self, record: Record, *, brownout: BrownOut, freshen: Freshen, clock: Clock
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._brownout = brownout
        self._clock = clock

    async def hold(self, who: Standing | None, level: int, *, lasts_ms: int) -> None:
        """Hold a level for a time, whatever the load.

        Args:
            who: Who asks; None is the operator at the command line.
            level: Which.
            lasts_ms: How long.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            BadMessage: There is no such level, or that is too long.
        """
        checked(level, lasts_ms)
        await self._say(who, level, Millis(self._clock() + lasts_ms))

    async def let_go(self, who: Standing | None) -> None:
        """Let the settings, or the load, decide again.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
        """
        await self._say(who, None, None)

    async def read(self, registry: Registry) -> None:
        """Begin with what is held; to be called before anything is announced."""
        if (held := await registry.level_held(self._clock())) is not None:
            self._follow(held)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Follow the record; called for every announcement, in order."""
        for entry in entries:
            if isinstance(entry.fact, LevelForced):
                self._follow(entry.fact)

    def _follow(self, said: LevelForced) -> None:
        match said:
            case LevelForced(level=int(level), until_ms=int(until_ms)):
                self._brownout.force(level, until_ms - self._clock())
            case _:
                self._brownout.let_go()

    async def _say(self, who: Standing | None, level: int | None, until_ms: Millis | None) -> None:
        async def decide(asker: Standing | None) -> list[Append]:
            require_unless_operator(asker, Power.LOAD_SHED, None, self._clock())
            actor = None if asker is None else asker.account
            return [Append(PLATFORM, LevelForced(level, until_ms, actor))]

        await self._decisions.carry(who, decide)
