"""Who is on duty, and what each of the staff has done.

Article: articles.Article.REVIEW_TEAM
"""

from dataclasses import replace

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.team_book import TeamBook
from danmaku.domain.account import Power, Standing
from danmaku.domain.anomalies import WINDOW_MS, Anomaly, anomalies_in
from danmaku.domain.grants import require, require_unless_operator
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.domain.roster import Cover, Load
from danmaku.domain.team_facts import DutyBegun, DutyEnded
from danmaku.errors import NotAllowed
from danmaku.ports import Append, Clock, Record


class Roster:
    """See the module.

    Args:
        duty_ms: After how long duty ends by itself.
        rooms_max: How many open rooms there may be for each who is on duty.
    """

    def __init__(
        self,
        record: Record,
        book: TeamBook,
        *,
        freshen: Freshen,
        clock: Clock,
        duty_ms: int,
        rooms_max: int,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._book = book
        self._clock = clock
        self._duty_ms = duty_ms
        self._rooms_max = rooms_max

    async def begin(self, who: Standing | None) -> Millis:
        """Be on duty from now on; until when comes back. Beginning again begins anew.

        Raises:
            NotSignedIn, NotAllowed: `who` decides no cases.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            now_ms = self._clock()
            person = require(asker, Power.CASE_DECIDE, None, now_ms)
            until_ms = Millis(now_ms + self._duty_ms)
            return [Append(PLATFORM, DutyBegun(person.account, until_ms))]

        entries = await self._decisions.carry(who, decide)
        return next(one.fact.until_ms for one in entries if isinstance(one.fact, DutyBegun))

    async def end(self, who: Standing | None) -> None:
        """Be on duty no longer; ending again changes nothing that anybody sees.

        Raises:
            NotSignedIn, NotAllowed: As `begin`.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            person = require(asker, Power.CASE_DECIDE, None, self._clock())
            return [Append(PLATFORM, DutyEnded(person.account))]

        await self._decisions.carry(who, decide)

    async def cover(self) -> Cover:
        """How many rooms there are for each who is on duty."""
        now_ms = self._clock()
        return Cover(
            await self._book.open_rooms(), await self._book.on_duty(now_ms), self._rooms_max
        )

    async def loads(self, who: Standing | None) -> list[Load]:
        """The staff, by login: who is on duty, and what each has in hand and has done.

        How often somebody was overturned is for themselves and for those who look after the staff.

        Raises:
            NotSignedIn, NotAllowed: `who` reads no reports; None is the operator.
        """
        now_ms = self._clock()
        require_unless_operator(who, Power.REPORT_READ, None, now_ms)
        loads = await self._book.loads(now_ms)
        if who is None or oversees(who, now_ms):
            return loads
        return [one if one.account == who.account else _at_work(one) for one in loads]

    async def anomalies(self, who: Standing | None) -> list[tuple[Anomaly, str]]:
        """Ways of deciding that somebody should ask about, newest first, and whose they are.

        Article: articles.Article.STAFF_BOUND

        Raises:
            NotSignedIn, NotAllowed: `who` does not look after the staff; None is the operator.
        """
        now_ms = self._clock()
        if who is not None:
            require_overseer(who, now_ms)
        found = anomalies_in(await self._book.acts(Millis(now_ms - WINDOW_MS)))
        logins = await self._book.logins({one.actor for one in found})
        return [(one, logins[one.actor]) for one in found]


def oversees(who: Standing, now_ms: Millis) -> bool:
    """Whether somebody looks after the staff: a chief editor, or the department's inspector."""
    powers = (Power.MEASURE_GRAVE, Power.RECORD_INSPECT)
    return any(who.may(power, None, now_ms) for power in powers)


def require_overseer(who: Standing, now_ms: Millis) -> None:
    """Let only those look who look after the staff.

    Raises:
        NotAllowed: `who` does not; or NotSignedIn or Coded, as `grants.require`.
    """
    require(who, Power.REPORT_READ, None, now_ms)
    if not oversees(who, now_ms):
        raise NotAllowed("This is for those who look after the staff.")


def _at_work(load: Load) -> Load:
    """What colleagues see of each other."""
    return replace(load, median_ms=None, overturned_count=0, decided_count=0)
