import msgspec
import pytest

from bench.compare import Comparison, NothingToCompareError, Side, Turn, compared, comparisons_of
from tests.unit.bench.outcomes import figure, outcome

MARGIN = 0.15


def turn_of(before, after):
    comparison = compared(
        outcome(figures={"f": before}), outcome(figures={"f": after}), margin=MARGIN
    )
    [change] = comparison.changes
    return change.turn


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        (figure(10), figure(11.5), Turn.SAME),  # at the margin
        (figure(10), figure(11.6), Turn.WORSE),
        (figure(10), figure(8.6), Turn.BETTER),
        (figure(10, better="higher"), figure(11.6, better="higher"), Turn.BETTER),
        (figure(10, better="higher"), figure(8.6, better="higher"), Turn.WORSE),
        (figure(10, 10, 10), figure(13, 13, 11), Turn.SAME),  # one round says otherwise
        (figure(10, 20, 30), figure(12, 24, 36), Turn.WORSE),  # paired by round: always a fifth
        (figure(10, 10, 10, 10), figure(13, 13), Turn.WORSE),  # rounds that both have
        (figure(0), figure(5), Turn.SAME),  # nothing has no ratio
    ],
)
def test_worse_only_when_the_whole_interval_lies_beyond_the_margin(before, after, turn):
    assert turn_of(before, after) is turn


def test_one_disturbed_round_of_many_makes_nothing_worse():
    calm, disturbed = figure(*[10] * 15), figure(*[10] * 14, 100)

    assert turn_of(calm, disturbed) is Turn.SAME


def test_a_ratio_above_one_is_worse_whichever_way_a_figure_goes():
    before = outcome(figures={"a": figure(10), "b": figure(10, better="higher")})
    after = outcome(figures={"a": figure(20), "b": figure(5, better="higher")})

    changes = compared(before, after, margin=MARGIN).changes

    assert [change.times_worse.median for change in changes] == [2, 2]


def test_a_run_that_fails_now_is_worse_whatever_its_speed():
    good = outcome(figures={"f": figure(10)})
    wrong = outcome(figures={"f": figure(1)}, failures=["hole between two batches: 1"])

    assert compared(good, wrong, margin=MARGIN).is_worse
    assert not compared(wrong, wrong, margin=MARGIN).is_worse  # it did before
    assert not compared(good, good, margin=MARGIN).is_worse


def test_what_is_no_longer_measured_and_another_machine_are_said():
    before = outcome(figures={"a": figure(1), "b": figure(1)})
    there = msgspec.structs.replace(before.environment, processor="another", cores=8)

    comparison = compared(
        before, outcome(figures={"a": figure(1)}, environment=there), margin=MARGIN
    )

    assert comparison.gone == ["b"]
    assert comparison.apart == ["processor: a processor / another", "cores: 2 / 8"]


def test_of_a_folder_the_newest_outcome_of_each_name_counts(tmp_path):
    for n, (name, at) in enumerate([("a", "2026-01-02"), ("a", "2026-01-01"), ("b", "2026-01-01")]):
        (tmp_path / f"{n}.json").write_bytes(msgspec.json.encode(outcome(name, at=at)))
    (tmp_path / "other.json").write_text('{"no": "outcome"}')

    side = Side.at(tmp_path)

    assert {key: o.environment.at for key, o in side.outcomes.items()} == {
        ("scenario", "a"): "2026-01-02",
        ("scenario", "b"): "2026-01-01",
    }


def test_only_names_of_both_sides_are_compared(tmp_path):
    one = tmp_path / "one.json"
    one.write_bytes(msgspec.json.encode(outcome("a", figures={"f": figure(1)})))
    other = Side.of([outcome("a", figures={"f": figure(1)}), outcome("b")])

    [comparison] = comparisons_of(Side.at(one), other, margin=MARGIN)

    assert comparison.name == "a"
    with pytest.raises(NothingToCompareError):
        comparisons_of(Side.at(one), Side.of([outcome("c")]), margin=MARGIN)


def test_a_file_that_is_no_outcome_is_refused(tmp_path):
    (tmp_path / "no.json").write_text('{"no": "outcome"}')

    with pytest.raises(msgspec.ValidationError):
        Side.at(tmp_path / "no.json")
    with pytest.raises(FileNotFoundError):
        Side.at(tmp_path / "nothing.json")


def test_a_comparison_is_whole_as_json():
    comparison = compared(
        outcome(figures={"f": figure(1)}), outcome(figures={"f": figure(2)}), margin=MARGIN
    )

    assert msgspec.json.decode(msgspec.json.encode(comparison), type=Comparison) == comparison
