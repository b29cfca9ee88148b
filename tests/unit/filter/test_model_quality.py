import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.learned import Linear
from danmaku.filter.model_quality import Labelled, quality_of, share_held
from tests.unit.filter.models import weights

# One weight for each digit: a text's score is the sum of its digits.
DIGITS = Linear(weights({str(n): float(n) for n in range(10)}, shadow_at=10.0, hold_at=20.0))


def labelled(*texts):
    return [Labelled(text.rstrip("-"), text.endswith("-")) for text in texts]


def test_all_measures_of_a_small_set():
    texts = labelled("9876-", "8123-", "1010-", "9871", "2341", "1231", "1212", "1213")

    quality = quality_of(DIGITS, texts)

    assert (quality.texts, quality.bad) == (8, 3)
    assert quality.accuracy == pytest.approx(5 / 8)
    assert (quality.precision, quality.recall) == pytest.approx((2 / 4, 2 / 3))
    assert quality.f1 == pytest.approx(4 / 7)
    assert quality.macro_f1 == pytest.approx((4 / 7 + 6 / 9) / 2)
    assert quality.flagged == pytest.approx(4 / 8)
    assert (quality.held, quality.wrongly_held) == pytest.approx((2 / 8, 1 / 5))
    assert quality.caught == pytest.approx(1 / 3)


@given(st.lists(st.tuples(st.integers(1012, 9898), st.booleans()), min_size=2, max_size=30))
def test_the_area_is_how_often_a_bad_one_scores_higher(pairs):
    texts = [Labelled(str(number), is_bad) for number, is_bad in pairs]
    scored = [(DIGITS.score(one.letters), one.is_bad) for one in texts]
    scored = [(score, is_bad) for score, is_bad in scored if score is not None]
    duels = [
        (bad > good) + (bad == good) / 2
        for bad, is_bad in scored
        for good, is_other_bad in scored
        if is_bad and not is_other_bad
    ]

    quality = quality_of(DIGITS, texts)

    assert quality.auc == pytest.approx(sum(duels) / len(duels) if duels else 0.0)
    assert all(0 <= value <= 1 for value in (quality.accuracy, quality.macro_f1, quality.f1))


def test_the_share_that_would_be_held():
    assert share_held(DIGITS, ["9876", "1234", "1", ""]) == 0.25
    assert share_held(DIGITS, []) == 0.0
