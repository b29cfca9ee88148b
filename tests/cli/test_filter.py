import json

import pytest

RULES = """
[[rule]]
id = "ads"
category = "ads"
class = "house"
action = "hold"
words = ["加微信", "spam"]
contacts = ["phone"]

[[allow]]
phrases = ["spam museum"]
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "house.toml"
    path.write_text(RULES, "utf-8")
    return path


def test_a_text_is_tried(shell, rules):
    verdict = shell.ask("filter", "test", "加·微·信", "--rules", str(rules))

    assert (verdict["action"], verdict["category"]) == ("hold", "ads")
    assert [(hit["start"], hit["end"], hit["kind"]) for hit in verdict["hits"]] == [(0, 5, "skip")]


def test_without_rules_those_of_the_settings_are_used(shell):
    assert "mask" in shell.say("filter", "test", "what a fizzlebug")
    assert "pass" in shell.say("filter", "test", "hello")


def test_explaining_shows_how_a_text_is_read(shell, rules):
    said = shell.say("filter", "explain", "ＳＰＡＭ 13912345678", "--rules", str(rules))

    assert "spam·13912345678" in said
    assert "phone" in said


def test_linting_names_file_line_and_code(shell, rules, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(RULES.replace('"hold"', '"shout"'), "utf-8")

    assert "1 rules, 2 words" in shell.say("filter", "lint", str(rules))
    assert f"{wrong}: line 6:" in shell.refused("filter", "lint", str(wrong))
    told = json.loads(shell.run("filter", "lint", "--json", str(wrong)).stdout)
    assert (told["line"], told["code"]) == (6, "bad_value")


def test_built_rules_are_used_like_their_source(shell, rules, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("scam\n", "utf-8")
    built = tmp_path / "house.rules"

    shell.say("filter", "build", str(built), "--rules", str(rules), "--rules", str(words))

    for text, action in [("s p a m", "hold"), ("scam", "hold"), ("spam museum", "pass")]:
        assert shell.ask("filter", "test", text, "--rules", str(built))["action"] == action
    built.write_bytes(built.read_bytes()[:100])
    assert "build it anew" in shell.refused("filter", "test", "x", "--rules", str(built))


def test_cases_are_judged_line_by_line(shell, tmp_path):
    lexicon, allowed = tmp_path / "words.jsonl", tmp_path / "fine.txt"
    lexicon.write_text('{"term": "赌博", "category": "gambling", "action": "block"}\n', "utf-8")
    allowed.write_text("赌博学\n", "utf-8")
    cases = [
        {"id": 1, "text": "赌*博", "lexicon": "mine", "whitelist": "fine"},
        {"id": 2, "text": "赌博学", "lexicon": "mine", "whitelist": "fine"},
        {"id": 3, "text": "x", "lexicon": "other"},
    ]
    lines = "".join(json.dumps(case) + "\n" for case in cases) + "no json\n"

    said = shell.say(
        *("filter", "judge", "--lexicon", f"mine={lexicon}", "--whitelist", f"fine={allowed}"),
        stdin=lines,
    )

    verdicts = list(map(json.loads, said.splitlines()))
    assert [verdict.get("hit") for verdict in verdicts] == [True, False, None, None]
    assert (verdicts[0]["action"], verdicts[0]["found"]) == ("refuse", ["赌*博"])
    assert "error" in verdicts[2]
    assert "no JSON" in verdicts[3]["error"]


def test_halves_of_pairs_are_judged_and_written_as_they_came(shell):
    case = {"id": 1, "text": "\ud83d坏蛋", "lexicon": ["坏蛋"]}

    told, nested = map(
        json.loads,
        shell.say("filter", "judge", stdin=json.dumps(case) + "\n" + "[" * 100_000).splitlines(),
    )

    assert "no JSON" in nested["error"]
    assert (told["spans"], told["mask"]) == ([[1, 3]], "\ud83d**")


def test_scenarios_are_judged_event_by_event(shell):
    said = {"room": "r1", "user": "ann", "text": "look at me"}
    case = {"id": 7, "events": [{"t_ms": at * 3_000, **said} for at in range(3)]}

    told = json.loads(shell.say("filter", "judge", stdin=json.dumps(case)))

    assert told == {"id": 7, "verdicts": ["pass", "pass", "dup"], "unsupported": []}


def test_a_list_that_is_not_there_is_refused(shell):
    assert "NAME=FILE" in shell.refused("filter", "judge", "--lexicon", "mine=/nowhere")


def test_the_cost_of_a_look_is_told(shell, rules, tmp_path):
    texts = tmp_path / "texts.txt"
    texts.write_text("hello\nspam\n", "utf-8")

    told = shell.ask("filter", "bench", str(texts), "--rules", str(rules), "--passes", "1")

    assert (told["texts"], told["hit"]) == (2, 1)
    assert told["us_per_text"] > 0


def test_rules_that_cannot_be_put_in_their_place_leave_nothing(shell, rules, tmp_path):
    place = tmp_path / "out" / "built.rules"
    place.mkdir(parents=True)

    assert "directory" in shell.refused("filter", "build", str(place), "--rules", str(rules))
    assert list(place.parent.iterdir()) == [place]
