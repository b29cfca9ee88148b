"""Ways of deciding that somebody should ask about: counted, explained, and no verdict on anybody.

Article: articles.Article.STAFF_BOUND
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.times import DAY_MS

WINDOW_MS = 7 * DAY_MS  # acts that are looked at
BURST_COUNT, BURST_MS = 20, 60_000
SAME_AUTHOR_COUNT, SAME_AUTHOR_PERCENT = 10, 60
HASTY_COUNT, HASTY_MS = 5, 2_000


class Oddity(StrEnum):
    """What is odd about how somebody decides."""

    BURST = "burst"  # BURST_COUNT or more within BURST_MS
    SAME_AUTHOR = "same_author"  # most of what was decided about one author, SAME_AUTHOR_COUNT
    HASTY = "hasty"  # HASTY_COUNT or more sooner than HASTY_MS after the claim: hardly read


@dataclass(frozen=True, slots=True)
class StaffAct:
    """A decision of one of the staff."""

    actor: AccountId
    at_ms: Millis
    author: AccountId | None  # whom it concerned
    took_ms: int | None  # since the claim; None: it was decided without one


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One oddity of one person: how often, and when last."""

    oddity: Oddity
    actor: AccountId
    count: int
    at_ms: Millis
    author: AccountId | None = None


def anomalies_in(acts: Iterable[StaffAct]) -> list[Anomaly]:
    """What is odd in these, newest first; acts come in the order of time."""
    rising = list(acts)
    found = [*_bursts(rising), *_same_authors(rising), *_hasty(rising)]
    return sorted(found, key=lambda one: (-one.at_ms, one.oddity, one.actor))


def _bursts(acts: list[StaffAct]) -> Iterator[Anomaly]:
    """The greatest number of decisions that each has taken within a minute."""
    recent: defaultdict[AccountId, deque[Millis]] = defaultdict(deque)
    most: dict[AccountId, tuple[int, Millis]] = {}
    for act in acts:
        times = recent[act.actor]
        times.append(act.at_ms)
        while times[0] <= act.at_ms - BURST_MS:
            times.popleft()
        if len(times) >= max(BURST_COUNT, most.get(act.actor, (0, 0))[0]):
            most[act.actor] = len(times), act.at_ms
    for actor, (count, at_ms) in most.items():
        yield Anomaly(Oddity.BURST, actor, count, at_ms)


def _same_authors(acts: list[StaffAct]) -> Iterator[Anomaly]:
    totals: Counter[AccountId] = Counter()
    pairs: Counter[tuple[AccountId, AccountId]] = Counter()
    last: dict[tuple[AccountId, AccountId], Millis] = {}
    for act in acts:
        if act.author is not None:
            totals[act.author] += 1
            pairs[act.actor, act.author] += 1
            last[act.actor, act.author] = act.at_ms
    for (actor, author), count in pairs.items():
        is_most = count * 100 >= totals[author] * SAME_AUTHOR_PERCENT
        if count >= SAME_AUTHOR_COUNT and is_most:
            yield Anomaly(Oddity.SAME_AUTHOR, actor, count, last[actor, author], author)


def _hasty(acts: list[StaffAct]) -> Iterator[Anomaly]:
    counts: Counter[AccountId] = Counter()
    last: dict[AccountId, Millis] = {}
    for act in acts:
        if act.took_ms is not None and act.took_ms < HASTY_MS:
            counts[act.actor] += 1
            last[act.actor] = act.at_ms
    for actor, count in counts.items():
        if count >= HASTY_COUNT:
            yield Anomaly(Oddity.HASTY, actor, count, last[actor])
