import msgspec
import pytest

from danmaku.domain.scenarios import unsupported_in, verdicts_of

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


def test_a_user_has_one_bucket_and_one_memory_in_all_rooms():
    rooms = [
        {"t_ms": at * 100, "room": at % 3, "user": 7, "text": ADVERT + "!" * at} for at in range(6)
    ]

    verdicts_in_rooms = verdicts_of({"params": PARAMS, "events": rooms})

    assert verdicts_in_rooms == ["pass", "pass", "dup", "dup", "dup", "rate"]


@pytest.mark.parametrize(("last_ms", "verdict"), [(9_999, "flood"), (10_000, "pass")])
def test_a_wave_reaches_back_for_less_than_its_window(last_ms, verdict):
    events = [(0, f"user-{at}", ADVERT) for at in range(7)]

    assert verdicts(*events, (last_ms, "user-8", ADVERT))[-1] == verdict


@pytest.mark.parametrize(("last_ms", "verdict"), [(29_999, "dup"), (30_000, "pass")])
def test_an_own_repeat_is_remembered_for_less_than_its_window(last_ms, verdict):
    events = [(0, "ann", ADVERT), (1, "ann", ADVERT)]

    assert verdicts(*events, (last_ms, "ann", ADVERT))[-1] == verdict


def test_one_user_is_no_wave_and_each_room_has_its_own():
    many = {**PARAMS, "user_dup": {"allow": 99}, "user_bucket": {"capacity": 99}}
    events = [
        {"t_ms": at, "room": f"r{at % 2}", "user": f"user-{at}", "text": ADVERT} for at in range(14)
    ]

    assert set(verdicts(*[(at, "ann", ADVERT) for at in range(20)], params=many)) == {"pass"}
    assert set(verdicts_of({"params": PARAMS, "events": events})) == {"pass"}


@pytest.mark.parametrize("refill_per_s", [0.1, 0.3, 0.7, 3, 7])
def test_a_token_is_there_at_the_moment_it_is_due(refill_per_s):
    params = {**PARAMS, "user_bucket": {"capacity": 5, "refill_per_s": refill_per_s}}
    events = [(0, "ann", f"第{at}条内容") for at in range(5)]
    due_ms = int(1000 * 10 / refill_per_s) + 1

    later = [(due_ms, "ann", f"再来第{at}条") for at in range(6)]

    assert verdicts(*events, *later, params=params) == ["pass"] * 10 + ["rate"]


def test_laughter_passes():
    events = [(at * 200, f"user-{at}", "哈" * (3 + at % 9)) for at in range(30)]

    assert set(verdicts(*events)) == {"pass"}


def test_what_is_not_given_is_as_in_the_product():
    assert verdicts((0, "ann", "hello"), params={}) == ["pass"]


@pytest.mark.parametrize(
    "params", [{"user_bucket": {"capacity": -1}}, {"near": {"jaccard": 2}}, {"user_dup": 3}]
)
def test_measures_out_of_bounds_are_told(params):
    with pytest.raises(msgspec.ValidationError):
        verdicts((0, "ann", "hello"), params=params)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"user_bucket": {"capacity": 2, "refill_per_s": 0}}, ["pass", "pass", "rate", "rate"]),
        ({"user_bucket": {"capacity": 0}}, ["rate"] * 4),
        ({"user_dup": {"allow": 0, "min_len": 0}}, ["dup"] * 4),
        ({"user_dup": {"allow": 1, "min_len": 0}}, ["pass", "dup", "dup", "dup"]),
        ({"user_dup": {"window_s": 0, "allow": 1, "min_len": 0}}, ["pass"] * 4),
        ({"user_dup": {"allow": 9}, "room_dup": {"distinct_users": 1}}, ["pass"] * 4),
        (
            {"user_dup": {"allow": 9}, "room_dup": {"distinct_users": 1, "min_norm_len": 0}},
            ["flood"] * 4,
        ),
        ({"room_dup": {"distinct_users": 0, "min_norm_len": 0, "window_s": 0}}, ["flood"] * 4),
        ({"near": {"jaccard": 0, "distinct_users": 1, "min_norm_len": 0}}, ["flood"] * 4),
    ],
)
def test_a_bound_of_zero_is_read_as_what_it_means(params, expected):
    events = [(1_700_000_000_000 + at * 86_400_000, "ann", "好") for at in range(4)]
    close = [(1_700_000_000_000 + at * 1_000, "ann", "好") for at in range(4)]

    assert verdicts(*(events if "user_bucket" in params else close), params=params) == expected


def test_what_is_asked_in_vain_is_named_and_the_rest_is_judged():
    params = {
        **PARAMS,
        "near": {"ngram": 3, "shingle": 1},
        "user_dup": {"allow": 2, "window": 30},
        "room_bucket": {"capacity": 1},
    }

    assert unsupported_in({"params": params}) == [
        *("near.ngram", "near.shingle", "room_bucket", "user_dup.window")
    ]
    assert unsupported_in({"params": PARAMS}) == unsupported_in({}) == []
    assert verdicts((0, "ann", "hello"), params=params) == ["pass"]
