from dataclasses import replace

import pytest

from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import Control
from danmaku.domain.delay import (
    DELAY_CATEGORY,
    appearing,
    kept_back,
    may_appear,
    put_off,
    text_of,
)
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.looks import Look
from danmaku.domain.measures import Step
from danmaku.domain.room import ReviewMode, RoomPolicy, RoomState, Status
from danmaku.filter.findings import Findings
from danmaku.filter.rules import Action
from tests.contract.facts import ANN, DEMO, measure, published
from tests.unit.domain.test_grants import standing_of

NOW = Millis(1_000)
ANN_NOW = standing_of(ANN)
DELAYED = RoomState("A room", policy=RoomPolicy(mode=ReviewMode.DELAYED, delay_ms=3_000))
WAITING = put_off(published(author=ANN))
ORIGIN = Seq(7)


def with_mode(mode):
    return replace(DELAYED, policy=replace(DELAYED.policy, mode=mode))


def look(action=Action.PASS, *, masked=None):
    category = None if action is Action.PASS else "spam"
    return Look(Findings(action, category, None, (), "newer", masked), 9)


def test_what_waits_its_time_appears_as_it_would_have_and_is_not_late():
    appears = appearing(WAITING, ORIGIN, look())

    assert WAITING.category == DELAY_CATEGORY
    assert isinstance(appears, CommentPublished)
    said = published(author=ANN)
    assert appears == replace(said, origin=ORIGIN, late=False, verdict=appears.verdict)


def test_the_rules_that_it_appears_by_are_those_of_that_moment():
    assert appearing(WAITING, ORIGIN, look()).verdict.ruleset == "newer"


def test_what_the_rules_mask_by_then_appears_masked_and_its_text_is_kept():
    appears = appearing(WAITING, ORIGIN, look(Action.MASK, masked="*****"))

    assert appears.content == replace(WAITING.content, text="*****")
    assert appears.verdict.original == WAITING.content.text


def test_what_was_masked_is_asked_about_as_it_was_said():
    masked = replace(WAITING, verdict=replace(WAITING.verdict, original="in full"))

    assert (text_of(WAITING), text_of(masked)) == (WAITING.content.text, "in full")


@pytest.mark.parametrize(
    ("action", "kind"), [(Action.HOLD, CommentHeld), (Action.REFUSE, CommentRefused)]
)
def test_what_the_rules_stop_by_then_does_not_appear(action, kind):
    stopped = appearing(WAITING, ORIGIN, look(action))

    assert type(stopped) is kind
    assert (stopped.category, stopped.origin, stopped.author) == ("spam", ORIGIN, ANN)
    assert stopped.content == WAITING.content


def test_what_is_kept_back_waits_for_a_person():
    kept = kept_back(WAITING, ORIGIN)

    assert kept == replace(WAITING, category=REVIEW_CATEGORY, origin=ORIGIN)


@pytest.mark.parametrize(
    ("state", "appears"),
    [
        (DELAYED, True),
        (with_mode(ReviewMode.MACHINE), True),
        (with_mode(ReviewMode.EVERY), False),
        (with_mode(ReviewMode.CLOSED), False),
        (replace(DELAYED, news=True), False),
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
        (replace(ANN_NOW, level=0), False),
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


def test_a_control_that_puts_all_off_lets_it_appear():
    conditions = Conditions(controls=(Control(None, ReviewMode.DELAYED, Millis(NOW + 1)),))

    assert may_appear(ANN_NOW, DEMO, with_mode(ReviewMode.MACHINE), conditions, NOW)
