import pytest

from danmaku.filter.rules import Action, Combo, Klass, Rule, Ruleset
from danmaku.filter.screen import Screen
from tests.unit.filter.texts import found


def combo_of(*parts, within=4, ordered=True, none=()):
    combo = Combo(
        tuple((part,) if isinstance(part, str) else part for part in parts), within, ordered, none
    )
    return Screen(Ruleset("v", (Rule("r", "c", Klass.HOUSE, Action.HOLD, combos=(combo,)),)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("加我的微信", ["加我的微信"]),
        ("加...我，的 微信", ["加...我，的 微信"]),
        ("加一下我的微信", []),
        ("微信加我", []),
        ("加的微信加微信", ["加的微信", "加微信"]),
    ],
)
def test_parts_stand_in_order_and_near(text, expected):
    assert found(combo_of("加", "微信"), text) == expected


def test_any_order():
    assert found(combo_of("加", "微信", ordered=False), "微信加我") == ["微信加"]


def test_one_of_several_words_for_a_part():
    screen = combo_of("菠菜", ("网", "平台"))

    assert found(screen, "菠菜大平台") == ["菠菜大平台"]
    assert found(screen, "菠菜鸡蛋汤") == []


def test_harmless_company_excuses():
    screen = combo_of("免费", "领", within=6, none=("领导",))

    assert found(screen, "免费皮肤快来领") == ["免费皮肤快来领"]
    assert found(screen, "免费请领导来领") == []


def test_a_part_alone_is_no_hit():
    assert found(combo_of("加", "微信"), "微信") == []
