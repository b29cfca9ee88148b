"""Lengths of time, and moments and days of the calendar as `Millis`; every day is one of UTC."""

from datetime import UTC, date, datetime
from typing import Final

from danmaku.domain.ids import Millis

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
DAY_S: Final = DAY_MS // 1000


def at_ms_of(moment: datetime) -> Millis:
    """A moment; one without a zone is meant in UTC."""
    return Millis(int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000))


def day_of(at_ms: int) -> date:
    """The day that a moment falls on."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()


def begin_ms_of(day: date) -> Millis:
    """When a day begins."""
    return at_ms_of(datetime(day.year, day.month, day.day, tzinfo=UTC))


def end_ms_of(day: date) -> Millis:
    """When a day is over."""
    return Millis(begin_ms_of(day) + DAY_MS)  # there is no day after the last of the calendar
