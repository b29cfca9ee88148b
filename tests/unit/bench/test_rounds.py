from bench.rounds import merged
from tests.unit.bench.outcomes import curve, figure, outcome


def test_one_round_stays_what_it_is():
    one = outcome(figures={"f": figure(1)})

    assert merged([one]) is one


def test_rounds_give_a_value_each_in_their_order():
    rounds = [
        outcome(figures={"f": figure(3, goal=5), "g": figure(1)}, curves={"c": curve((0, 1))}),
        outcome(figures={"f": figure(1, goal=5)}, curves={"c": curve((0, 2))}, failures=["slow"]),
    ]

    whole = merged(rounds)

    assert whole.figures == {"f": figure(3, 1, goal=5)}  # `g` has no second round
    assert whole.curves == {"c": curve((0, 2))}
    assert whole.failures == ["round 2: slow"]
    assert whole.notes == ["2 rounds"]
    assert whole.seed == 7


def test_a_goal_that_one_round_missed_is_judged_over_all_of_them():
    rounds = [
        outcome(figures={"p99": figure(value, goal=5)}, failures=failures)
        for value, failures in (
            (4, []),
            (6, ["p99 6, not 5"]),
            (4, ["hole: 1", "p50 not measured"]),
        )
    ]

    assert merged(rounds).failures == ["round 3: hole: 1", "round 3: p50 not measured"]
