import pytest


@pytest.fixture
def town(lounge):
    lounge.say("account", "create", "ann", "--no-password")
    return lounge


RULE = ("--category", "spam", "--basis", "rule 3")


def test_a_measure_is_taken_listed_shown_and_undone(town):
    town.say("measure", "take", "suspend", "--login", "ann", "--minutes", "5", *RULE)
    [taken] = town.ask("measure", "list", "--login", "ann")

    town.say("measure", "reverse", taken["measure_id"], "--reason", "a mistake")

    assert (taken["step"], taken["is_reversed"]) == ("suspend", False)
    assert town.ask("measure", "list")[0]["is_reversed"]


def test_a_control_is_set_listed_and_lifted(town):
    town.say("control", "set", "closed", "--minutes", "5", "--reason", "an order")
    [control] = town.ask("control", "list")

    town.say("control", "lift", "--reason", "over")

    assert (control["mode"], control["room"]) == ("closed", None)
    assert town.ask("control", "list") == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("measure", "take", "warn", "--login", "nobody", *RULE), "not_found"),
        (("measure", "take", "limit", "--login", "ann", *RULE), "bad_message"),
        (("measure", "take", "forbid", "--login", "ann", *RULE), "not_granted"),
        (("measure", "reverse", "nothing", "--reason", ""), "not_found"),
        (("control", "set", "machine", "--minutes", "5", "--reason", ""), "bad_message"),
        (("control", "lift", "--reason", ""), "not_found"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(town, words, code):
    assert f"({code})" in town.refused(*words)
