from bench.checker import Batch
from tests.live.fold import Fold

COMMENT = {"kind": "comment", "seq": 2, "number": 1, "at_ms": 5, "position_ms": 7, "text": "hi"}
RECALL = {"kind": "recall", "seq": 3, "number": 1, "by": "author", "category": None}
MARKER = {"kind": "marker", "seq": 2, "number": 1, "at_ms": 5, "position_ms": 7} | {
    "by": "author",
    "category": None,
}


def test_live_and_late_readers_of_a_recalled_comment_agree():
    live, late = Fold(), Fold([MARKER])

    live.apply(Batch(1, 3, (COMMENT, RECALL)))

    assert live.items == late.items


def test_a_restored_comment_is_shown_as_before():
    recalled, untouched = Fold([COMMENT]), Fold([COMMENT])

    recalled.apply(Batch(2, 4, (RECALL, COMMENT | {"kind": "restore", "seq": 4})))

    assert recalled.items == untouched.items


def test_a_recall_of_what_is_not_on_the_page_changes_nothing():
    fold = Fold()

    fold.apply(Batch(2, 3, (RECALL,)))

    assert fold.items == {}
