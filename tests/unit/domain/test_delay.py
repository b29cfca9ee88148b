from dataclasses import replace

import pytest

from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import Control
from danmaku.domain.delay import DELAY_CATEGORY, appearing, appears_ms, may_appear, put_off
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.measures import Step
from danmaku.domain.room import ReviewMode, RoomPolicy, RoomState, Status
from tests.contract.facts import ANN, DEMO, held, measure, published
from tests.unit.domain.test_grants import standing_of

NOW = Millis(1_000)
ANN_NOW = standing_of(ANN)
DELAYED = RoomState("A room", policy=RoomPolicy(mode=ReviewMode.DELAYED, delay_ms=3_000))


def with_mode(mode):
    return replace(DELAYED, policy=replace(DELAYED.policy, mode=mode))


def test_what_waits_its_time_appears_as_it_would_have_and_is_not_late():
    judgement = published(author=ANN)

    waiting = put_off(judgement)

    assert waiting.category == DELAY_CATEGORY
    assert appearing(waiting, Seq(7)) == replace(judgement, origin=Seq(7), late=False)


def test_its_time_counts_from_when_it_came_in():
    assert appears_ms(put_off(published()), DELAYED) == 5 + 3_000


def test_what_is_held_for_its_words_never_appears_by_itself():
    assert appears_ms(held(), DELAYED) is None


@pytest.mark.parametrize(
    ("state", "appears"),
    [
        (DELAYED, True),
        (with_mode(ReviewMode.MACHINE), True),
        (with_mode(ReviewMode.EVERY), False),
        (with_mode(ReviewMode.CLOSED), False),
        (replace(DELAYED, status=Status.PAUSED), False),
        (replace(DELAYED, status=Status.CLOSED), False),
        (replace(DELAYED, paused_until_ms=Millis(NOW + 1)), False),
        (replace(DELAYED, paused_until_ms=NOW), True),
    ],
)
def test_a_room_that_has_become_stricter_keeps_it(state, appears):
    assert may_appear(ANN_NOW, DEMO, state, Conditions(), NOW) is appears


@pytest.mark.parametrize(
    ("who", "appears"),
    [
        (ANN_NOW, True),
        (replace(ANN_NOW, is_closed=True), False),
        (replace(ANN_NOW, measures=(measure(step=Step.SUSPEND),)), False),
        (replace(ANN_NOW, measures=(measure(step=Step.WARN),)), False),
    ],
)
def test_an_author_who_has_been_stopped_meanwhile_is_heard_no_more(who, appears):
    assert may_appear(who, DEMO, DELAYED, Conditions(), NOW) is appears


@pytest.mark.parametrize(
    ("scope", "until_ms", "appears"),
    [
        (None, NOW + 1, False),
        (DEMO, NOW + 1, False),
        (RoomId("film"), NOW + 1, True),
        (None, NOW, True),
    ],
)
def test_an_emergency_control_keeps_it(scope, until_ms, appears):
    conditions = Conditions(controls=(Control(scope, ReviewMode.EVERY, Millis(until_ms)),))

    assert may_appear(ANN_NOW, DEMO, DELAYED, conditions, NOW) is appears
