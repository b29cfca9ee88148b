"""What one source can put into the queue of cases: reports, and complaints.

An account may have so many waiting; an address without one may send so many a day. Whoever says the
same of the same again is given the receipt that they have, as long as it is open: an account by the
record, a guest by the browser, and that for as long as this process remembers.

Article: articles.Article.REPORTS_AND_APPEALS
"""

from collections import OrderedDict

from danmaku.actions.case_book import CaseBook
from danmaku.domain.account import Standing
from danmaku.domain.cases import CaseKind, Subject
from danmaku.domain.grants import require_reporting
from danmaku.domain.ids import AccountId
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.times import DAY_S
from danmaku.errors import Code, Coded
from danmaku.ports import Clock

REMEMBERED_MAX = 10_000  # guests' receipts
BROWSER_CHARS = 64  # that are remembered of what tells a browser: ours are shorter

_Said = tuple[str, CaseKind, str]  # browser, and of what


class Doorstep:
    """See the module.

    Args:
        book: Knows what waits.
        clock: Wall time.
        kind: What comes in here.
        per_s: Of one source, in the long run.
        burst: And at once.
        waiting_max: Open ones of one account; and of one address, a day.
    """

    def __init__(
        self,
        book: CaseBook,
        clock: Clock,
        kind: CaseKind,
        *,
        per_s: float,
        burst: int,
        waiting_max: int,
    ) -> None:
        self._book = book
        self._clock = clock
        self._kind = kind
        self._waiting_max = waiting_max
        self._lately = TokenBuckets(per_s, burst)
        self._today = TokenBuckets(waiting_max / DAY_S, waiting_max)
        self._given: OrderedDict[_Said, str] = OrderedDict()  # oldest first

    async def repeated(
        self,
        who: Standing | None,
        subject: Subject,
        against: AccountId | None = None,
        *,
        browser: str | None,
    ) -> str | None:
        """The receipt that somebody has for just this and whose case is open; None: there is none.

        Args:
            who: Who asks; None: without an account.
            subject: Of what.
            against: The account that it is about, where it is about one.
            browser: What tells a guest's browser from all others; None: nothing does.
        """
        if who is not None:
            filed = await self._book.filed_on(who.account, self._kind, subject, against)
            return None if filed is None else filed.receipt
        given = self._given.get(self._key(browser, subject, against))
        filed = None if given is None else await self._book.filed(given)
        return None if filed is None or filed.case.ending is not None else given

    async def enter(self, who: Standing | None, *, source: str) -> None:
        """Let one more in.

        Args:
            who: Whose it is; None: without an account.
            source: Where it comes from, for the limit alone; not kept.

        Raises:
            TooFast: Too many from there, lately or today.
            Coded: OWN_LIMIT: so many of theirs wait. MUTED: no reports are taken from them for now.
        """
        now_ms = self._clock()
        if who is None:
            self._lately.take(source, now_ms)
            self._today.take(source, now_ms)
            return
        if self._kind is CaseKind.REPORT:
            require_reporting(who, now_ms)
        self._lately.take(who.account, now_ms)
        if await self._book.waiting_count(who.account) >= self._waiting_max:
            text = f"{self._waiting_max} of yours wait already."
            raise Coded(Code.OWN_LIMIT, text)

    def note(
        self,
        subject: Subject,
        receipt: str,
        against: AccountId | None = None,
        *,
        browser: str | None,
    ) -> None:
        """Remember a guest's receipt."""
        if browser is not None:
            self._given[self._key(browser, subject, against)] = receipt
        if len(self._given) > REMEMBERED_MAX:
            self._given.popitem(last=False)

    def _key(self, browser: str | None, subject: Subject, against: AccountId | None) -> _Said:
        return ((browser or "")[:BROWSER_CHARS], self._kind, subject.key(against))
