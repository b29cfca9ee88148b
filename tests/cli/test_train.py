import json
import sys
from random import Random

import httpx
import pytest

from danmaku.filter.model_file import pack_model
from tests.cli.test_server import running
from tests.unit.filter.models import ADVERTS, CARD, chatter, weights


@pytest.fixture
def decided(tmp_path):
    path = tmp_path / "decided.jsonl"
    random = Random(3)  # noqa: S311 -- a corpus, no secret
    lines = [
        {"text": chatter(random) + (random.choice(ADVERTS) if at % 2 else ""), "bad": at % 2 == 1}
        for at in range(900)
    ]
    lines[1]["category"] = "spam"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "\n", "utf-8")
    return path


@pytest.fixture
def gloomy(tmp_path, monkeypatch):
    path = tmp_path / "gloomy.dmm"
    path.write_bytes(pack_model(weights({"sad": 2.0}), CARD))
    monkeypatch.setenv("DANMAKU_FILTER__MODEL_FILE", str(path))
    return path


def feed(shell, tmp_path, *texts):
    file = tmp_path / "comments.jsonl"
    file.write_text("".join(json.dumps({"t": 0, "x": text}) + "\n" for text in texts), "utf-8")
    return shell.ask("feed", str(file), "--room", "lounge", "--speed", "100", "--accounts", "5")


def test_a_model_is_trained_shown_and_tried(shell, decided, tmp_path):
    target, plain = tmp_path / "house.dmm", tmp_path / "plain.jsonl"
    plain.write_text('{"text": "主播唱歌太棒了"}\n{"x": "哈哈哈期待下次"}\n', "utf-8")
    source = ("--from", str(decided), "--plain", str(plain))

    said = shell.run("filter", "train", *source, "--out", str(target))
    assert said.exit_code == 0
    assert "450 listed bad, 450 listed good" in said.stderr
    again = ("filter", "train", *source, "--out", str(target), "--former", str(target))
    assert "macro-F1" in shell.say(*again)

    card = shell.ask("filter", "card", str(target))
    assert card["quality"]["macro_f1"] > 0.95
    assert card["decisions"] == {"listed bad": 450, "listed good": 450}
    assert card["categories"] == {"spam": 1}
    assert "## Limits" in shell.say("filter", "card", str(target))
    advert = f"好啊 {ADVERTS[0]}"
    told = shell.ask("filter", "test", advert, "--model", str(target))
    assert (told["action"], told["category"], told["band"]) == ("hold", "learned", "hold")
    assert told["score"] > card["hold_at"]
    assert "score" in shell.say("filter", "test", "hello", "--model", str(target))
    assert "none, too short" in shell.say("filter", "explain", "哈哈", "--model", str(target))
    assert "点我" in shell.say("filter", "explain", advert, "--model", str(target))
    assert "score" not in shell.ask("filter", "test", advert)


def test_a_model_that_is_worse_is_not_written(shell, decided, tmp_path):
    target, former = tmp_path / "house.dmm", tmp_path / "former.dmm"
    shell.say("filter", "train", "--from", str(decided), "--out", str(former))
    random = Random(5)  # noqa: S311 -- a corpus, no secret
    lines = map(json.loads, decided.read_text("utf-8").splitlines()[:-1])
    turned = [line | {"bad": random.random() < 0.5} for line in lines]
    decided.write_text("".join(json.dumps(line) + "\n" for line in turned), "utf-8")
    source = ("--from", str(decided), "--out", str(target))

    told = shell.refused("filter", "train", *source, "--former", str(former))

    assert "Worse than model" in told
    assert ", before " in told
    assert not target.exists()


@pytest.mark.parametrize("line", ['{"text": "no word on it"}', "no JSON", '{"text": 3, "bad": 1}'])
def test_a_line_that_is_no_decision_is_named(shell, decided, tmp_path, line):
    decided.write_text(f'{{"text": "good one", "bad": false}}\n{line}\n', "utf-8")

    told = shell.refused("filter", "train", "--from", str(decided), "--out", str(tmp_path / "m"))

    assert "line 2" in told


def test_without_the_library_the_extra_is_named(shell, decided, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "danmaku.cli.fitting", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)

    told = shell.refused("filter", "train", "--from", str(decided), "--out", str(tmp_path / "m"))

    assert "pip install danmaku[train]" in told


def test_of_too_few_decisions_in_a_record_nothing_is_learned(lounge, tmp_path):
    feed(lounge, tmp_path, "hello there", "what a nice boat")

    told = lounge.refused("filter", "train", "--out", str(tmp_path / "m"))

    assert "Too few decisions: 0 bad and 2 good texts" in told


def test_what_a_model_holds_waits_for_a_person(lounge, gloomy, tmp_path, monkeypatch):
    assert feed(lounge, tmp_path, "so sad", "all is well") == {"published": 2}
    monkeypatch.setenv("DANMAKU_FILTER__MODEL_MODE", "hold")

    outcome = feed(lounge, tmp_path, "so very sad", "all is very well", "a sad grumblewock")

    assert outcome == {"held": 1, "published": 1, "refused": 1}
    [waiting] = lounge.ask("review", "list")
    assert (waiting["category"], waiting["text"]) == ("learned", "so very sad")
    assert lounge.ask("filter", "backscan")["same"] == 5
    gloomy.write_bytes(gloomy.read_bytes()[:100])
    assert "gloomy.dmm: not a model" in lounge.refused("room", "list")
    assert "gloomy.dmm: not a model" in lounge.run("doctor", "--json").stdout


def test_a_model_is_no_judge_of_names_and_titles(shell, gloomy, monkeypatch):
    monkeypatch.setenv("DANMAKU_FILTER__MODEL_MODE", "hold")

    shell.say("account", "create", "so-sad", "--password-stdin", stdin="long enough\n")
    shell.say("room", "create", "attic", "--title", "So sad", "--owner", "so-sad")

    assert gloomy.exists()


def test_a_server_counts_what_its_model_suspects(lounge, gloomy, tmp_path):
    with running(lounge, "--port", "0") as (_, address):
        assert feed(lounge, tmp_path, "so sad") == {"published": 1}
        metrics = httpx.get(f"{address}/metrics").text

    assert 'danmaku_learned_looks_total{band="hold"} 1.0' in metrics
    assert gloomy.exists()
