from dataclasses import replace

import pytest

from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.measures import (
    BASIS_MAX,
    Function,
    Measure,
    Step,
    checked,
    in_force,
    lost_functions,
    require_free,
    stopped_by,
)
from danmaku.errors import BadMessage, Code, Coded

DEMO, FILM = RoomId("demo"), RoomId("film")
SUSPEND = Measure("m1", Step.SUSPEND, "spam", "rule 3", Millis(100), Millis(200))
MUTE = replace(SUSPEND, room=DEMO)
WARN = Measure("m2", Step.WARN, "spam", "rule 3", Millis(100))
CLOSE = Measure("m3", Step.CLOSE, "spam", "rule 3", Millis(100))
FORBID = Measure("m4", Step.FORBID, "fraud", "rule 1", Millis(100))
LIMIT = replace(SUSPEND, step=Step.LIMIT, functions=frozenset({Function.COLORS}))


@pytest.mark.parametrize(("now_ms", "binds"), [(99, False), (100, True), (199, True), (200, False)])
def test_a_measure_begins_and_ends_by_the_time_alone(now_ms, binds):
    assert bool(in_force([SUSPEND], Millis(now_ms))) is binds


@pytest.mark.parametrize(
    ("measures", "room", "code", "until_ms"),
    [
        ([SUSPEND], FILM, Code.ACCOUNT_SUSPENDED, 200),
        ([MUTE], DEMO, Code.MUTED, 200),
        ([WARN], DEMO, Code.WARNING_UNREAD, None),
        ([CLOSE], DEMO, Code.ACCOUNT_SUSPENDED, None),
        ([WARN, MUTE, FORBID, SUSPEND], DEMO, Code.IDENTITY_BARRED, None),
    ],
)
def test_the_gravest_measure_answers(measures, room, code, until_ms):
    with pytest.raises(Coded) as refusal:
        require_free(measures, room, Millis(150))

    assert (refusal.value.code, refusal.value.until_ms) == (code, until_ms)


@pytest.mark.parametrize("measure", [MUTE, LIMIT, replace(SUSPEND, step=Step.DELETE)])
def test_what_does_not_stop_an_account_there_lets_it_pass(measure):
    require_free([measure], FILM, Millis(150))

    assert stopped_by([measure], FILM, Millis(150)) is None


def test_limits_add_up_and_the_longest_one_tells_the_end():
    longer = replace(LIMIT, until_ms=Millis(300))
    other = replace(LIMIT, functions=frozenset({Function.RATE}), room=DEMO)

    assert lost_functions([LIMIT, longer, other], DEMO, Millis(150)) == {
        Function.COLORS: 300,
        Function.RATE: 200,
    }
    assert lost_functions([other], FILM, Millis(150)) == {}
    assert lost_functions([LIMIT, replace(LIMIT, until_ms=None)], DEMO, Millis(150)) == {
        Function.COLORS: None
    }


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SUSPEND, basis=""),
        replace(SUSPEND, basis="x" * (BASIS_MAX + 1)),
        replace(SUSPEND, until_ms=Millis(100)),
        replace(CLOSE, until_ms=Millis(200)),
        replace(WARN, until_ms=Millis(200)),
        replace(LIMIT, functions=frozenset()),
        replace(SUSPEND, functions=frozenset({Function.RATE})),
        replace(SUSPEND, step=Step.DELETE, until_ms=None),
        replace(SUSPEND, step=Step.PAUSE_COMMENTS, room=DEMO, until_ms=None),
        replace(CLOSE, step=Step.CLOSE_COMMENTS),
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(BadMessage):
        checked(wrong)


@pytest.mark.parametrize(
    "right",
    [
        SUSPEND,
        MUTE,
        WARN,
        CLOSE,
        FORBID,
        LIMIT,
        Measure("m", Step.DELETE, "spam", "r", Millis(1), origin=Seq(3), room=DEMO),
        Measure("m", Step.CLOSE_COMMENTS, "spam", "r", Millis(1), room=DEMO),
    ],
)
def test_each_step_can_be_taken(right):
    assert checked(right) is right
