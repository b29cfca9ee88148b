import pytest


@pytest.fixture
def town(lounge):
    for login in ("rey", "ria", "ann"):
        lounge.say("account", "create", login, "--no-password")
    for login in ("rey", "ria"):
        lounge.say("account", "grant", login, "reviewer")
    rule = ("--category", "spam", "--basis", "rule 3")
    lounge.say("measure", "take", "suspend", "--login", "ann", *rule, "--as", "rey")
    return lounge


def test_an_appeal_is_filed_claimed_decided_and_its_receipt_tells_so(town):
    [taken] = town.ask("measure", "list")
    said = town.say("case", "appeal", "not me", "--measure", taken["measure_id"], "--as", "ann")
    receipt = said.split()[-1].rstrip(".")
    [case] = town.ask("case", "list", "--kind", "appeal")
    case_id = case["case_id"]
    assert "(own_interest)" in town.refused("case", "claim", case_id, "--as", "rey")

    town.say("case", "claim", "--as", "ria")
    town.say("case", "release", case_id, "--as", "ria")
    town.say("case", "claim", case_id, "--as", "ria")
    town.say("case", "decide", case_id, "upheld", "--as", "ria", "--note", "right")

    assert "upheld" in town.say("case", "receipt", receipt)
    assert "right" not in town.say("case", "receipt", receipt)
    assert case_id in town.say("case", "show", case_id)
    assert [one["case_id"] for one in town.ask("case", "list", "--ended")] == [case_id]
    assert town.ask("measure", "list")[0]["is_reversed"]
    assert "Nothing waits" in town.say("case", "claim", "--as", "ria")


@pytest.mark.parametrize("ended", [(), ("--ended",)])
def test_a_list_says_how_it_goes_on(town, monkeypatch, ended):
    rule = ("--category", "spam", "--basis", "rule 3")
    town.say("account", "create", "bob", "--no-password")
    town.say("measure", "take", "suspend", "--login", "bob", *rule, "--as", "rey")
    for number, measure in enumerate(town.ask("measure", "list")):
        by = ("--as", ("bob", "ann")[number])
        town.say("case", "appeal", "not me", "--measure", measure["measure_id"], *by)
        if ended:
            town.say("case", "claim", "--as", "ria")
            [case] = town.ask("case", "list")
            town.say("case", "decide", case["case_id"], "upheld", "--as", "ria")
    monkeypatch.setattr("danmaku.cli.cases.QUEUE_PAGE", 2)

    first, second = town.ask("case", "list", *ended)
    rest = ("case", "list", *ended, "--after", first["after"])

    assert town.ask(*rest) == [second]
    assert f"--after '{second['after']}'" in town.say("case", "list", *ended)
    assert "--after" not in town.say(*rest)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("case", "show", "r99"), "not_found"),
        (("case", "show", ""), "not_found"),
        (("case", "show", ".."), "not_found"),
        (("case", "show", "../rooms?x"), "not_found"),
        (("case", "claim", "", "--as", "rey"), "not_found"),
        (("case", "claim", "r99", "--as", "nobody"), "not_found"),
        (("case", "escalate", "r99", "--as", "rey"), "not_found"),
        (("case", "merge", "r99", "r98", "--as", "rey"), "not_found"),
        (("case", "decide", "r99", "upheld", "--as", "ann"), "not_granted"),
        (("case", "receipt", "nothing"), "not_found"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(town, words, code):
    assert f"({code})" in town.refused(*words)
