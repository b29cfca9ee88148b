"""What filings say of themselves: filled in from the record and the running house.

Numbers are those of `figures`, so that whoever counts the same stretch again finds the same.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from danmaku import __version__
from danmaku.domain.account import Bundle
from danmaku.domain.conditions import Conditions
from danmaku.domain.documents import binding
from danmaku.domain.features import Feature
from danmaku.domain.figures import Figures
from danmaku.domain.filing_facts import Line, Section
from danmaku.domain.filings import Topic
from danmaku.domain.ids import Millis
from danmaku.domain.inspection import Period
from danmaku.domain.privacy import FLOOR_DAYS, HOLDINGS
from danmaku.domain.times import DAY_MS
from danmaku.logs import LOGGED
from danmaku.ports import Accounts, Clock

LOOKED_BACK_MS = 30 * DAY_MS  # the stretch that an assessment's numbers are of

_PLACES = {Bundle.CHIEF_EDITOR: "chief_editor", Bundle.OPERATOR: "operator"}
_HANDLED = ("comment_published", "comment_held", "comment_refused", "comment_recalled")


class Counts(Protocol):
    """What counts the record."""

    async def figures(self, period: Period) -> Figures:
        """The numbers of a period."""


@dataclass(frozen=True, slots=True)
class HouseFacts:
    """What of the settings an assessment states."""

    rules_version: Callable[[], str] = str
    identity_methods: tuple[str, ...] = ()  # words of what verifies people
    renewal_days: int = 0
    case_minutes: Mapping[str, int] | None = None  # by kind: within what time it is decided


class FilingDrafts:
    """See the module.

    Args:
        conditions: What holds right now.
        house: Asked for what the settings say.
    """

    def __init__(
        self,
        accounts: Accounts,
        counts: Counts,
        *,
        conditions: Callable[[], Conditions],
        house: HouseFacts,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._counts = counts
        self._conditions = conditions
        self._house = house
        self._clock = clock

    async def assessment(self, feature: Feature) -> tuple[Section, ...]:
        """The points that a new function is assessed on, as they stand now.

        Article: articles.Article.SECURITY_ASSESSMENT
        """
        now_ms = self._clock()
        figures = await self._counts.figures(Period(Millis(now_ms - LOOKED_BACK_MS), now_ms))
        summary = (
            Line("feature", feature.value),
            Line("software", __version__),
            Line("drafted", str(now_ms)),
        )
        return (
            Section(Topic.SUMMARY, summary),
            Section(Topic.PERSONS, await self._persons()),
            Section(Topic.IDENTITY, self._identity()),
            Section(Topic.LOGS, _logs()),
            Section(Topic.HANDLING, self._handling(figures)),
            Section(Topic.PERSONAL, self._personal()),
            Section(Topic.COMPLAINTS, self._complaints()),
            Section(Topic.SUPPORT, await self._support()),
        )

    async def report(self, period: Period) -> tuple[Section, ...]:
        """The numbers of a period.

        Article: articles.Article.REPORT_TO_DEPARTMENT
        """
        return figures_sections(period, await self._counts.figures(period))

    async def is_empty(self, period: Period) -> bool:
        """Whether nothing was entered in a period but that something is to be reported."""
        figures = await self._counts.figures(period)
        return all(kind == "filing_begun" for _, kind in figures.kinds)

    async def _persons(self) -> tuple[Line, ...]:
        """Who answers for the service, and how many look at comments."""
        now_ms, lines = self._clock(), []
        for bundle, word in _PLACES.items():
            for account in await self._accounts.holders_of(bundle, now_ms):
                standing = await self._accounts.standing(account)
                if standing is not None:
                    lines.append(Line(word, f"{standing.name} ({standing.login})"))
        reviewers = await self._accounts.holders_of(Bundle.REVIEWER, now_ms)
        return (*lines, Line("reviewers", str(len(reviewers))))

    def _identity(self) -> tuple[Line, ...]:
        required = "yes" if self._conditions().identity_required else "no"
        methods = [Line("verifier", one) for one in self._house.identity_methods]
        renewal = Line("renewal_days", str(self._house.renewal_days))
        return (Line("identity_required", required), *methods, renewal)

    def _handling(self, figures: Figures) -> tuple[Line, ...]:
        steps: Counter[str] = Counter()
        for (step, _), count in figures.measures.items():
            steps[step] += count
        return (
            Line("rules", self._house.rules_version()),
            Line("looked_back_days", str(LOOKED_BACK_MS // DAY_MS)),
            *(Line("entries", str(figures.total(kind)), about=kind) for kind in _HANDLED),
            *(Line("taken", str(count), about=step) for step, count in sorted(steps.items())),
        )

    def _personal(self) -> tuple[Line, ...]:
        bound = binding(self._conditions().editions, self._clock())
        texts = [
            Line("document", str(edition.version), about=kind.value)
            for kind, edition in sorted(bound.items())
        ]
        terms = [
            Line("holding", f"{one.term.since.value} +{one.term.days} d", about=one.word)
            for one in HOLDINGS
        ]
        return (*texts, *terms)

    def _complaints(self) -> tuple[Line, ...]:
        minutes = self._house.case_minutes or {}
        terms = [Line("case_minutes", str(term), about=kind) for kind, term in minutes.items()]
        return (Line("complaints_at", "/report"), *terms)

    async def _support(self) -> tuple[Line, ...]:
        inspectors = await self._accounts.holders_of(Bundle.INSPECTOR, self._clock())
        return (
            Line("bundle", "danmaku bundle"),
            Line("inspection", "/inspect"),
            Line("proof", "/heads"),
            Line("inspectors", str(len(inspectors))),
        )


def _logs() -> tuple[Line, ...]:
    """What is written down of each request and each act, and for how long."""
    return (
        Line("log_fields", " ".join(sorted(LOGGED))),
        Line("log_days", str(FLOOR_DAYS)),
        Line("record_fields", "chain seq at_ms kind actor"),
    )


def figures_sections(period: Period, figures: Figures) -> tuple[Section, ...]:
    """Figures, as a filing states them."""
    kinds: Counter[str] = Counter()
    for (_, kind), count in figures.kinds.items():
        kinds[kind] += count
    summary = (Line("from", str(period.from_ms)), Line("to", str(period.to_ms)))
    handled = [
        line
        for kind, spread in sorted(figures.handled.items())
        for line in (
            Line("handled", str(spread.count), about=kind.value),
            Line("median_ms", str(spread.median_ms), about=kind.value),
            Line("p95_ms", str(spread.p95_ms), about=kind.value),
        )
    ]
    return (
        Section(Topic.SUMMARY, summary),
        Section(Topic.ENTRIES, _counted("entries", sorted(kinds.items()))),
        Section(Topic.RECALLS, _counted("recalled", _pairs(figures.recalled))),
        Section(Topic.MEASURES, _counted("taken", _pairs(figures.measures))),
        Section(Topic.CASES, tuple(handled)),
    )


def _pairs(counts: Counter[tuple[str, str]]) -> list[tuple[str, int]]:
    return [(f"{one} {other}".strip(), count) for (one, other), count in sorted(counts.items())]


def _counted(word: str, counts: Sequence[tuple[str, int]]) -> tuple[Line, ...]:
    return tuple(Line(word, str(count), about=about) for about, count in counts)
