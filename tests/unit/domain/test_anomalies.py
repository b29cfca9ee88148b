from danmaku.domain.anomalies import (
    BURST_COUNT,
    BURST_MS,
    HASTY_COUNT,
    HASTY_MS,
    SAME_AUTHOR_COUNT,
    Anomaly,
    Oddity,
    StaffAct,
    anomalies_in,
)
from danmaku.domain.ids import AccountId, Millis

REY, RIA, ANN = AccountId(1), AccountId(2), AccountId(9)


def acts(count, actor=REY, *, every_ms=BURST_MS, author=None, took_ms=None, start_ms=0):
    return [StaffAct(actor, Millis(start_ms + n * every_ms), author, took_ms) for n in range(count)]


def test_ordinary_work_is_not_odd():
    assert anomalies_in(acts(500, took_ms=HASTY_MS)) == []


def test_many_in_one_minute_are_told_once_with_the_most_there_were():
    burst = acts(BURST_COUNT + 5, every_ms=100)

    assert anomalies_in(burst) == [
        Anomaly(Oddity.BURST, REY, BURST_COUNT + 5, burst[-1].at_ms),
    ]
    assert anomalies_in(burst[: BURST_COUNT - 1]) == []


def test_a_minute_is_one_wherever_it_begins():
    every_ms = BURST_MS // (BURST_COUNT - 1) + 1

    assert anomalies_in(acts(500, every_ms=every_ms)) == []


def test_one_who_decides_most_about_one_author_is_told():
    mine = acts(SAME_AUTHOR_COUNT, author=ANN)
    others = acts(SAME_AUTHOR_COUNT, RIA, author=ANN)

    assert anomalies_in(mine) == [
        Anomaly(Oddity.SAME_AUTHOR, REY, SAME_AUTHOR_COUNT, mine[-1].at_ms, ANN)
    ]
    assert anomalies_in([*mine, *others]) == []


def test_decisions_faster_than_anybody_reads_are_told():
    hasty = acts(HASTY_COUNT, took_ms=HASTY_MS - 1)

    assert anomalies_in(hasty) == [Anomaly(Oddity.HASTY, REY, HASTY_COUNT, hasty[-1].at_ms)]
    assert anomalies_in(hasty[1:]) == []


def test_the_newest_come_first():
    early = acts(HASTY_COUNT, took_ms=0)
    late = acts(HASTY_COUNT, RIA, took_ms=0, start_ms=10 * BURST_MS)

    assert [one.actor for one in anomalies_in([*early, *late])] == [RIA, REY]
