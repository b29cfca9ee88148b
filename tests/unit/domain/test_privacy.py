import pytest

from danmaku.domain.ids import Millis
from danmaku.domain.privacy import (
    COMMENT,
    FLOOR_DAYS,
    HOLDINGS,
    MS_PER_DAY,
    Since,
    Term,
    require_purposes,
)
from danmaku.errors import Broken


@pytest.mark.parametrize("kind", ["tables", "entries"])
def test_each_place_belongs_to_one_holding(kind):
    places = [place for holding in HOLDINGS for place in getattr(holding, kind)]

    assert len(places) == len(set(places))


def test_no_comment_is_destroyed_before_the_floor():
    assert COMMENT.term.days >= FLOOR_DAYS == 183


def test_a_term_says_what_is_due_and_when():
    term = Term(Since.REMOVED, 2)

    assert term.upto(Millis(3 * MS_PER_DAY)) == MS_PER_DAY
    assert term.due(Millis(MS_PER_DAY)) == 3 * MS_PER_DAY


def test_nothing_is_held_without_a_purpose():
    require_purposes(tables=["comment", "session"], entries=["comment_held"])

    with pytest.raises(Broken, match="planted, planted_fact"):
        require_purposes(tables=["comment", "planted"], entries=["planted_fact"])
