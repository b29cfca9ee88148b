import json

import pytest


@pytest.fixture
def chosen(tmp_path, monkeypatch):
    key = tmp_path / "classifier.key"
    key.write_bytes(b"k" * 32)
    monkeypatch.setenv("DANMAKU_FILTER__CLASSIFIER_URL", "http://127.0.0.1:9/nobody")
    monkeypatch.setenv("DANMAKU_FILTER__CLASSIFIER_KEY_FILE", str(key))
    return key


@pytest.mark.usefixtures("chosen")
def test_a_classifier_that_does_not_answer_holds_what_the_filter_lets_pass(lounge, tmp_path):
    file = tmp_path / "comments.jsonl"
    texts = ("hello", "a fizzlebug", "a grumblewock")
    file.write_text("".join(json.dumps({"t": 0, "x": text}) + "\n" for text in texts), "utf-8")

    outcome = lounge.ask("feed", str(file), "--room", "lounge", "--speed", "100")

    assert outcome == {"held": 2, "refused": 1}


def test_a_key_that_is_too_short_is_refused(shell, chosen):
    chosen.write_bytes(b"short")

    assert "32 bytes" in shell.refused("room", "list")
