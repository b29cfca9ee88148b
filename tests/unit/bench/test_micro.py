import pytest

from bench.micro import admissions, clock, codecs, commits, exports, looks, mixed, suite, writes
from bench.micro.samples import texts, views
from bench.verdict import Standing, standing_of
from danmaku.domain.views import ViewKind
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Everything once and hardly at all: whether it runs is asked, not how fast."""
    monkeypatch.setattr(clock, "ROUND_NS", 100_000)
    monkeypatch.setattr(clock, "WARM_UP_NS", 100_000)
    monkeypatch.setattr(writes, "VIEWERS", 5)
    monkeypatch.setattr(writes, "ROUNDS", 2)
    monkeypatch.setattr(mixed, "VIEWERS", 8)
    monkeypatch.setattr(mixed, "ROUNDS", 2)
    monkeypatch.setattr(exports, "COMMENTS", 500)
    monkeypatch.setattr(exports, "ROUNDS", 2)
    monkeypatch.setattr(commits, "ROUNDS", 2)
    monkeypatch.setattr(commits, "LONE", 3)
    monkeypatch.setattr(commits, "GROUPS", (4,))
    monkeypatch.setattr(commits, "_ENTRIES_A_ROUND", 8)
    monkeypatch.setattr(commits, "_SYNCS", 4)


def test_pieces_take_turns_and_the_longer_one_takes_longer():
    order = []

    def short():
        order.append("short")

    def long():
        order.append("long")
        sum(range(10_000))

    spent = clock.cpu_us({"short": short, "long": long}, rounds=3)

    assert all(len(values) == 3 for values in spent.values())
    assert max(spent["short"]) < min(spent["long"])
    turns = [name for name, before in zip(order, ["", *order], strict=False) if name != before]
    assert turns == ["short", "long"] * 4  # once to find how many calls fill a round


def test_samples_are_the_same_for_one_seed_and_all_different_comments():
    assert views(50, seed=3) == views(50, seed=3)
    assert views(50, seed=3) != views(50, seed=4)
    assert {view.kind for view in views(50, seed=3)} == {ViewKind.COMMENT}
    assert len(set(texts())) > 100


def test_a_look_that_does_not_find_what_its_name_says_is_not_measured():
    rule = (
        '[[rule]]\nid = "r"\ncategory = "c"\nclass = "house"\naction = "hold"\nwords = ["坏话"]\n'
    )
    screen = Screen(parse_rules(rule))

    looks._expect(screen, {"nothing to find": ["好话"], "a hit": ["坏话"], "an evasion": ["坏*话"]})
    with pytest.raises(RuntimeError, match="a hit: hits in 1 of 2"):
        looks._expect(screen, {"a hit": ["坏话", "好话"]})
    with pytest.raises(RuntimeError, match="nothing to find"):
        looks._expect(screen, {"nothing to find": ["坏话"]})


def test_bytes_do_not_depend_on_the_machine_and_reach_their_goals():
    sizes = {name: f for name, f in codecs.figures(1).items() if name.startswith("bytes")}

    standings = {standing_of(figure) for figure in sizes.values()}
    assert standings == {Standing.FREE, Standing.MET}
    assert sizes == {n: f for n, f in codecs.figures(1).items() if n.startswith("bytes")}


@pytest.mark.parametrize("part", [looks, admissions, codecs, writes, mixed, commits])
def test_every_part_gives_figures_of_several_rounds(part):
    found = part.figures(1)

    assert found
    for name, figure in found.items():
        assert all(value > 0 for value in figure.values), name
        assert len(figure.values) >= 2 or name.startswith("bytes"), name


def test_groups_are_held_against_the_plain_limit_of_the_same_round():
    found = commits.figures(1)

    rates = found["record / groups of 4"].values
    limits = found["record / groups of 4, plain limit"].values
    shares = found["record / groups of 4, share of the limit"].values
    assert shares == [rate / limit for rate, limit in zip(rates, limits, strict=True)]


def test_the_suite_is_one_outcome_and_tells_what_it_does():
    told = []

    outcome = suite.measured(5, told.append)

    assert (outcome.kind, outcome.seed, outcome.failures) == ("micro", 5, [])
    parts = ["filter", "admission", "codec", "the whole way out", "a mixed room"]
    assert told == [*parts, "exports", "record", "record that servers share"]
    assert {name.partition(" / ")[0] for name in outcome.figures} == {
        *(
            "filter",
            "admission",
            "codec",
            "bytes",
            "disk",
            "export",
            "record",
            "record in PostgreSQL",
        ),
        "whole way of 20 to 5",
        "20 to 8 viewers",
    }
