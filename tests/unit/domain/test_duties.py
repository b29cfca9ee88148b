from dataclasses import replace

import pytest

from danmaku.domain.articles import Article
from danmaku.domain.duties import (
    HEADS_LATE_MS,
    ROUND_LATE_MS,
    Happened,
    Recounted,
    Seen,
    Served,
    Trouble,
    kinds_watched,
    rows_of,
)
from danmaku.domain.ids import Millis
from danmaku.domain.readiness import Gap
from danmaku.domain.times import DAY_MS
from danmaku.store.entries import KINDS

NOW = Millis(100 * DAY_MS)
CALM = Seen(now_ms=NOW, record=Recounted(), held_warn=10)
WHOLE = {article: Served(("code.py",), ("test.py",)) for article in Article}


def troubles(seen, served=WHOLE):
    return {row.article: row.troubles for row in rows_of(seen, served) if row.troubles}


def written(at_ms, head_ms):
    return Recounted({"comment_published": Happened(1, 2, Millis(at_ms))}, head_ms)


def test_all_is_green_where_nothing_speaks_against_it():
    assert troubles(CALM) == {}
    assert [row.article for row in rows_of(CALM, WHOLE)] == list(Article)


def test_a_duty_without_code_or_proof_has_a_gap():
    served = WHOLE | {Article.PATROL: Served(), Article.ORDERS: Served(("code.py",))}

    assert troubles(CALM, served) == {
        Article.PATROL: (Trouble.UNSERVED,),
        Article.ORDERS: (Trouble.UNPROVEN,),
    }


@pytest.mark.parametrize("gap", Gap)
def test_each_thing_that_a_house_lacks_speaks_against_some_duty(gap):
    found = troubles(replace(CALM, gaps=frozenset({gap})))

    assert {trouble for row in found.values() for trouble in row} == {Trouble(gap.value)}


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"faults_count": 1}, Trouble.PARITY),
        ({"round_ms": Millis(NOW - ROUND_LATE_MS - 1)}, Trouble.ROUND_LATE),
        ({"began_ms": Millis(NOW - ROUND_LATE_MS - 1)}, Trouble.ROUND_LATE),
        ({"overdue_count": 1}, Trouble.OVERDUE),
        ({"filings_late": 1}, Trouble.FILINGS_LATE),
        ({"weaknesses_open": 1}, Trouble.WEAKNESS),
        ({"held_count": 10}, Trouble.HELD),
        ({"record": written(NOW - HEADS_LATE_MS - 1, None)}, Trouble.HEADS_LATE),
    ],
)
def test_what_is_watched_speaks_against_its_duties(change, trouble):
    found = troubles(replace(CALM, **change))

    assert {each for row in found.values() for each in row} == {trouble}


@pytest.mark.parametrize(
    "change",
    [
        {"round_ms": Millis(NOW - ROUND_LATE_MS)},
        {"round_ms": NOW, "began_ms": Millis(NOW - DAY_MS)},
        {"began_ms": Millis(NOW - ROUND_LATE_MS)},
        {"held_count": 9},
        {"record": written(NOW - DAY_MS, NOW - DAY_MS)},
        {"record": written(NOW - 1, None)},
        {"compared_count": 7},
    ],
)
def test_what_is_as_it_should_be_does_not(change):
    assert troubles(replace(CALM, **change)) == {}


def test_evidence_of_several_kinds_is_added_up():
    kinds = {
        "comment_published": Happened(1, 10, Millis(5)),
        "comment_held": Happened(2, 20, Millis(7)),
        "room_opened": Happened(4, 40, Millis(9)),
    }
    seen = replace(CALM, record=Recounted(kinds, Millis(9)))

    rows = {row.article: row.happened for row in rows_of(seen, WHOLE)}

    assert rows[Article.REVIEW_BEFORE_PUBLICATION] == Happened(3, 30, Millis(7))
    assert rows[Article.BLACKLIST] == Happened()


def test_every_kind_that_is_looked_for_can_be_recorded():
    assert kinds_watched() - KINDS == set()
