import json

import pytest

RULES = """
[[rule]]
id = "advert"
category = "spam"
class = "negative"
action = "hold"
words = ["buynow"]
"""


@pytest.fixture
def drafted(lounge, tmp_path):
    """A server with one rule set written down."""
    file = tmp_path / "draft.toml"
    file.write_text(RULES, encoding="utf-8")
    lounge.say("account", "create", "eve", "--no-password")
    lounge.say("account", "grant", "eve", "chief_editor")
    lounge.say("rules", "draft", str(file), "--why", "a wave")
    [row] = lounge.ask("rules", "list")
    return lounge, str(row["draft"])


def stages(lounge):
    return [row["stage"] for row in lounge.ask("rules", "list")]


def test_a_rule_set_goes_through_its_life(drafted):
    lounge, draft = drafted
    assert stages(lounge) == ["draft"]
    lounge.say("rules", "shadow", draft)
    assert stages(lounge) == ["shadow"]
    assert "(bad_message)" in lounge.refused("rules", "shadow", draft)

    lounge.say("rules", "activate", draft)

    assert stages(lounge) == ["active"]
    [one] = lounge.ask("rules", "try", "buynow")["opinions"]
    assert (one["stage"], one["action"]) == ("active", "hold")
    assert "buynow" in lounge.say("rules", "export")
    assert "(bad_message)" in lounge.refused("rules", "retire", draft)


def test_an_urgent_rule_is_added_adopted_and_ended(drafted):
    lounge, _ = drafted
    lounge.say("rules", "add-urgent", "zqxword", "--category", "spam", "--why", "a wave")
    [row] = lounge.ask("rules", "urgent")
    number = str(row["urgent"])

    lounge.say("rules", "adopt-urgent", number)
    assert lounge.ask("rules", "urgent")[0]["until_ms"] is None
    lounge.say("rules", "end-urgent", number)
    assert "(not_found)" in lounge.refused("rules", "end-urgent", number)


def test_a_back_scan_is_previewed_and_begun_by_somebody(drafted):
    lounge, draft = drafted
    told = json.loads(lounge.say("rules", "scan", "--draft", draft))
    assert told["report"]["hits"] == 0
    executed = ("rules", "scan", "--draft", draft, "--execute", "--why", "a wave", "--as")
    assert "(not_found)" in lounge.refused(*executed, "nobody")

    begun = json.loads(lounge.say(*executed, "eve"))

    [scan] = lounge.ask("rules", "scans")
    assert (begun["scan"], begun["report"]) == (scan["scan"], told["report"])
    assert (scan["phase"], scan["expected"]) == ("running", 0)
    lounge.say("rules", "stop-scan", str(scan["scan"]), "--as", "eve")
    lounge.say("rules", "undo-scan", str(scan["scan"]), "--as", "eve")
    assert lounge.ask("rules", "scans")[0]["phase"] == "undoing"
