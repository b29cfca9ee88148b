import numpy as np
import pytest

from bench.checker import Batch
from bench.latency import Delivery, Slot, Times, receipts_by_slot

MS = 1_000_000
S = 1_000 * MS


def delivery(*texts, at_ms):
    entries = tuple({"kind": "comment", "seq": n, "text": t} for n, t in enumerate(texts, start=1))
    at_ns = np.array([round(ms * MS) for ms in at_ms], np.int64)
    return Delivery(Batch(0, len(texts), entries), at_ns, bytes_count=1)


def times_of(*deliveries, due_ms, end_s=10):
    times = Times(0, end_s * S)
    due_ns = {text: round(ms * MS) for text, ms in due_ms.items()}
    times.take(deliveries, lambda entry: due_ns.get(entry["text"]))
    return times


def test_every_viewer_and_every_comment_counts_from_its_planned_moment():
    times = times_of(delivery("a", "b", at_ms=[30, 50]), due_ms={"a": 10, "b": 20}).histogram()

    assert times.get_total_count() == 4
    assert times.get_max_value() == pytest.approx(40_000, rel=0.01)
    assert times.get_min_value() == pytest.approx(10_000, rel=0.01)


def test_entries_that_nobody_planned_do_not_count():
    assert times_of(delivery("x", at_ms=[1]), due_ms={}).histogram().get_total_count() == 0


def test_what_was_planned_before_the_time_or_after_it_does_not_count():
    times = times_of(delivery("a", "b", at_ms=[2_500]), due_ms={"a": -1, "b": 2_000}, end_s=2)

    assert times.histogram().get_total_count() == 0


def test_a_slow_second_shows_in_its_own_part_of_the_run():
    times = times_of(
        delivery("a", at_ms=[11] * 99),
        delivery("b", at_ms=[3_500] * 3),
        due_ms={"a": 1, "b": 2_500},
    )

    assert times.slots() == [
        Slot(0.0, 99, pytest.approx(10)),
        Slot(2.0, 3, pytest.approx(1_000)),
    ]


def test_the_99th_percentile_leaves_one_in_a_hundred_out():
    [slot] = times_of(delivery("a", at_ms=[10] * 99 + [900]), due_ms={"a": 0}).slots()

    assert slot.p99_ms == pytest.approx(10)


def test_receipts_are_counted_by_the_second_in_which_they_came():
    came = [delivery("a", "b", at_ms=[10, 1_500]), delivery("c", at_ms=[-1, 1_999, 2_000])]

    assert receipts_by_slot(came, 0, 2 * S) == [2, 3]
