from bench.filter.quality import (
    added_by_free_channels,
    is_exact,
    is_right,
    scenario_scores,
    scores,
)
from danmaku.filter.cases import Row
from danmaku.filter.judge import Books, Judge

JUDGE = Judge(Books({"base": [Row("加微信", "ads")]}, {"base": []}))


def case(text, *, hit, **expected):
    return {
        "id": text,
        "src": "own",
        "kind": "evasion",
        "tier": "must",
        "text": text,
        "lexicon": "base",
        "whitelist": "base",
        "expect": {"hit": hit, **expected},
    }


def test_cases_are_counted_by_kind_and_tier():
    right = case("加·微信", hit=True, terms=["加微信"], spans=[[0, 4]])
    misplaced = case("加微信", hit=True, terms=["加微信"], spans=[[0, 2]])
    missed = case("hello", hit=True, terms=["加微信"])

    score = scores(JUDGE, [right, misplaced, missed])["evasion", "must"]

    assert (score.count, score.right, score.exact) == (3, 2, 1)


def test_actions_and_categories_are_compared_where_they_are_said():
    wrong = case("加微信", hit=True, terms=["加微信"], action="block")
    verdict = JUDGE.judge(wrong)

    assert is_right(wrong, verdict)
    assert not is_exact(wrong, verdict)


def test_a_scenario_is_right_where_all_its_events_are():
    event = {"t_ms": 0, "room": "r1", "user": "ann", "text": "hello"}
    right = {"tier": "must", "events": [{**event, "expect": "pass"}]}
    wrong = {"tier": "must", "events": [{**event, "expect": "pass"}, {**event, "expect": "rate"}]}

    score = scenario_scores([right, wrong])["scenario", "must"]

    assert (score.count, score.right) == (2, 1)


def test_what_disguises_alone_flag_is_listed():
    assert added_by_free_channels(JUDGE, ["加微信", "加威信", "hello"]) == ["加威信"]
