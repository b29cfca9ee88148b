from dataclasses import replace

import pytest

from danmaku.domain.ids import Millis
from danmaku.domain.training import (
    AGAIN_AFTER_MS,
    Question,
    QuestionSet,
    Trained,
    checked,
    judged,
    require_again,
    require_trained,
)
from danmaku.errors import BadMessage, Code, Coded

NOW = Millis(1_000_000)


def question(category="spam", right=0):
    return Question(category, "问", "Asked", ("甲", "乙"), ("one", "two"), right)


def questions(*asked, percent=80):
    return QuestionSet(1, percent, asked or (question(),))


@pytest.mark.parametrize(("right", "has_passed"), [(5, True), (4, True), (3, False), (0, False)])
def test_four_of_five_pass_where_eighty_of_a_hundred_must_be_right(right, has_passed):
    asked = questions(*(question() for _ in range(5)))

    result = judged(asked, [0] * right + [1] * (5 - right))

    assert (result.right_count, result.asked_count) == (right, 5)
    assert result.has_passed is has_passed


def test_what_was_missed_is_named_by_its_category():
    asked = questions(question("spam"), question("privacy", right=1))

    assert judged(asked, [0, 0]).missed == {"privacy"}


@pytest.mark.parametrize("answers", [[], [0], [0, 0, 0]])
def test_each_question_is_answered(answers):
    with pytest.raises(BadMessage):
        judged(questions(question(), question()), answers)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(questions(), version=0),
        replace(questions(), pass_percent=0),
        replace(questions(), pass_percent=101),
        replace(questions(), questions=()),
        replace(questions(), questions=(question(),) * 101),
        questions(question("nonsense")),
        questions(question(right=2)),
        questions(question(right=-1)),
        questions(replace(question(), choices_zh=("甲",), choices_en=("one",))),
        questions(replace(question(), choices_en=("one",))),
        questions(replace(question(), ask_en="")),
        questions(replace(question(), choices_zh=("甲", "x" * 501))),
    ],
)
def test_a_set_out_of_bounds_is_refused(wrong):
    with pytest.raises(BadMessage):
        checked(wrong)


def test_a_set_in_bounds_is_given_back():
    assert checked(questions()) == questions()


@pytest.mark.parametrize(
    "trained",
    [
        Trained(),  # nothing was ever issued
        Trained(version=3, until_ms=Millis(NOW + 1)),
        Trained(version=3, until_ms=Millis(NOW + 1), failed_ms=NOW),
    ],
)
def test_the_trained_go_on_and_everybody_while_there_is_no_test(trained):
    require_trained(trained, NOW)


@pytest.mark.parametrize(
    "trained", [Trained(version=1), Trained(version=1, until_ms=NOW), Trained(1, failed_ms=NOW)]
)
def test_who_has_no_valid_record_is_told_so(trained):
    with pytest.raises(Coded) as refused:
        require_trained(trained, NOW)
    assert refused.value.code is Code.TRAINING_REQUIRED


def test_a_failed_test_is_not_taken_again_at_once():
    trained = Trained(version=1, failed_ms=NOW)
    with pytest.raises(Coded) as refused:
        require_again(trained, Millis(NOW + AGAIN_AFTER_MS - 1))
    assert refused.value.code is Code.OWN_LIMIT
    assert refused.value.until_ms == NOW + AGAIN_AFTER_MS

    require_again(trained, Millis(NOW + AGAIN_AFTER_MS))
    require_again(Trained(version=1), NOW)
