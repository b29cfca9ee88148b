from danmaku.domain.ids import Millis, Number, RoomId, Seq
from danmaku.domain.rule_reports import (
    OTHERS,
    ROOMS_MAX,
    SAMPLE_MAX,
    RuleReport,
    TrackRecord,
    Written,
    hit_in,
    track_records,
)
from danmaku.filter.changes import Change
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action
from danmaku.filter.screen import Screen

SCREEN = Screen(
    parse_rules(
        """
[[rule]]
id = "a"
category = "spam"
class = "negative"
action = "hold"
words = ["buynow"]
[[rule]]
id = "b"
category = "mild"
class = "house"
action = "mask"
words = ["darn"]
"""
    )
)
PASSED = (Action.PASS, None)


def written(text="buynow darn", *, room="r1", stands=True):
    return Written(RoomId(room), Seq(4), Number(2), Millis(86_400_000 * 3 + 5), text, stands)


def noted(*texts, was=PASSED):
    report = RuleReport()
    for text in texts:
        report.note(written(text), was, SCREEN.inspect(text or ""))
    return report


def test_a_report_counts_by_rule_move_room_and_day_and_keeps_no_text():
    report = noted("buynow darn", "hello", "darn", None)

    assert (report.comments, report.erased, report.hits) == (3, 1, 1)
    assert report.changes == {Change.STRICTER: 2, Change.SAME: 1}
    assert report.rules == {"a": {"hold": 1}, "b": {"mask": 2}}
    assert report.moves == {"pass > hold (spam)": 1, "pass > mask (mild)": 1}
    assert (report.rooms, report.days) == ({"r1": 2}, {str(86_400_000 * 3): 2})
    assert "buynow" not in repr(report)


def test_comments_in_which_nobody_finds_anything_count_the_same_one_by_one_and_together():
    together = RuleReport()
    together.note_clean(2)
    together.note_clean(0)

    assert together == noted("hello", "hello again")
    assert noted() == RuleReport()


def test_a_report_stays_small():
    report = RuleReport()
    for n in range(ROOMS_MAX + 10):
        report.note(written(room=f"r{n}"), PASSED, SCREEN.inspect("buynow"))

    assert len(report.sample) == SAMPLE_MAX
    assert len(report.rooms) == ROOMS_MAX + 1
    assert report.rooms[OTHERS] == 10


def test_only_what_stands_and_would_not_pass_is_hit():
    assert hit_in(written(), SCREEN.inspect("buynow darn")).rule_id == "a"
    assert hit_in(written(stands=False), SCREEN.inspect("buynow")) is None
    assert hit_in(written(), SCREEN.inspect("darn")) is None


def test_a_rule_that_is_mostly_overturned_is_pointed_out_first():
    records = track_records({"a": 9, "b": 40}, {"a": 2, "b": 30}, {"a": 4, "c": 1})

    assert [(one.rule_id, one.is_doubtful) for one in records] == [
        ("a", True),
        ("c", False),
        ("b", False),
    ]
    assert TrackRecord("d", 3, 0, 0).share is None
