import json

from bench.filter.verdicts import write_verdicts

WORD = {"term": "加微信", "category": "ads"}
CASE = {"id": "c-1", "text": "加·微信", "lexicon": "base", "whitelist": "base"}


def test_each_case_and_each_text_has_its_line(tmp_path):
    for name, row in (("lexicon_base", WORD), ("own_cases", CASE), ("peer_cases", CASE)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    (tmp_path / "whitelist_base.txt").write_text("", "utf-8")
    said = ["hello", "今天", "天气", "不错", "。", "加微信"]
    before, after = tmp_path / "before", tmp_path / "after"

    write_verdicts(before, tmp_path, said)
    write_verdicts(after, tmp_path, said)

    verdicts = [json.loads(line) for line in before.read_text("utf-8").splitlines()]
    assert before.read_bytes() == after.read_bytes()
    hits = [verdict["hit"] for verdict in verdicts]
    cases, comments, joined, texts = hits[:2], hits[2:8], hits[8:10], hits[10:]
    assert (cases, texts) == ([True, True], [True, True])
    assert comments == [False, False, False, False, False, True]
    assert joined == [False, True]
