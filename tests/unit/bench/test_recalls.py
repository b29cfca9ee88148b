"""A text that comes out after its recall is found, wherever; one that may come is not."""

import pytest

from bench.checker import Batch, Joined, Law
from bench.recalls import Recalled, Shown, shown_to, shown_too_late

GONE = Recalled("oh no", acked_ns=100)
BACK = Recalled("oh no", acked_ns=100, restored_ns=300)


@pytest.mark.parametrize(
    ("recall", "shown", "is_wrong"),
    [
        (GONE, Shown("list", 90, "<li>oh no</li>"), False),
        (GONE, Shown("list", 109, "<li>oh no</li>"), False),
        (GONE, Shown("list", 111, "<li>oh no</li>"), True),
        (GONE, Shown("list", 111, "<li>recalled</li>"), False),
        (BACK, Shown("list", 299, "<li>oh no</li>"), True),
        (BACK, Shown("list", 300, "<li>oh no</li>"), False),
    ],
)
def test_what_is_given_out_around_a_recall(recall, shown, is_wrong):
    laws = [finding.law for finding in shown_too_late([recall], [shown], grace_ns=10)]

    assert laws == [Law.SHOWN_AFTER_RECALL] * is_wrong


def test_what_came_over_a_socket_counts_from_when_it_was_heard():
    batch = Batch(1, 3, ({"kind": "comment", "text": "oh no"}, {"kind": "recall", "number": 1}))

    showings = list(shown_to("ann", [Joined(None, 1), batch], [5, 120]))

    assert showings == [Shown("ann", 120, "oh no"), Shown("ann", 120, "")]
    assert len(shown_too_late([GONE], showings, grace_ns=10)) == 1
