from array import array

import pytest

from bench.checker import Batch
from bench.crowd import Delivery
from bench.latency import end_to_end

MS = 1_000_000


def delivery(*texts, at_ms):
    entries = tuple({"kind": "comment", "seq": n, "text": t} for n, t in enumerate(texts, start=1))
    at_ns = array("q", [round(ms * MS) for ms in at_ms])
    return Delivery(Batch(0, len(texts), entries), bytes_count=1, at_ns=at_ns)


def test_every_viewer_and_every_comment_counts_from_its_planned_moment():
    times = end_to_end([delivery("a", "b", at_ms=[30, 50])], {"a": 10 * MS, "b": 20 * MS})

    assert times.get_total_count() == 4
    assert times.get_max_value() == pytest.approx(40_000, rel=0.01)
    assert times.get_min_value() == pytest.approx(10_000, rel=0.01)


def test_entries_that_nobody_planned_do_not_count():
    assert end_to_end([delivery("x", at_ms=[1])], {}).get_total_count() == 0
