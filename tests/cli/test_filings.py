import json
import re

import pytest


def numbers(text):
    return re.findall(r"\d+", text)[-1]


def staffed(lounge):
    for login, bundle in (("eve", "chief_editor"), ("rey", "reviewer")):
        lounge.say("account", "create", login, "--no-password")
        lounge.say("account", "grant", login, bundle)
    return lounge


def test_a_weakness_goes_its_way_and_is_exported(lounge, tmp_path):
    say = staffed(lounge).say
    filing = numbers(say("filing", "vulnerability", "Tokens in a log", "--risk", "high"))
    say("filing", "revise", filing, "summary", "Line 3.", "--as", "rey", "--revision", filing)
    [seen] = lounge.ask("filing", "list", "--kind", "vulnerability")
    read = ("--revision", str(seen["revision"]))
    late = lounge.refused("filing", "turn", filing, "ready", "--as", "rey", "--revision", filing)
    say("filing", "turn", filing, "ready", "--as", "rey", *read)
    own = lounge.refused("filing", "turn", filing, "approved", "--as", "rey", *read)
    say("filing", "turn", filing, "approved", "--as", "eve", *read)
    say("filing", "turn", filing, "submitted", "--as", "eve", *read, "--receipt", "no. 7")
    open_ = lounge.refused("filing", "turn", filing, "acknowledged", "--as", "eve", *read)
    say("filing", "mend", filing, "Dropped.", "--as", "rey")
    say("filing", "turn", filing, "acknowledged", "--as", "eve", *read)
    [row] = lounge.ask("filing", "list", "--kind", "vulnerability")
    page, data = tmp_path / "filing.html", tmp_path / "filing.json"
    say("filing", "export", filing, "--out", str(page))
    say("filing", "export", filing, "--out", str(data))

    assert f"revision {seen['revision']} is the newest" in late
    assert "(not_granted)" in own
    assert "(not_granted)" in open_
    assert (row["state"], row["receipt"], row["is_mended"]) == ("acknowledged", "no. 7", True)
    assert "安全漏洞: Tokens in a log" in page.read_text("utf-8")
    assert [step["act"] for step in json.loads(data.read_bytes())["history"]] == [
        "begun",
        "revised",
        "ready",
        "approved",
        "submitted",
        "mended",
        "acknowledged",
    ]
    assert json.loads(say("filing", "show", filing))["filing"] == int(filing)
    assert lounge.ask("filing", "list", "--open") == []


def test_yesterday_and_a_year_are_reported(lounge):
    numbers(lounge.say("filing", "report"))
    lounge.say("filing", "year", "2020")
    early = lounge.refused("filing", "report", "--from", "2026-01-01", "--to", "2999-01-01")

    assert "(bad_message)" in early
    assert [row["kind"] for row in lounge.ask("filing", "list")] == ["yearly", "period"]
    assert "yearly" in lounge.say("filing", "list", "--state", "draft")


def test_an_order_is_entered_for_a_named_editor_and_taken_back(lounge):
    staffed(lounge)
    words = ("order", "enter", "ref 123", "closed", "--room", "lounge", "--minutes", "60", "--as")
    nobody = lounge.refused(*words, "nobody")
    foreign = lounge.refused(*words, "rey")
    lounge.say(*words, "eve")
    [order] = lounge.ask("order", "list")
    lounge.say("order", "lift", order["order_id"], "--as", "eve", "--reason", "over")

    assert "(not_found)" in nobody
    assert "(not_granted)" in foreign
    assert (order["reference"], order["ended_ms"]) == ("ref 123", None)
    assert lounge.ask("order", "list")[0]["ended_ms"] is not None
    assert "ref 123" in lounge.say("order", "list")


@pytest.mark.parametrize("name", ["filing.html", "filing.json"])
def test_who_reads_an_export_while_the_next_is_written_reads_it_whole(lounge, tmp_path, name):
    filing = numbers(lounge.say("filing", "report"))
    file = tmp_path / name
    file.write_text("an older one")

    with file.open() as reader:
        lounge.say("filing", "export", filing, "--out", str(file))
        assert reader.read() == "an older one"
    assert "an older one" not in file.read_text("utf-8")
