from danmaku.filter.findings import Findings, Hit, leftmost_longest, masked
from danmaku.filter.rules import Action, Klass


def hit(start, end, action=Action.MASK, category="c"):
    return Hit("r", category, Klass.HOUSE, action, start, end, "term")


def test_of_overlapping_hits_the_leftmost_longest_is_told():
    assert leftmost_longest([hit(1, 3), hit(0, 2), hit(0, 4), hit(4, 5)]) == (hit(0, 4), hit(4, 5))


def test_a_long_mild_word_never_swallows_a_short_grave_one():
    grave = hit(1, 2, Action.REFUSE)

    assert leftmost_longest([hit(0, 4), grave]) == (hit(0, 4), grave)
    assert leftmost_longest([hit(0, 4, Action.REFUSE), hit(1, 2)]) == (hit(0, 4, Action.REFUSE),)


def test_categories_do_not_hide_each_other():
    other = hit(0, 2, category="d")

    assert leftmost_longest([hit(0, 4), other]) == (hit(0, 4), other)


def test_masks_keep_the_length():
    assert masked("abcd", [hit(1, 3)]) == "a**d"
    assert masked("abcd", [hit(1, 3)], "#") == "a##d"
    assert masked("abcd", []) is None


def test_fault_holds():
    assert Findings.fault("v").action is Action.HOLD
    assert Findings.fault("v").category == "filter_fault"
