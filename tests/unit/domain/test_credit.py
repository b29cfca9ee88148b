from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.credit import (
    SURVEY_MS,
    Ledger,
    Line,
    SurveyNote,
    Turn,
    Way,
    reckon,
    turn_after,
    way_up,
)
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.levels import FORMULA
from danmaku.domain.measures import Function, Measure, Step
from danmaku.domain.times import DAY_MS
from danmaku.filter.rules import Klass

TODAY = 20_000
NOW = Millis(TODAY * DAY_MS + 5_000)


def taken(name="m1", *, category="spam", days_ago=0, step=Step.WARN, **fields):
    from_ms = Millis(NOW - days_ago * DAY_MS)
    return Measure(name, step, category, "rule 3", from_ms, **fields)


def score_of(*measures, clean=None, now_ms=NOW):
    return reckon(Ledger(clean or {}, measures), FORMULA, now_ms).score


def test_account_about_which_nothing_is_known_begins_on_the_first_level():
    reckoning = reckon(Ledger(), FORMULA, NOW)

    assert (reckoning.score, reckoning.level, reckoning.lines) == (100, 1, ())
    assert reckoning.asked_of_next == 130


@pytest.mark.parametrize(
    ("clean", "score"),
    [
        ({TODAY - 1: 3}, 103),
        ({TODAY - 1: 300}, 105),
        ({TODAY - 1: 3, TODAY - 2: 4}, 107),
        ({TODAY: 5}, 100),
        ({TODAY - 365: 5}, 105),
        ({TODAY - 366: 5}, 100),
        (dict.fromkeys(range(TODAY - 300, TODAY), 5), 500),
    ],
)
def test_clean_days_bring_points_once_they_are_over_and_while_they_are_remembered(clean, score):
    assert score_of(clean=clean) == score


@pytest.mark.parametrize(
    ("category", "days_ago", "score"),
    [
        ("illegal", 0, 0),
        ("spam", 0, 20),
        ("spam", 45, 60),
        ("spam", 89, 100),
        ("spam", 90, 100),
        ("spam", 900, 100),
        ("spoiler", 0, 80),
        ("spoiler", 15, 90),
        ("spoiler", 30, 100),
    ],
)
def test_violation_costs_by_its_class_and_fades(category, days_ago, score):
    assert score_of(taken(category=category, days_ago=days_ago)) == score


def test_several_measures_about_one_comment_cost_once_what_the_gravest_costs():
    place = {"room": RoomId("demo"), "origin": Seq(9)}
    delete = taken("m1", category="spoiler", step=Step.DELETE, **place)
    warn = taken("m2", category="spam", **place)

    assert score_of(delete, warn) == score_of(warn)
    assert score_of(delete, warn, taken("m3")) < score_of(warn)


@pytest.mark.parametrize(
    "measure",
    [
        taken(step=Step.SUSPEND, room=RoomId("demo")),
        taken(step=Step.HIDE, room=RoomId("demo"), origin=Seq(1)),
        taken(step=Step.PAUSE_COMMENTS, room=RoomId("demo")),
        taken(step=Step.LIMIT, functions=frozenset({Function.LEVEL})),
        taken(step=Step.LIMIT, functions=frozenset({Function.REPORTS})),
        taken(days_ago=-1),
    ],
    ids=["mute", "hidden by the room", "of a room", "freeze", "no reports", "yet to come"],
)
def test_what_is_no_violation_costs_nothing(measure):
    assert score_of(measure) == 100


def test_frozen_level_stands_where_it_stood_and_moves_on_afterwards():
    freeze = taken("f", days_ago=10, step=Step.LIMIT, functions=frozenset({Function.LEVEL}))
    freeze = replace(freeze, until_ms=Millis(NOW + 1))
    clean = dict.fromkeys(range(TODAY - 30, TODAY), 5)
    before = {day: comments for day, comments in clean.items() if day < TODAY - 10}

    frozen = reckon(Ledger(clean, (freeze, taken(days_ago=5))), FORMULA, NOW)

    assert frozen.score == score_of(clean=before)
    assert frozen.frozen_since_ms == freeze.from_ms
    assert score_of(freeze, clean=clean, now_ms=Millis(NOW + 1)) == score_of(clean=clean)


def test_every_point_has_its_reason():
    harm = taken(days_ago=1)

    reckoning = reckon(Ledger({TODAY - 1: 2}, (harm,)), FORMULA, NOW)

    gone_ms = harm.from_ms + 90 * DAY_MS
    loss = Line(-79, -80, harm, Klass.NEGATIVE, Millis(gone_ms))
    assert reckoning.lines == (Line(2), loss)
    assert reckoning.score == FORMULA.start + sum(line.points for line in reckoning.lines)


@pytest.mark.parametrize(
    ("clean_days", "level"), [(0, 0), (7, 0), (8, 1)], ids=["at once", "a week", "more"]
)
def test_clean_days_lead_back_from_level_0(clean_days, level):
    clean = {TODAY - 1 - day: 5 for day in range(clean_days)}

    assert reckon(Ledger(clean, (taken(),)), FORMULA, NOW).level == level


CATEGORIES = st.sampled_from(["illegal", "fraud", "spam", "attack", "spoiler", "other"])
MEASURES = st.lists(
    st.builds(
        lambda category, days_ago, step, origin: taken(
            category=category, days_ago=days_ago, step=step, room=RoomId("r"), origin=origin
        ),
        CATEGORIES,
        st.integers(0, 500),
        st.sampled_from([Step.WARN, Step.REFUSE, Step.DELETE, Step.LIMIT]),
        st.none() | st.integers(1, 4).map(Seq),
    ),
    max_size=6,
).map(lambda them: tuple(replace(it, measure_id=f"m{n}") for n, it in enumerate(them)))
CLEAN = st.dictionaries(st.integers(TODAY - 400, TODAY + 2), st.integers(0, 20), max_size=40)


@given(CLEAN, MEASURES, st.data())
def test_reversal_gives_back_exactly_what_the_measure_took(clean, measures, data):
    spared = data.draw(st.integers(0, len(measures)))
    others = measures[:spared] + measures[spared + 1 :]
    never = reckon(Ledger(clean, others), FORMULA, NOW)

    with_it = reckon(Ledger(clean, measures), FORMULA, NOW)
    kept = tuple(one for one in measures if one not in measures[spared : spared + 1])
    after = reckon(Ledger(clean, kept), FORMULA, NOW)

    assert after == never
    assert with_it.score <= after.score


@given(CLEAN, MEASURES, st.integers(TODAY - 400, TODAY + 2))
def test_another_clean_comment_never_costs_points(clean, measures, day):
    more = clean | {day: clean.get(day, 0) + 1}

    before, after = (reckon(Ledger(it, measures), FORMULA, NOW) for it in (clean, more))

    assert (before.score, before.level) <= (after.score, after.level)


@given(MEASURES, st.integers(0, 800))
def test_what_was_lost_comes_back_with_time(measures, days):
    later_ms = Millis(NOW + days * DAY_MS)

    assert score_of(*measures) <= score_of(*measures, now_ms=later_ms)


@given(CLEAN, MEASURES, st.randoms())
def test_order_of_the_ledger_decides_nothing(clean, measures, random):
    mixed_days, mixed = list(clean.items()), list(measures)
    random.shuffle(mixed_days)
    random.shuffle(mixed)

    assert score_of(*mixed, clean=dict(mixed_days)) == score_of(*measures, clean=clean)


@pytest.mark.parametrize(
    ("note", "turn"),
    [
        (None, Turn.YOURS),
        (SurveyNote("today", NOW, is_over=False), Turn.TAKEN),
        (SurveyNote("today", NOW, is_over=True), Turn.OVER),
        (SurveyNote("yesterday", NOW, is_over=True), Turn.YOURS),
        (SurveyNote("today", Millis(NOW - SURVEY_MS), is_over=False), Turn.YOURS),
        (SurveyNote("today", Millis(NOW + 1), is_over=False), Turn.YOURS),  # a clock set back
    ],
)
def test_of_several_processes_one_reckons_everybody(note, turn):
    assert turn_after(note, "today", NOW) is turn


def way_of(*measures, clean=None):
    return way_up(Ledger(clean or {}, measures), FORMULA, NOW)


def test_new_account_earns_the_next_level_and_does_not_get_it_by_waiting():
    assert way_of() == Way(missing=30, waiting_ms=None, clean_days=6)


def test_what_was_lost_comes_back_by_waiting_or_by_clean_days():
    way = way_of(taken(days_ago=0))

    assert (way.missing, way.clean_days) == (40, 8)
    days = (way.waiting_ms - NOW) // DAY_MS
    later = Millis(way.waiting_ms)
    assert reckon(Ledger({}, (taken(days_ago=0),)), FORMULA, later).level == 1
    assert reckon(Ledger({}, (taken(days_ago=0),)), FORMULA, Millis(later - DAY_MS)).level == 0
    assert days == 44


def test_grave_loss_is_counted_to_its_depth_though_no_score_is_below_0():
    harms = [taken(f"m{n}", category="illegal") for n in range(3)]

    assert reckon(Ledger({}, tuple(harms)), FORMULA, NOW).score == 0
    assert way_of(*harms).missing == 60 - (100 - 900)


def test_what_clean_comments_cannot_bring_has_no_number_of_days():
    clean = {TODAY - 1 - day: 5 for day in range(90)}
    harms = [taken(f"m{n}", category="illegal") for n in range(3)]

    assert way_of(*harms, clean=clean).clean_days is None


def test_highest_level_and_a_frozen_one_have_no_way_up():
    frozen = taken(step=Step.LIMIT, functions=frozenset({Function.LEVEL}))

    assert way_of(frozen) is None
    assert way_of(clean={TODAY - 1 - day: 5 for day in range(90)}) is None


@given(st.lists(st.integers(0, 400), max_size=5))
def test_waiting_leads_where_it_says(ages):
    harms = [taken(f"m{n}", days_ago=age, category="illegal") for n, age in enumerate(ages)]
    ledger = Ledger({}, tuple(harms))
    way = way_up(ledger, FORMULA, NOW)
    if way is not None and way.waiting_ms is not None:
        level = reckon(ledger, FORMULA, NOW).level
        assert reckon(ledger, FORMULA, way.waiting_ms).level > level
        assert reckon(ledger, FORMULA, Millis(way.waiting_ms - DAY_MS)).level == level
