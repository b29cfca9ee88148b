import pytest

from danmaku.domain.ids import Millis, Seq
from danmaku.gateway.dialects.danmaku_v1 import JsonDialect
from danmaku.gateway.outbox import (
    Even,
    FromRecord,
    FromRing,
    Known,
    Outbox,
    Reset,
    Wait,
    opening_of,
)

KNOWN = Known(epoch="now", top=Seq(12_012), flushed=Seq(12_000))


def outbox(position, *, replays=True, stalled=False):
    it = Outbox([].append, [].append, dialect=JsonDialect(), deflate=False)
    it.position = Seq(position)
    it.replays = replays
    if stalled:
        it.stall(Millis(1_000))
    return it


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (outbox(100), Even()),
        (outbox(101), Wait()),
        (outbox(100, stalled=True), Wait()),
        (outbox(60, stalled=True), Wait()),
        (outbox(60), FromRing(Seq(60), Seq(100))),
        (outbox(50), FromRing(Seq(50), Seq(100))),
        (outbox(60, replays=False), FromRing(Seq(60), Seq(100))),
        (outbox(49), FromRecord(Seq(49), Seq(50), skips=False)),
        (outbox(49, replays=False), FromRecord(Seq(49), Seq(100), skips=True)),
        (outbox(20), FromRecord(Seq(20), Seq(50), skips=False)),
        (outbox(19), FromRecord(Seq(19), Seq(100), skips=True)),
    ],
)
def test_what_a_viewer_needs_next(viewer, expected):
    assert viewer.step(floor=Seq(50), flushed=Seq(100), replay_max=80) == expected


def test_a_viewer_who_has_room_again_goes_on():
    viewer = outbox(60, stalled=True)

    viewer.resume()

    assert viewer.step(floor=Seq(50), flushed=Seq(100), replay_max=80) != Wait()


def test_only_a_viewer_who_takes_nothing_for_long_is_hopeless():
    viewer = outbox(60, stalled=True)

    assert not viewer.is_hopeless(Millis(31_000), 30_000)
    assert viewer.is_hopeless(Millis(31_001), 30_000)
    viewer.resume()
    assert not viewer.is_hopeless(Millis(99_000), 30_000)


@pytest.mark.parametrize(
    ("since", "epoch", "expected"),
    [
        (None, None, 12_000),
        (None, "old", 12_000),
        (0, None, Reset("too_far")),
        (1_999, "now", Reset("too_far")),
        (2_000, "now", 2_000),
        (12_000, None, 12_000),
        (12_012, None, 12_012),
        (12_013, None, Reset("epoch")),
        (11_000, "old", Reset("epoch")),
        (0, "old", Reset("epoch")),
    ],
)
def test_where_a_viewer_begins(since, epoch, expected):
    assert opening_of(KNOWN, since, epoch, replay_max=10_000) == expected
