from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.floods import Repeats
from danmaku.filter.normalize import fold

# time, key, text, whether it may be said; two of a text are allowed within 30 s
SAME_TEXT = [(0, 1, "看看我", True), (3_000, 1, "看看我", True), (6_000, 1, "看看我", False)]
COSMETIC = [
    (0, 1, "加油主播加油", True),
    (3_000, 1, "加油主播加油！", True),
    (6_000, 1, "加 油 主 播 加 油", False),
    (9_000, 1, "加油主播加油~~", False),
    (12_000, 1, "加油主播加油\u200b", False),
]
LAUGHTER = [(at, 1, "草", True) for at in range(0, 8_000, 1_000)]
OTHERS = [(0, 1, "看看我", True), (1, 1, "看看我", True), (2, 2, "看看我", True)]
LATER = [
    (0, 1, "看看我", True),
    (1, 1, "看看我", True),
    (29_999, 1, "看看我", False),
    (30_000, 1, "看看我", True),
    (30_000, 1, "看看我", False),
]
CLOCK_BACK = [(50_000, 1, "看看我", True), (0, 1, "看看我", True), (1, 1, "看看我", False)]


def repeats():
    return Repeats(within_ms=30_000, allowed=2, min_length=2)


def test_each_scenario_ends_as_it_says():
    for scenario in (SAME_TEXT, COSMETIC, LAUGHTER, OTHERS, LATER, CLOCK_BACK):
        said = repeats()

        answers = [said.note(key, fold(text).skeleton, at) for at, key, text, _ in scenario]

        assert answers == [expected for *_, expected in scenario]


@given(
    st.lists(
        st.tuples(st.integers(0, 9_000), st.integers(1, 3), st.sampled_from(["", "aa", "bb"])),
        max_size=100,
    )
)
def test_no_text_is_said_more_often_than_allowed_and_nothing_is_kept_for_long(steps):
    said, now_ms, let_through = repeats(), 0, []
    for step_ms, key, text in steps:
        now_ms += step_ms
        recent = [1 for at, *what in let_through if at > now_ms - 30_000 and what == [key, text]]

        may = said.note(key, text, now_ms)

        assert may == (not text or len(recent) < 2)
        if may and text:
            let_through.append((now_ms, key, text))

    assert len(said._said) <= sum(1 for at, *_ in let_through if at > now_ms - 30_000)
    assert sum(said._counts.values()) == len(said._said)


def test_what_was_not_said_after_all_is_not_counted():
    said = repeats()
    for at in (0, 1):
        said.note(1, "看看我", at)

    said.take_back(1, "看看我")
    said.take_back(2, "看看我")  # who has said nothing

    assert [said.note(1, "看看我", at) for at in (2, 3)] == [True, False]
