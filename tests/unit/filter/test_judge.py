import pytest

from danmaku.filter.cases import Row
from danmaku.filter.judge import Books, Judge, Scenario

BOOKS = Books(
    {"base": [Row("赌博", "gambling", "block"), Row("sb", "abuse", "mask", "latin", short=True)]},
    {"base": ["赌博学"]},
)
JUDGE = Judge(BOOKS)


def judged(text, **fields):
    return JUDGE.judge({"id": "x", "text": text, **fields})


def test_verdict_has_all_its_fields():
    assert judged("去赌·博", lexicon="base", whitelist="base") == {
        "id": "x",
        "hit": True,
        "action": "refuse",
        "category": "gambling",
        "terms": ["赌博"],
        "found": ["赌·博"],
        "spans": [[1, 4]],
        "mask": "去***",
        "count": 1,
        "normalized": None,
        "kind": "skip",
        "unsupported": [],
    }


def test_text_without_hits():
    verdict = judged("赌博学", lexicon="base", whitelist="base")

    assert (verdict["hit"], verdict["action"], verdict["mask"]) == (False, "pass", "赌博学")


def test_contacts_are_looked_for_beside_a_named_lexicon():
    assert judged("电话13912345678", lexicon="base")["normalized"] == "13912345678"
    assert judged("电话13912345678", lexicon=[])["hit"] is False


@pytest.mark.parametrize(
    ("match", "found"),
    [
        ("overlapping", ["ab", "abc", "bcd"]),
        ("leftmost_longest", ["abc"]),
        ("leftmost_first_end", ["ab"]),
    ],
)
def test_which_of_overlapping_hits_count(match, found):
    verdict = judged("abcd", lexicon=["ab", "abc", "bcd"], options={"match": match})

    assert verdict["found"] == found


def test_options_of_a_case():
    loud = {"max_run": 12, "min_distinct_ratio": 0.12, "min_len": 20}
    assert judged("A" * 24, options=loud)["kind"] == "shout"
    assert judged("x1", lexicon=["x"], options={"digit_boundary": True})["hit"] is False
    skipping = {"skip_special": True, "skip_chars": "."}
    assert judged("赌.博", lexicon=["赌博"], options=skipping)["hit"] is True
    assert judged("赌*博", lexicon=["赌博"], options=skipping)["hit"] is False
    assert judged("赌.博", lexicon=["赌博"], options={"skip_chars": "."})["hit"] is True
    assert judged("赌*博", lexicon=["赌博"], options={"skip_chars": "."})["hit"] is False
    assert judged("x", lexicon=["x"], options={"mask_char": "#", "new": 1}) | {"id": 0} == {
        **judged("x", lexicon=["x"]),
        "mask": "#",
        "unsupported": ["new"],
        "id": 0,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"text": 3},
        {"text": "a", "lexicon": "unknown"},
        {"text": "a", "options": {"regex": "("}},
        {"text": "a", "whitelist": "unknown"},
        {"text": "a", "options": {"match": "best"}},
        {"text": "a", "lexicon": ["a"], "options": {"categories": {"a": []}}},
        {"text": "a", "lexicon": ["a"], "options": {"mask_char": ""}},
        {"text": "a", "options": {"combo": {"all": ["买", "！"]}}},
    ],
)
def test_a_wrong_case_is_told_and_spoils_no_other(fields):
    assert "error" in JUDGE.judge(fields)


@pytest.mark.parametrize(
    ("word", "text"),
    [("(a|b)*", "x(A|b)*"), ("...", "嗯..."), ("@@", "@@"), ("c++", "C++"), ("坏蛋😀", "坏蛋😀")],
)
def test_a_word_of_signs_is_told_as_it_stands_in_the_lexicon(word, text):
    assert judged(text, lexicon=[word])["terms"] == [word]


def test_a_mask_of_several_characters_moves_no_later_hit():
    options = {"mask_char": "[x]"}

    assert judged("a b a", lexicon=["a"], options=options)["mask"] == "[x] b [x]"


def test_words_and_phrases_without_letters_are_passed_over():
    assert judged("a", lexicon=["", " ", "\u200b"], whitelist=[""])["hit"] is False
    assert judged("a", lexicon=None, whitelist=None)["hit"] is False


def test_halves_of_pairs_and_long_texts():
    assert judged("\ud83d坏蛋", lexicon=["坏蛋"])["spans"] == [[1, 3]]
    assert judged("坏蛋" * 5000, lexicon=["坏蛋"])["count"] == 5000


def test_events_are_for_whoever_judges_them():
    assert JUDGE.judge({"id": 1, "events": []}) == {"id": 1, "unsupported": ["events"]}
    scenario = Scenario(lambda case: ["pass"] * len(case["events"]), lambda _case: ["odd"])
    told = Judge(BOOKS, scenario).judge({"id": 1, "events": [{}]})
    assert told == {"id": 1, "verdicts": ["pass"], "unsupported": ["odd"]}


@pytest.mark.parametrize(
    ("options", "hit"),
    [({"min_len": 0, "max_run": 3}, True), ({"max_run": 3}, False), ({"max_run": 0}, False)],
)
def test_a_bound_of_zero_is_no_minimum_and_not_the_usual_one(options, hit):
    told = [JUDGE.judge({"text": text, "options": options}) for text in ("aaaa", "")]

    assert [one.get("hit") for one in told] == [hit, False]
