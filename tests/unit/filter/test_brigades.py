import pytest

from danmaku.filter.brigades import (
    BORN_WITHIN_MS,
    HEARD_MAX,
    KEPT_MAX,
    NAMES_MAX,
    WITHIN_MS,
    Brigades,
    Surges,
    targets_of,
)

NOW = 10_000_000


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("大家好", set()),
        ("@小明 滚", {"@小明"}),
        ("＠小明 滚", {"@小明"}),
        ("@Mia！你好", {"@mia"}),
        ("@ＭＩＡ", {"@mia"}),
        ("#12 说得对", {"#12"}),
        ("12楼说得对", {"#12"}),
        ("邮箱 a@b.example", set()),
        ("@ 谁", set()),
        (" ".join(f"@{n}号" for n in "一二三四"), set()),
    ],
)
def test_target_is_named_outright(text, targets):
    assert targets_of(text) == targets


def test_text_that_names_many_has_no_target():
    assert len(targets_of("@甲 @乙 @丙")) == NAMES_MAX
    assert targets_of("@甲 @乙 @丙 @丁") == frozenset()


def test_many_with_texts_of_their_own_turn_on_a_target_within_the_time():
    brigades = Brigades(4)

    turned = [brigades.note("room", n, f"text {n}", {"@ann"}, NOW + n) for n in (1, 2, 3, 3, 4, 5)]

    assert turned == [None] * 4 + ["@ann"] * 2
    assert brigades.note("room", 9, "late", {"@ann"}, NOW + 5 + WITHIN_MS) is None
    assert brigades.note("elsewhere", 9, "text", {"@ann"}, NOW + 5) is None


def test_many_who_call_out_one_thing_turn_on_nobody():
    brigades = Brigades(4)

    assert {brigades.note("room", n, "bravo", {"@ann"}, NOW) for n in range(50)} == {None}


def surge_of(surges, ages_ms, place="room", now_ms=NOW):
    return [
        surges.note(place, author, now_ms, since_ms=now_ms - age)
        for author, age in enumerate(ages_ms)
    ]


def test_many_of_one_age_at_a_time_are_a_surge():
    assert surge_of(Surges(5), [100] * 8) == [False] * 4 + [True] * 4


def test_new_accounts_of_all_ages_are_none():
    assert not any(surge_of(Surges(5), [n * BORN_WITHIN_MS for n in range(50)]))


def test_ages_on_two_sides_of_a_boundary_are_about_the_same():
    ages = [NOW % BORN_WITHIN_MS + step for step in (-2, -1, 0, 1, 2)]

    assert surge_of(Surges(5), ages)[-1]


def test_who_speaks_again_counts_once():
    surges = Surges(3)

    assert not any(surges.note("room", 1, NOW + n, since_ms=NOW) for n in range(9))


def test_who_spoke_long_ago_or_elsewhere_does_not_count():
    surges = Surges(5)
    surge_of(surges, [100] * 4)

    assert surge_of(surges, [100], now_ms=NOW + WITHIN_MS) == [False]
    assert surge_of(surges, [100], place="elsewhere") == [False]


def test_what_is_remembered_is_bounded():
    surges = Surges(5)
    surge_of(surges, [100] * (HEARD_MAX + 50))
    for place in range(KEPT_MAX + 20):
        surge_of(surges, [100], place=place)

    assert len(surges._board._places) == KEPT_MAX
    surge_of(surges, [100] * (HEARD_MAX + 50), place="new")
    assert len(surges._board._places["new"].by) == HEARD_MAX
