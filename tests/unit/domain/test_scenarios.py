import msgspec
import pytest

from danmaku.domain.scenarios import verdicts_of

PARAMS = {
    "user_bucket": {"capacity": 5, "refill_per_s": 0.5},
    "user_dup": {"window_s": 30, "allow": 2, "min_len": 2},
    "room_dup": {"window_s": 10, "distinct_users": 8, "min_norm_len": 6},
    "near": {"ngram": 2, "jaccard": 0.7, "window_s": 10, "distinct_users": 8, "min_norm_len": 8},
}
ADVERT = "免费皮肤私信我领取哦"


def verdicts(*events, params=PARAMS):
    """Each event is (time, user, text), in one room."""
    told = [{"t_ms": at, "room": "r1", "user": user, "text": text} for at, user, text in events]
    return verdicts_of({"params": params, "events": told})


def test_a_bucket_empties_and_fills_again():
    events = [(at * 100, "ann", f"第{at}条内容") for at in range(6)]

    assert verdicts(*events, (2_600, "ann", "再来")) == ["pass"] * 5 + ["rate", "pass"]


def test_a_clock_that_steps_back_makes_no_tokens_and_takes_none():
    events = [(10_000 - at * 100, "ann", f"第{at}条内容") for at in range(6)]

    assert verdicts(*events, (10_000, "ann", "再来")) == ["pass"] * 5 + ["rate", "rate"]


def test_own_repeats_are_seen_through_their_make_up():
    said = ("加油主播加油", "加油主播加油！", "加 油 主 播 加 油", "加油主播加油\u200b")
    events = [(at * 3_000, "ann", text) for at, text in enumerate(said)]

    assert verdicts(*events) == ["pass", "pass", "dup", "dup"]


@pytest.mark.parametrize(
    "texts",
    [
        [ADVERT] * 9,
        [f"{ADVERT}{letter}{number}" for number, letter in enumerate("fgaxfadbz", start=11)],
        [ADVERT, "免費皮膚私信我领取哦", "兔费皮肤私信我领取哦"] * 3,
    ],
)
def test_many_with_one_text_or_nearly_one_are_a_flood(texts):
    events = [(at * 500, f"user-{at}", text) for at, text in enumerate(texts)]

    assert verdicts(*events) == ["pass"] * 7 + ["flood"] * 2


def test_laughter_passes():
    events = [(at * 200, f"user-{at}", "哈" * (3 + at % 9)) for at in range(30)]

    assert set(verdicts(*events)) == {"pass"}


def test_what_is_not_given_is_as_in_the_product():
    assert verdicts((0, "ann", "hello"), params={}) == ["pass"]


@pytest.mark.parametrize(
    "params", [{"user_bucket": {"capacity": 0}}, {"near": {"ngram": 3}}, {"user_dup": 3}]
)
def test_measures_out_of_bounds_are_told(params):
    with pytest.raises(msgspec.ValidationError):
        verdicts((0, "ann", "hello"), params=params)
