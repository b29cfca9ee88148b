"""What is handed to the department: begun, revised, approved by another person, handed in.

Most filings follow from the record by themselves (`domain/filings.py`); reports of a period,
assessments and weaknesses are begun here.

Article: articles.Article.REPORT_TO_DEPARTMENT
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.filing_book import LISTED_MAX, FilingBook
from danmaku.actions.filing_drafts import FilingDrafts
from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import clean_text
from danmaku.domain.features import Feature, FeatureAssessed
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    FilingState,
    Line,
    Risk,
    Section,
    WeaknessMended,
)
from danmaku.domain.filings import (
    PASSED_STATES,
    FilingBacklog,
    FilingFilter,
    FilingRow,
    Topic,
    Turn,
    revised,
    turned,
    words_of,
)
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Seq
from danmaku.domain.inspection import Period
from danmaku.domain.times import DAY_MS, begin_ms_of
from danmaku.errors import BadMessage, NotAllowed, NotFound, NotSignedIn
from danmaku.ports import Append, Clock, Record

TITLE_MAX = 200  # code points
YEARS = range(2000, 3000)
DAYS_BACK = 7  # whose reports begin by themselves: so long may all servers have been stopped


@dataclass(frozen=True, slots=True)
class FilingTerms:
    """Within what time things are handed in, milliseconds."""

    report: int  # after the end of its period
    weakness: int  # after it was found


class Filings:
    """See the module.

    Args:
        record: For writing.
        book: The same, for reading.
        drafts: Fills in what the record and the house say.
        freshen: Asked for standings that have moved on.
        clock: Wall time.
        new_id: Gives what a weakness is known by.
        terms: Within what time.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        book: FilingBook,
        drafts: FilingDrafts,
        *,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        terms: FilingTerms,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._book = book
        self._drafts = drafts
        self._clock = clock
        self._new_id = new_id
        self._terms = terms

    # --- looking

    async def listed(
        self, who: Standing | None, wanted: FilingFilter, *, before: Seq | None = None
    ) -> list[FilingRow]:
        """Filings, newest first, a page at a time.

        Args:
            who: Somebody who writes them or reads reports; None is the operator.
            wanted: Which.
            before: Older than this one.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
        """
        self._require_reader(who)
        return await self._book.filings(wanted, self._clock(), before=before, limit=LISTED_MAX)

    async def look(self, who: Standing | None, filing: Seq) -> FilingRow:
        """One filing with all that was entered about it.

        Raises:
            NotSignedIn, NotAllowed: As `listed`.
            NotFound: There is none.
        """
        self._require_reader(who)
        return await self._known(filing)

    async def waiting(self, who: Standing | None) -> FilingBacklog:
        """How much waits, and how much of it too long.

        Raises:
            NotSignedIn, NotAllowed: As `listed`.
        """
        self._require_reader(who)
        return await self._book.backlog(self._clock())

    def _require_reader(self, who: Standing | None) -> None:
        now_ms = self._clock()
        if who is not None and not who.may(Power.FILING_DRAFT, None, now_ms):
            require(who, Power.REPORT_READ, None, now_ms)

    async def _known(self, filing: Seq) -> FilingRow:
        row = await self._book.filing(filing)
        if row is None:
            raise NotFound("There is no such filing.")
        return row

    # --- beginning

    async def assess(self, who: Standing | None, feature: Feature) -> Seq:
        """Draft the assessment of a feature from how the house stands; the open one, if there is.

        Args:
            who: Who wants it; None is the operator.
            feature: Of what.

        Raises:
            NotSignedIn, NotAllowed: `who` writes no filings.

        Article: articles.Article.SECURITY_ASSESSMENT
        """
        self._writer(who)
        sections = await self._drafts.assessment(feature)
        fact = FilingBegun(
            FilingKind.ASSESSMENT, feature.value, None, actor=None, sections=sections
        )
        return await self._begun(who, fact)

    async def report(self, who: Standing | None, period: Period) -> Seq:
        """Draft the report of a period that is over, for all rooms together.

        Raises:
            NotSignedIn, NotAllowed: As `assess`.
            BadMessage: The period is not over yet.
        """
        self._writer(who)
        self._require_over(period)
        return await self._report(who, FilingKind.PERIOD, _subject_of(period), period)

    async def report_days(self) -> list[Seq]:
        """Draft the report of each of the last days in UTC that nobody has begun; oldest first.

        Days on which nothing was entered have none. Of several servers that ask at once, all get
        the same drafts.

        Raises:
            Unavailable: The record cannot be read or written now.
        """
        midnight_ms = self._clock() // DAY_MS * DAY_MS
        begun = []
        for days in range(DAYS_BACK, 0, -1):
            from_ms = midnight_ms - days * DAY_MS
            period = Period(Millis(from_ms), Millis(from_ms + DAY_MS))
            subject = _subject_of(period)
            if await self._book.has_begun(FilingKind.PERIOD, subject):
                continue
            if await self._drafts.is_empty(period):
                continue
            begun.append(await self._report(None, FilingKind.PERIOD, subject, period))
        return begun

    async def report_year(self, who: Standing | None, year: int) -> Seq:
        """Draft the report of a year in UTC that is over.

        Raises:
            NotSignedIn, NotAllowed: As `assess`.
            BadMessage: It is not over yet, or no year.
        """
        self._writer(who)
        if year not in YEARS:
            raise BadMessage("There is no such year.")
        period = Period(_first_ms(year), _first_ms(year + 1))
        self._require_over(period)
        return await self._report(who, FilingKind.YEARLY, str(year), period)

    def _require_over(self, period: Period) -> None:
        if period.to_ms > self._clock():
            raise BadMessage("This is not over yet: its numbers would not be the last.")

    async def _report(
        self, who: Standing | None, kind: FilingKind, subject: str, period: Period
    ) -> Seq:
        sections = await self._drafts.report(period)
        due_ms = Millis(period.to_ms + self._terms.report)
        fact = FilingBegun(kind, subject, due_ms, actor=None, sections=sections)
        return await self._begun(who, fact)

    async def register_weakness(
        self, who: Standing | None, title: str, risk: Risk, text: str
    ) -> Seq:
        """Enter something in the system that can be abused.

        Raises:
            NotSignedIn, NotAllowed: As `assess`.
            BadMessage: It has no title, or too many words.

        Article: articles.Article.VULNERABILITIES
        """
        actor = self._writer(who)
        named = clean_text(title)
        if not 1 <= len(named) <= TITLE_MAX:
            raise BadMessage(f"A title has 1 to {TITLE_MAX} characters.")
        now_ms = self._clock()
        stated = (Line("title", named), Line("found", str(now_ms)))
        sections = (
            Section(Topic.SUMMARY, stated, words_of(text)),
            Section(Topic.REMEDY),
        )
        due_ms = Millis(now_ms + self._terms.weakness)
        fact = FilingBegun(
            FilingKind.WEAKNESS, self._new_id(), due_ms, actor, risk, sections=sections
        )
        return await self._begun(who, fact)

    def _writer(self, who: Standing | None) -> AccountId | None:
        if who is None:
            return None
        return require(who, Power.FILING_DRAFT, None, self._clock()).account

    async def _begun(self, who: Standing | None, fact: FilingBegun) -> Seq:
        async def decide(asker: Standing | None) -> list[Append]:
            self._writer(asker)
            return [Append(PLATFORM, fact)]

        [entry] = await self._decisions.carry(who, decide)
        return entry.seq

    # --- going on

    async def revise(
        self, who: Standing | None, filing: Seq, remarks: Mapping[str, str], *, revision: Seq
    ) -> FilingRow:
        """Say something else in some sections, by their words; `revision` is what was read.

        Raises:
            NotSignedIn, NotAllowed, Coded, BadMessage: As `domain.filings.revised`.
            NotFound: There is no such filing.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            row = await self._known_to(asker, filing, Power.FILING_DRAFT)
            return [
                Append(PLATFORM, revised(asker, row, remarks, self._clock(), revision=revision))
            ]

        await self._decisions.carry(who, decide)
        return await self._known(filing)

    async def turn(self, who: Standing | None, filing: Seq, turn: Turn) -> FilingRow:
        """Have a filing enter another state; an approved assessment lets its feature be switched.

        Raises:
            NotSignedIn, NotAllowed, Coded, BadMessage: As `domain.filings.turned`.
            NotFound: There is no such filing.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            row = await self._known_to(asker, filing, Power.FILING_DRAFT)
            fact = turned(asker, row, turn, self._clock())
            return [Append(PLATFORM, fact), *_assessed(row, fact.state, fact.actor)]

        await self._decisions.carry(who, decide)
        return await self._known(filing)

    async def mend(self, who: Standing | None, filing: Seq, remedy: str) -> FilingRow:
        """Enter how a weakness was mended.

        Raises:
            NotSignedIn, NotAllowed: As `assess`; or it was mended before.
            NotFound: There is no such weakness.
            BadMessage: The remedy says nothing, or too much.

        Article: articles.Article.VULNERABILITIES
        """
        said = words_of(remedy)
        if not said:
            raise BadMessage("Say how it was mended.")

        async def decide(asker: Standing | None) -> list[Append]:
            row = await self._known_to(asker, filing, Power.FILING_DRAFT)
            actor = self._writer(asker)
            if row.kind is not FilingKind.WEAKNESS or actor is None:
                raise NotFound("There is no such weakness.")
            if row.is_mended:
                raise NotAllowed("It is mended.")
            fact = WeaknessMended(filing, row.seq, actor, row.receipt, said)
            return [Append(PLATFORM, fact)]

        await self._decisions.carry(who, decide)
        return await self._known(filing)

    async def _known_to(self, who: Standing | None, filing: Seq, power: Power) -> FilingRow:
        """A filing, for somebody who may know that there is one, and answers by name."""
        if who is None:
            raise NotSignedIn("Somebody answers for a filing, by name.")
        require(who, power, None, self._clock())
        return await self._known(filing)


def _assessed(row: FilingRow, state: FilingState, actor: AccountId) -> list[Append]:
    """What a turn of an assessment does to its feature.

    Article: articles.Article.SECURITY_ASSESSMENT
    """
    did_pass, does_pass = row.state in PASSED_STATES, state in PASSED_STATES
    if row.kind is not FilingKind.ASSESSMENT or did_pass == does_pass:
        return []
    feature, reference = Feature(row.begun.subject), str(row.filing)
    return [Append(PLATFORM, FeatureAssessed(feature, does_pass, reference, actor))]


def _subject_of(period: Period) -> str:
    return f"{_moment(period.from_ms)}/{_moment(period.to_ms)}"


def _moment(at_ms: Millis) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _first_ms(year: int) -> Millis:
    return begin_ms_of(date(year, 1, 1))
