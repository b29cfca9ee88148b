"""Whatever people write stands in the command's words as they wrote it, and breaks nothing."""

import json

import pytest

WRITTEN = "a wobblesnark [/] \\[/b] :smile: [red]"
TITLE = "a [/] room :smile:"


@pytest.fixture
def written(lounge, tmp_path):
    lounge.say("room", "create", "quotes", "--title", TITLE)
    file = tmp_path / "comments.jsonl"
    file.write_text(json.dumps({"t": 1, "x": WRITTEN}), "utf-8")
    lounge.say("feed", str(file), "--room", "lounge")
    return lounge


def test_lists_show_texts_as_they_were_written(written):
    assert WRITTEN in " ".join(written.say("review", "list").split())
    assert TITLE in " ".join(written.say("room", "list").split())


def test_refusals_repeat_what_was_typed_as_it_was_typed(shell):
    said = shell.refused("filter", "judge", "--lexicon", "\\[/]:smile:")

    assert "[/]:smile:" in said


def test_rules_and_what_they_mask_are_told_as_they_are_written(shell, tmp_path):
    rules = tmp_path / ":smile:.toml"
    rule = (
        '[[rule]]\nid = "r"\ncategory = "c"\nclass = "house"\naction = "mask"\nwords = ["quux"]\n'
    )
    rules.write_text(rule, "utf-8")

    assert "[/] **** :smile:" in shell.say(
        "filter", "test", "[/] quux :smile:", "--rules", str(rules)
    )
    rules.write_text('[[rule]]\nid = ":x:"\n', "utf-8")
    assert ":smile:.toml: line" in shell.refused("filter", "lint", str(rules))
