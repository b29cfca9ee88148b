"""Credit: what an account's own record says of it, as a score and a level.

A pure function of the ledger and of the time. Nothing is taken back by hand: a measure that is
reversed is not in the ledger any more, and what it has cost is back to the point.

Article: articles.Article.CREDIT_LEVELS
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

import msgspec

from danmaku.domain.categories import class_of
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.levels import Formula
from danmaku.domain.measures import ROOM_STEPS, Function, Measure, Step, in_force
from danmaku.domain.times import DAY_MS
from danmaku.filter.rules import Klass

SURVEY_MS: Final = 600_000
"""So long whoever reckons everybody is believed to be at it, and has no need to do it again."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What credit is reckoned from.

    Attributes:
        clean: By day (UTC, days since 1970): the account's comments of that day that stand.
        measures: Against the account, but for those that were reversed.
    """

    clean: Mapping[int, int] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An account's ledger, and what was last made of it.

    Attributes:
        version: The account's, read no later than the ledger: what is decided on both is refused
            once the platform has said anything new about the account.
        level: None: it was never entered, and is that of a new account.
    """

    account: AccountId
    login: str
    version: Seq
    ledger: Ledger
    level: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One reason for a score."""

    points: int  # below 0: they are lost for now
    at_first: int = 0  # what the measure has cost on its first day
    measure: Measure | None = None  # None: for clean comments
    klass: Klass | None = None
    gone_ms: Millis | None = None  # when nothing of it is left


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What came of a ledger."""

    score: int
    level: int
    lines: tuple[Line, ...]
    asked_of_next: int | None  # the score at which the next level begins; None: there is none
    frozen_since_ms: Millis | None = None  # a measure has it stand still


@dataclass(frozen=True, slots=True)
class Way:
    """What would lead to the next level.

    Attributes:
        missing: Points.
        waiting_ms: When waiting alone leads there, since what is lost comes back; None: it never
            does.
        clean_days: Days with as many clean comments as count that lead there; None: no number does.
    """

    missing: int
    waiting_ms: Millis | None
    clean_days: int | None


def way_up(ledger: Ledger, formula: Formula, now_ms: Millis) -> Way | None:
    """How the next level is reached; None: there is none, or a measure holds the level."""
    reckoning = reckon(ledger, formula, now_ms)
    if reckoning.asked_of_next is None or reckoning.frozen_since_ms is not None:
        return None
    earned = _earned(ledger, formula, now_ms).points
    asked = reckoning.asked_of_next - formula.start - earned
    missing = asked - _lost(ledger, formula, now_ms)
    can_earn = formula.day_max > 0 and missing <= formula.earned_max - earned
    return Way(
        missing=missing,
        waiting_ms=_regained_ms(ledger, formula, now_ms, asked),
        clean_days=-(-missing // formula.day_max) if can_earn else None,
    )


def _lost(ledger: Ledger, formula: Formula, at_ms: Millis) -> int:
    return sum(line.points for line in _losses(ledger, formula, at_ms))


def _regained_ms(ledger: Ledger, formula: Formula, now_ms: Millis, asked: int) -> Millis | None:
    """On which day no more is lost than `asked`, which is below 0 or cannot be reached."""
    if asked > 0:
        return None

    def lost_in(days: int) -> int:
        return _lost(ledger, formula, Millis(now_ms + days * DAY_MS))

    longest = max(formula.illegal.days, formula.negative.days, formula.house.days)
    days = bisect_left(range(longest), asked, key=lost_in)
    return Millis(now_ms + days * DAY_MS)


def reckon(ledger: Ledger, formula: Formula, now_ms: Millis) -> Reckoning:
    """Work out an account's score and level.

    A day counts once it is over, so that a level does not change between two comments.
    """
    frozen_ms = _frozen_since(ledger.measures, now_ms)
    at_ms = now_ms if frozen_ms is None else frozen_ms
    lines = (_earned(ledger, formula, at_ms), *_losses(ledger, formula, at_ms))
    score = max(0, formula.start + sum(line.points for line in lines))
    level = formula.level_at(score)
    above = formula.levels[level + 1 : level + 2]
    return Reckoning(
        score=score,
        level=level,
        lines=tuple(line for line in lines if line.points),
        asked_of_next=above[0].score_min if above else None,
        frozen_since_ms=frozen_ms,
    )


def _frozen_since(measures: Iterable[Measure], now_ms: Millis) -> Millis | None:
    """When the earliest measure in force began that has the level stand still."""
    return min(
        (one.from_ms for one in in_force(measures, now_ms) if Function.LEVEL in one.functions),
        default=None,
    )


def _earned(ledger: Ledger, formula: Formula, at_ms: Millis) -> Line:
    today = at_ms // DAY_MS
    points = sum(
        min(comments, formula.day_max)
        for day, comments in ledger.clean.items()
        if today - formula.memory_days <= day < today
    )
    return Line(min(points, formula.earned_max))


def _losses(ledger: Ledger, formula: Formula, at_ms: Millis) -> Iterator[Line]:
    """One line an offence: of several measures about one comment, the one that costs most now."""
    offences: dict[str | tuple[RoomId, Seq], Line] = {}
    for measure in ledger.measures:
        if measure.from_ms > at_ms or not _is_violation(measure):
            continue
        key: str | tuple[RoomId, Seq] = measure.measure_id
        if measure.room is not None and measure.origin is not None:
            key = (measure.room, measure.origin)
        line = _loss(measure, formula, at_ms)
        offences[key] = min(line, offences.get(key, line), key=lambda it: it.points)
    yield from offences.values()


_NOT_OF_COMMENTS = frozenset({Function.LEVEL, Function.REPORTS})


def _is_violation(measure: Measure) -> bool:
    """Whether the platform stands behind it: what a room's keepers do in it is their own matter."""
    is_mute = measure.step is Step.SUSPEND and measure.room is not None
    is_of_the_room = is_mute or measure.step is Step.HIDE
    is_no_comments = bool(measure.functions) and measure.functions <= _NOT_OF_COMMENTS
    return measure.step not in ROOM_STEPS and not is_of_the_room and not is_no_comments


def _loss(measure: Measure, formula: Formula, at_ms: Millis) -> Line:
    klass = class_of(measure.category)
    worth = formula.worth(klass)
    left_days = max(0, worth.days - (at_ms - measure.from_ms) // DAY_MS)
    return Line(
        points=-(worth.points * left_days // worth.days),
        at_first=-worth.points,
        measure=measure,
        klass=klass,
        gone_ms=Millis(measure.from_ms + worth.days * DAY_MS),
    )


# --- everybody, once


class Turn(Enum):
    """Whether to reckon everybody now: of several processes on one record, one does."""

    YOURS = auto()
    TAKEN = auto()  # by somebody who may yet give up: ask again
    OVER = auto()  # it was done a moment ago


class SurveyNote(msgspec.Struct, frozen=True):
    """Who reckons everybody, as the record keeps it: for which day and formula, and since when."""

    mark: str
    at_ms: Millis  # when it began, or ended
    is_over: bool


def turn_after(note: SurveyNote | None, mark: str, now_ms: Millis) -> Turn:
    """Whose turn it is.

    What was done some time ago is done again for whoever asks: a process asks when it starts, and
    the one before it may have died with accounts that were still to be settled.
    """
    if note is None or note.mark != mark or not 0 <= now_ms - note.at_ms < SURVEY_MS:
        return Turn.YOURS
    return Turn.OVER if note.is_over else Turn.TAKEN
