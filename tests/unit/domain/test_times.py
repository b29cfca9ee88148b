from datetime import UTC, date, datetime, timedelta, timezone

from danmaku.domain.times import DAY_MS, at_ms_of, begin_ms_of, day_of, end_ms_of


def test_a_moment_without_a_zone_is_meant_in_utc():
    noon = datetime(2026, 1, 31, 12)  # noqa: DTZ001 -- the very thing
    in_china = noon.replace(hour=20, tzinfo=timezone(timedelta(hours=8)))

    assert at_ms_of(noon) == at_ms_of(noon.replace(tzinfo=UTC)) == at_ms_of(in_china)


def test_a_day_begins_when_the_day_before_is_over():
    day = date(2024, 2, 29)

    assert begin_ms_of(day) == end_ms_of(date(2024, 2, 28)) == end_ms_of(day) - DAY_MS
    assert (day_of(begin_ms_of(day)), day_of(end_ms_of(day) - 1)) == (day, day)


def test_the_last_day_of_the_calendar_ends():
    assert end_ms_of(date.max) == begin_ms_of(date.max) + DAY_MS
