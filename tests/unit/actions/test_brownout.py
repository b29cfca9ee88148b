"""The level follows the delays that the house measures of itself, unless it is forced."""

import pytest

from danmaku.actions.brownout import RECENT_MS, BrownOut
from danmaku.config import BrownoutSettings
from danmaku.domain.brownout import SEEN_MIN, Shed
from danmaku.domain.ids import Millis
from danmaku.telemetry import Newest, Telemetry

LATE_S = 60.0


class Watched:
    """A brown-out whose clock is set by hand."""

    def __init__(self, **settings):
        self.now_ms = 1_000_000
        self.memory_pct = 0.0
        self.telemetry = Telemetry()
        for stage in ("newest_lags", "newest_commits", "newest_fanouts"):
            setattr(self.telemetry, stage, Newest(lambda: self.now_ms / 1000))
        self.it = BrownOut(
            BrownoutSettings(**settings),
            steady=lambda: Millis(self.now_ms),
            telemetry=self.telemetry,
            memory_pct=lambda: self.memory_pct,
        )

    @property
    def shown(self):
        lines = self.telemetry.exposition().decode().splitlines()
        [line] = [line for line in lines if line.startswith("danmaku_brownout_level ")]
        return float(line.split()[1])

    def look(self, *, after_ms=0):
        self.now_ms += after_ms
        self.it.look()
        return self.it.level


@pytest.mark.parametrize("stage", ["lag", "commit", "fanout"])
def test_each_stage_that_is_late_raises_the_level(stage):
    watched = Watched()
    note = {
        "lag": watched.telemetry.note_lag,
        "commit": lambda delay_s: watched.telemetry.note_commit(1, 0.0, delay_s),
        "fanout": watched.telemetry.note_fanout,
    }[stage]
    for _ in range(SEEN_MIN):
        note(LATE_S)

    assert watched.look() == 4
    assert watched.shown == 4.0


def test_memory_in_use_raises_the_level_before_there_is_none_left():
    watched = Watched(memory_pct=(50, 60, 70, 80))

    levels = []
    for watched.memory_pct in (49.0, 50.0, 70.0, 80.0):
        levels.append((watched.look(), watched.it.is_out_of_memory()))

    assert levels == [(0, False), (1, False), (3, False), (4, True)]


def test_no_level_that_is_held_lets_more_in_than_the_memory_bears():
    watched = Watched(forced_level=0, memory_pct=(50, 60, 70, 80))
    watched.memory_pct = 80.0

    assert watched.look() == 0
    assert watched.it.is_out_of_memory()


def test_what_was_late_a_while_ago_says_nothing_of_now():
    watched = Watched(quiet_ms=1_000)
    for _ in range(SEEN_MIN):
        watched.telemetry.note_lag(LATE_S)
    watched.look()

    levels = [watched.look(after_ms=RECENT_MS + 1) for _ in range(4)]

    assert levels == [3, 2, 1, 0]


def test_a_held_level_holds_whatever_the_load():
    watched = Watched(forced_level=0)
    for _ in range(SEEN_MIN):
        watched.telemetry.note_lag(LATE_S)
    assert watched.look() == 0

    watched.it.force(2, 60_000)
    assert (watched.it.level, watched.shown) == (2, 2.0)

    watched.it.let_go()
    assert watched.it.level == 0  # as the settings hold it


def test_a_level_that_somebody_holds_ends_by_itself():
    watched = Watched()
    watched.it.force(3, 60_000)

    levels = [watched.look(after_ms=after_ms) for after_ms in (59_000, 1_000)]

    assert levels == [3, 0]


def test_each_level_sheds_what_the_ones_below_it_shed_and_one_thing_more():
    sheds = {}
    for level in range(5):
        sheds[level] = [what for what in Shed if Watched(forced_level=level).it.sheds(what)]

    assert sheds == {level: list(Shed)[:level] for level in range(5)}
