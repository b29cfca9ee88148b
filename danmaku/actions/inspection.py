"""Looking into the record on behalf of the public, and taking stretches of it away.

Nothing is shown or given away without an entry that says so.
"""

from collections import OrderedDict
from typing import Protocol

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.figures import Figures
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.inspection import BundleMade, Made, Period, RecordViewed
from danmaku.ports import Append, Clock, Record

LOOK_MS = 60_000  # looks at one page within it are one
PAGE_CHARS_MAX = 200
LOOKS_KEPT_MAX = 1000  # that may still be the same look; one beyond is entered anew


class Counted(Protocol):
    """What counts the record."""

    async def figures(self, period: Period) -> Figures:
        """The numbers of a period; of one room, if it names one."""


class Inspection:
    """See the module.

    Args:
        record: Where looks and bundles are noted.
        counted: The same, counted.
        freshen: Asked for standings that have moved on.
        clock: Decides whether a grant is in force.
    """

    def __init__(self, record: Record, counted: Counted, *, freshen: Freshen, clock: Clock) -> None:
        self._decisions = Decisions(record, freshen)
        self._counted = counted
        self._clock = clock
        self._looked: OrderedDict[tuple[AccountId, str], Millis] = OrderedDict()

    async def look(self, who: Standing, page: str) -> None:
        """Enter that an inspector looks at a page, before it is shown; others pass unnoted.

        Raises:
            DanmakuError: As `Record.commit`; then nothing may be shown.

        Article: articles.Article.INSPECTOR
        """
        now_ms, key = self._clock(), (who.account, page[:PAGE_CHARS_MAX])
        if not who.inspects(now_ms) or now_ms - self._looked.get(key, Millis(-LOOK_MS)) < LOOK_MS:
            return

        async def decide(_standing: Standing | None) -> list[Append]:
            return [Append(PLATFORM, RecordViewed(*key))]

        await self._decisions.carry(None, decide)
        self._looked[key] = now_ms
        self._looked.move_to_end(key)
        if len(self._looked) > LOOKS_KEPT_MAX:
            self._looked.popitem(last=False)

    async def figures(self, who: Standing | None, period: Period) -> Figures:
        """The numbers of a period.

        Raises:
            NotSignedIn, NotAllowed: `who` may not inspect.

        Article: articles.Article.INSPECTION
        """
        require(who, Power.RECORD_INSPECT, None, self._clock())
        return await self._counted.figures(period)

    async def note_bundle(self, who: Standing | None, period: Period, made: Made) -> None:
        """Enter that a bundle was made, before it is handed over.

        Args:
            who: The inspector who asked for it; None: the operator, at the command line.
            period: What it holds.
            made: Its digest and size.

        Raises:
            NotAllowed: `who` may not inspect.

        Article: articles.Article.DATA_SUPPORT
        """

        async def decide(standing: Standing | None) -> list[Append]:
            if standing is not None:
                require(standing, Power.RECORD_INSPECT, None, self._clock())
            actor = None if standing is None else standing.account
            return [Append(PLATFORM, BundleMade(actor, period, made))]

        await self._decisions.carry(who, decide)
