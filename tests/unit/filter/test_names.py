import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.names import Deceit, Names, is_mixed, likeness_of

NAMES = Names(["弹幕之家", "Bulletville"])

OFFICES = (
    *("admin", "Admin123", "4dmin", "ADMlN", "the_admin", "officlal news", "0fficial"),
    *("管理员小王", "管·理·员", "管 理 员", "官方直播", "客服01", "弹幕之家", "BuIletville"),
)
FINE = (
    *(
        "Ann",
        "小明",
        "badminton",
        "Stafford",
        "五官方正",
        "房管局长",
        "非官方",
        "Illia",
        "unofficial",
    ),
    *("Саша", "Ωμέγα", "OωO", "José", "Zoë小明", "明日1024", "🐟🐟", "100%"),
)


@pytest.mark.parametrize("name", OFFICES)
def test_words_of_office_are_the_houses_alone_however_they_are_spelled(name):
    assert NAMES.deceit_of(name) is Deceit.OFFICE


@pytest.mark.parametrize("name", ["p\u0430ypal", "Gr\u03bfup", "m\u0456chael"])
def test_letters_that_are_not_what_they_look_like_deceive(name):
    assert NAMES.deceit_of(name) is Deceit.MIXED


@pytest.mark.parametrize("name", FINE)
def test_honest_names_are_nobody_elses(name):
    assert NAMES.deceit_of(name) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mia", "MlA"),
        ("Mia", "Ｍｉａ"),
        ("小明", "小·明"),
        ("小明", "小\u200b明"),
        ("Tom0", "TomO"),
        ("modern", "modem"),
    ],
)
def test_names_that_the_eye_confuses_have_one_likeness(one, other):
    assert likeness_of(one) == likeness_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Anna", "Ana"), ("小明", "小名"), ("小五", "小S"), ("Mia", "Mira")]
)
def test_names_that_differ_have_two(one, other):
    assert likeness_of(one) != likeness_of(other)


def test_a_name_without_letters_has_none():
    assert likeness_of("🐟 …") == ""


def test_scripts_side_by_side_in_words_of_their_own_are_no_mixture():
    assert not is_mixed("Саша Smith")


@given(st.text(max_size=24))
def test_no_name_is_too_much(name):
    assert NAMES.deceit_of(name) in {None, *Deceit}
    assert likeness_of(name) == likeness_of(f" {name}·")
