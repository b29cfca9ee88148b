import io

from rich.console import Console

from bench.compare import compared
from bench.show import comparison_table, tables_of
from tests.unit.bench.outcomes import figure, outcome


def said(*tables):
    console = Console(file=io.StringIO(), width=160)
    for table in tables:
        console.print(table)
    return console.file.getvalue()


def lines_of(text, word):
    return [line.split() for line in text.splitlines() if word in line]


def test_scenarios_stand_side_by_side_with_a_dash_where_one_has_no_figure():
    text = said(
        *tables_of(
            [
                outcome("a", figures={"p99": figure(3), "only a": figure(1)}),
                outcome("b", figures={"p99": figure(9, goal=5)}),
            ]
        )
    )

    assert lines_of(text, "p99") == [["p99", "3", "9", "(at", "most", "5)"]]
    assert lines_of(text, "only a") == [["only", "a", "1", "-"]]
    assert lines_of(text, "failed") == [["good", "failed"]]


def test_a_contest_has_a_line_for_each_contestant():
    figures = {
        "C / us per delivery": figure(4),
        "ours / us per delivery": figure(5),
        "ours / core %": figure(20),
        "ours / x C": figure(1.3, unit="ratio", goal=1.25),
    }

    text = said(*tables_of([outcome("peers", kind="contest", figures=figures)]))

    assert lines_of(text, "ours") == [["ours", "5", "1.3", "(at", "most", "1.25)"]]
    assert ["C", "4", "-"] in [line.split() for line in text.splitlines()]
    assert "core %" not in text


def test_a_micro_bench_has_a_line_for_each_figure():
    figures = {"filter / a hit": figure(3, 2, 1, unit="us", goal=50)}

    text = said(*tables_of([outcome("micro", kind="micro", figures=figures)]))

    assert lines_of(text, "a hit") == [
        ["filter", "/", "a", "hit", "2", "1", "-", "3", "us", "at", "most", "50"]
    ]


def test_in_brief_only_goals_and_ratios_are_told():
    figures = {"a goal": figure(3, goal=5), "a ratio": figure(1, unit="ratio"), "free": figure(2)}
    outcomes = [outcome("a", figures=figures), outcome("m", kind="micro", figures=figures)]

    assert said(*tables_of(outcomes)).count("free") == 2
    text = said(*tables_of(outcomes, brief=True))
    assert (text.count("a goal"), text.count("a ratio"), text.count("free")) == (2, 2, 0)


def test_a_comparison_says_what_got_worse():
    before = outcome(figures={"f": figure(1), "g": figure(0)})
    after = outcome(figures={"f": figure(2), "g": figure(0)})

    text = said(comparison_table(compared(before, after, margin=0.15)))

    assert lines_of(text, "f, ms") == [
        ["f,", "ms", "1", "2", "2.00", "2.00", "-", "2.00", "1", "worse"]
    ]
    assert lines_of(text, "g, ms") == [["g,", "ms", "0", "0", "-", "1"]]
