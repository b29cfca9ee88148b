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


def test_a_file_of_another_encoding_is_named_with_its_line(lounge, tmp_path):
    words = tmp_path / "words.txt"
    words.write_bytes(b"fine\n" + "加微信\n".encode("gbk"))

    said = lounge.refused("room", "words", "lounge", "--set", str(words))

    assert f"{words}: line 2: this is not UTF-8." in said


def test_the_mark_that_editors_put_before_a_text_is_no_part_of_it(lounge, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("加微信\n", "utf-8-sig")

    lounge.say("room", "words", "lounge", "--set", str(words))

    assert lounge.ask("room", "words", "lounge")["words"] == ["加微信"]


def test_a_file_that_cannot_be_read_is_named_in_words(lounge, tmp_path):
    said = lounge.refused("room", "words", "lounge", "--set", str(tmp_path))

    assert said == f"error: {tmp_path}: Is a directory\n"


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
