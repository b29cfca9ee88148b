from dataclasses import replace

import pytest

from danmaku.domain.ids import Millis
from danmaku.domain.privacy import (
    COMMENT,
    FLOOR_DAYS,
    FLOORS_DAYS,
    HOLDINGS,
    Since,
    Term,
    below_floor,
    require_purposes,
)
from danmaku.domain.times import DAY_MS
from danmaku.errors import Broken


@pytest.mark.parametrize("kind", ["tables", "entries"])
def test_each_place_belongs_to_one_holding(kind):
    places = [place for holding in HOLDINGS for place in getattr(holding, kind)]

    assert len(places) == len(set(places))


def test_no_comment_is_destroyed_before_the_floor():
    assert COMMENT.term.days >= FLOOR_DAYS == 183


def test_no_term_is_shorter_than_the_law_has_it():
    assert below_floor() == ()
    assert {word for word in FLOORS_DAYS if word not in {one.word for one in HOLDINGS}} == set()


def test_a_term_below_its_floor_is_found():
    short = replace(COMMENT, term=Term(Since.REMOVED, FLOOR_DAYS - 1))
    others = [one for one in HOLDINGS if one is not COMMENT]

    assert below_floor([short, *others]) == ("comment",)
    assert below_floor(others) == ("comment",)
    assert below_floor([replace(COMMENT, term=Term(Since.NEVER)), *others]) == ()


def test_a_term_says_what_is_due_and_when():
    term = Term(Since.REMOVED, 2)

    assert term.upto(Millis(3 * DAY_MS)) == DAY_MS
    assert term.due(Millis(DAY_MS)) == 3 * DAY_MS


def test_nothing_is_held_without_a_purpose():
    require_purposes(tables=["comment", "session"], entries=["comment_held"])

    with pytest.raises(Broken, match="planted, planted_fact"):
        require_purposes(tables=["comment", "planted"], entries=["planted_fact"])
