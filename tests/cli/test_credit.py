import pytest

from danmaku.web import desk_credit

STRICT = """
version = 2
start = 100
day_max = 5
earned_max = 90
memory_days = 30
illegal = { points = 60, days = 300 }
negative = { points = 95, days = 200 }
house = { points = 20, days = 100 }
[[levels]]
score_min = 0
[[levels]]
score_min = 10
[[levels]]
score_min = 200
"""


@pytest.fixture
def crowd(lounge, monkeypatch):
    """Five accounts, one of which was warned; the desk answers of two at a time."""
    monkeypatch.setattr(desk_credit, "PART_ACCOUNTS", 2)
    monkeypatch.setattr("danmaku.actions.credit.PAGE_ACCOUNTS", 2)
    for login in ("ann", "ben", "cleo", "dan"):
        lounge.say("account", "create", login, "--no-password")
    rule = ("--category", "spam", "--basis", "rule 3")
    lounge.say("measure", "take", "warn", "--login", "ann", *rule)
    return lounge


def test_levels_that_differ_are_told_and_entered_when_asked(crowd):
    told = crowd.run("credit", "recompute", "--json")
    crowd.say("credit", "recompute", "--settle")

    assert (told.exit_code, '"moved":1' in told.stdout) == (1, True)
    assert crowd.ask("credit", "recompute")["moved"] == 0


def test_another_formula_says_who_would_change_part_by_part_and_changes_nobody(crowd, tmp_path):
    formula = tmp_path / "formula.toml"
    formula.write_text(STRICT)

    survey = crowd.ask("credit", "what-if", str(formula))

    [move] = survey["moves"]
    assert (survey["accounts"], survey["moved"]) == (5, 1)
    assert (move["login"], move["level"], move["score"], move["becomes"]) == ("ann", 1, 5, 0)
    assert "ann" in crowd.say("credit", "what-if", str(formula))


def test_formula_that_is_none_is_refused(crowd, tmp_path):
    formula = tmp_path / "formula.toml"
    formula.write_text("version = 1")

    assert "(bad_message)" in crowd.refused("credit", "what-if", str(formula))
