from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.delay import DELAY_CATEGORY
from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, Millis, Number, RoomId, Seq
from danmaku.domain.patrol import (
    STEP_MS,
    Pulse,
    Sign,
    Tally,
    is_sampled,
    risk_of,
    sign_of,
)
from tests.contract.facts import DEMO, held, published, recalled, reported

NOW = Millis(10_000_000)
COUNTS = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("pulse", "risk"),
    [
        (Pulse(), 0),
        (Pulse(published=5, usual=5.0, published_long=50), 0),
        (Pulse(reported=1, published_long=1), 25),  # one among few is half of what counts in full
        (Pulse(reported=10, published_long=100), 50),
        (Pulse(published=5, held=5), 30),
        (Pulse(published=50, usual=5.0, published_long=100), 20),
        (Pulse(published=500, held=500, usual=1.0, published_long=600, reported=60), 100),
    ],
)
def test_the_risk_of_a_room(pulse, risk):
    assert risk_of(pulse) == risk


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_report_or_a_held_one_more_never_lowers_it(published, held_count, long, reported_count):
    pulse = Pulse(published, held_count, long / 10, published + long, reported_count)
    more = Pulse(published, held_count + 1, long / 10, published + long, reported_count + 1)
    assert 0 <= risk_of(pulse) <= risk_of(more) <= 100


def test_ten_minutes_are_counted_and_the_last_of_them_apart():
    tally = Tally()
    tally.note(Sign.PUBLISHED, Millis(NOW - 11 * 60_000))
    for _ in range(9):
        tally.note(Sign.PUBLISHED, Millis(NOW - 5 * 60_000))
    tally.note(Sign.REPORTED, Millis(NOW - 2 * 60_000))
    tally.note(Sign.PUBLISHED, NOW)
    tally.note(Sign.HELD, Millis(NOW - STEP_MS))  # a clock that ran backwards

    assert tally.pulse(NOW) == Pulse(published=1, held=1, usual=1.0, published_long=10, reported=1)


def test_what_says_something_of_a_room():
    def entry(fact, chain=DEMO):
        return Entry(chain, Seq(1), NOW, fact)

    assert sign_of(entry(published())) == (DEMO, Sign.PUBLISHED)
    assert sign_of(entry(published(origin=Seq(1)))) is None  # approved: it is no burst
    appeared = replace(published(origin=Seq(1)), late=False)
    assert sign_of(entry(appeared)) == (DEMO, Sign.PUBLISHED)  # its delay was over
    assert sign_of(entry(held())) == (DEMO, Sign.HELD)
    assert sign_of(entry(replace(held(), category=DELAY_CATEGORY))) is None
    assert sign_of(entry(reported(), PLATFORM)) == (DEMO, Sign.REPORTED)
    assert sign_of(entry(recalled())) is None


def test_the_sample_is_the_same_for_all_and_about_as_large_as_asked():
    drawn = [n for n in range(20_000) if is_sampled(DEMO, Number(n), 10)]

    assert 150 < len(drawn) < 250
    assert drawn == [n for n in range(20_000) if is_sampled(DEMO, Number(n), 10)]
    assert drawn != [n for n in range(20_000) if is_sampled(RoomId("other"), Number(n), 10)]
    assert not any(is_sampled(DEMO, Number(n), 0) for n in range(100))
    assert all(is_sampled(DEMO, Number(n), 1000) for n in range(100))
