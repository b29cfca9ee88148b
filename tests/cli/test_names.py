import pytest


@pytest.fixture
def town(lounge):
    """A reviewer, and somebody with a name."""
    lounge.say("account", "create", "rey", "--no-password")
    lounge.say("account", "grant", "rey", "reviewer")
    lounge.say("account", "create", "ann", "--no-password", "--name", "Ann")
    return lounge


def test_a_name_is_taken_away(town):
    town.say("name", "take-away", "name", "--login", "ann", "--as", "rey", "--note", "No.")

    assert town.ask("name", "list") == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("reject", "999", "--as", "rey"), "not_found"),
        (("approve", "1", "--as", "ann"), "not_granted"),
        (("take-away", "name", "--login", "rey", "--as", "rey"), "own_interest"),
        (("take-away", "title", "--room", "nowhere", "--as", "rey"), "not_found"),
        (
            ("take-away", "title", "--room", "lounge", "--as", "rey", "--category", "x"),
            "bad_message",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(town, words, code):
    assert f"({code})" in town.refused("name", *words)
