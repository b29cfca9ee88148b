import pytest

from danmaku.conformance.reading import judge_numbers
from danmaku.conformance.verdicts import Failed


def entries(*rows):
    return [{"seq": seq, "kind": kind, "number": number} for seq, kind, number in rows]


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (entries((1, "comment", 1), (3, "marker", 2), (4, "comment", 3)), 1),
        (entries((7, "comment", 5), (9, "comment", 6)), None),
        (entries((2, "marker", 1), (5, "marker", 1), (6, "comment", 2)), 1),
        (entries((6, "marker", 1), (7, "comment", 5)), None),
        (entries((3, "recall", 1), (4, "restore", 1)), 1),
    ],
    ids=["whole", "from later on", "restore undone", "undone of earlier", "other kinds"],
)
def test_numbers_are_in_order(told, due):
    judge_numbers(told, due)


@pytest.mark.parametrize(
    ("told", "due", "why"),
    [
        (entries((3, "comment", 1), (3, "comment", 2)), 1, "After seq 3 comes seq 3"),
        (entries((2, "comment", 2)), 1, "has the number 2, not 1"),
        (entries((2, "comment", 4), (3, "comment", 4)), None, "has the number 4, not 5"),
        (entries((2, "comment", 4), (3, "marker", 6)), None, "has the number 6, not 5"),
    ],
    ids=["seq again", "first is missing", "number again", "hole"],
)
def test_numbers_out_of_order_are_found(told, due, why):
    with pytest.raises(Failed, match=why):
        judge_numbers(told, due)
