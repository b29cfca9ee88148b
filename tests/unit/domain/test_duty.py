from danmaku.domain.duty import Duty, duty_of, share_of
from danmaku.domain.ids import Millis
from danmaku.domain.keeping import ANSWER_WITHIN_MS

NOW = Millis(1_000_000_000)
FILED = Millis(NOW - ANSWER_WITHIN_MS)


def test_each_report_counts_once_and_by_its_time():
    reports = [
        (FILED, FILED + 1000),  # in time
        (FILED, FILED + 3000),
        (FILED, FILED + ANSWER_WITHIN_MS),  # a moment late
        (FILED, None),  # the platform's by now
        (FILED + 1, None),  # still the room's
    ]

    assert duty_of(reports, NOW) == Duty(
        filed=5, answered=2, late=1, overdue=1, waiting=1, median_ms=3000
    )


def test_a_room_without_reports_has_done_its_duty():
    assert duty_of([], NOW) == Duty(0, 0, 0, 0, 0, None)


def test_share_counts_what_was_hidden_of_what_was_ever_published():
    share = share_of(400, {"spoiler": 2, "attack": 1})

    assert (share.hidden, share.permille) == (3, 7)
    assert list(share.by_category) == ["attack", "spoiler"]


def test_a_room_in_which_nothing_was_published_has_hidden_nothing():
    assert share_of(0, {}).permille == 0
