import pytest

from danmaku.domain.levels import FORMULA, START_LEVEL, Level, formula_from
from danmaku.errors import BadMessage
from danmaku.filter.rules import Klass
from tools.docs import formula_file

FILE = """
version = 7
start = 10
day_max = 1
earned_max = 90
memory_days = 30
illegal = { points = 60, days = 300 }
negative = { points = 40, days = 200 }
house = { points = 20, days = 100 }

[[levels]]
score_min = 0
colors = false
modes = ["scroll"]
review = "every"

[[levels]]
score_min = 5
"""


def test_file_says_everything_of_a_formula():
    formula = formula_from(FILE.encode())

    assert (formula.version, formula.start, formula.house.days) == (7, 10, 100)
    assert [level.score_min for level in formula.levels] == [0, 5]
    assert (formula.levels[0].colors, formula.levels[1]) == (False, Level(score_min=5))


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("version = 7", "version = 'seven'"),
        ("day_max = 1", "day_max = -1"),
        ("day_max = 1", "day_most = 1"),
        ("score_min = 5", "score_min = 0"),
        ("score_min = 0", "score_min = 1"),
        ("score_min = 5", "score_min = 11"),
        ('review = "every"', 'review = "closed"'),
        ("[[levels]]", "[levels"),
    ],
)
def test_file_that_makes_no_sense_is_refused(part, instead):
    assert part in FILE

    with pytest.raises(BadMessage):
        formula_from(FILE.replace(part, instead).encode())


def test_file_that_is_no_text_is_refused():
    with pytest.raises(BadMessage):
        formula_from(b"\xff")


def test_formula_in_force_is_one_that_a_file_could_say():
    assert formula_from(formula_file().encode()) == FORMULA
    assert FORMULA.level_at(FORMULA.start) == START_LEVEL


@pytest.mark.parametrize(
    ("score", "level"),
    [(0, 0), (59, 0), (60, 1), (129, 1), (130, 2), (449, 4), (450, 5), (9_999, 5)],
)
def test_score_leads_to_the_highest_level_it_reaches(score, level):
    assert FORMULA.level_at(score) == level


def test_account_without_credit_has_the_row_of_those_who_begin():
    assert FORMULA.level(None) is FORMULA.levels[START_LEVEL]


def test_level_of_a_longer_table_has_the_last_row():
    assert FORMULA.level(9) is FORMULA.levels[-1]


def test_graver_classes_cost_more_and_fade_later():
    worths = [FORMULA.worth(klass) for klass in (Klass.HOUSE, Klass.NEGATIVE, Klass.ILLEGAL)]

    assert sorted(worths, key=lambda worth: (worth.points, worth.days)) == worths
