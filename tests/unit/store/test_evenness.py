from contextlib import closing

from danmaku.domain.facts import Hit, Verdict
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.filter.rules import FAULT_CATEGORY, ROOM_CATEGORY
from danmaku.store.evenness import Difference, Walk, Word
from danmaku.store.verdicts import Judged

ROOM, OTHER = RoomId("demo"), RoomId("film")


def judged(origin, text, action="pass", category=None, *, room=ROOM, **of_verdict):
    verdict = Verdict(
        **{"ruleset": "v1", "action": action, "category": category, "micros": 9} | of_verdict
    )
    return Judged(room, Seq(origin), None, Millis(5), text, verdict, None, None)


def walked(folder, *comments):
    with closing(Walk(folder)) as walk:
        found = list(walk.differences(comments))
        return found, (walk.compared_count, walk.texts_count, walk.left_out_count)


def test_one_text_that_was_judged_in_two_ways_is_found_wherever_it_was_said(tmp_path):
    found, counts = walked(
        tmp_path,
        judged(1, "a", "hold", "spam"),
        judged(2, "b"),
        judged(3, "a", "hold", "spam"),
        judged(4, "a", room=OTHER),
    )

    first, other = Word(ROOM, Seq(1), "hold (spam)"), Word(OTHER, Seq(4), "pass")
    assert found == [Difference("v1", first, other)]
    assert counts == (4, 2, 0)


def test_other_rules_may_say_otherwise(tmp_path):
    found, _ = walked(tmp_path, judged(1, "a"), judged(2, "a", "hold", "spam", ruleset="v2"))

    assert found == []


def test_what_is_erased_or_met_a_fault_is_left_out(tmp_path):
    erased = Judged(ROOM, Seq(1), None, Millis(5), None, None, None, None)

    found, counts = walked(tmp_path, erased, judged(2, "a"), judged(3, "a", "hold", FAULT_CATEGORY))

    assert (found, counts) == ([], (1, 1, 2))


def test_what_others_than_the_rules_have_added_makes_no_difference(tmp_path):
    own = Hit("own", ROOM_CATEGORY, "hold", 0, 1)
    crowd = Hit("cluster/x", "flood", "hold", 0, 1)

    found, _ = walked(
        tmp_path,
        judged(1, "a"),
        judged(2, "a", "hold", ROOM_CATEGORY, hits=(own,)),
        judged(3, "a", hits=(crowd,)),
    )

    assert found == []
