"""How good the filter is: cases judged, by kind and tier; and what the free channels add.

The cases are JSON lines as `danmaku filter judge` takes them, with what is expected of each.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from danmaku.domain.scenarios import verdicts_of
from danmaku.filter.cases import Row
from danmaku.filter.judge import Books, Judge
from danmaku.filter.variants import Kind

CASES = ("own_cases.jsonl", "peer_cases.jsonl")
SCENARIOS = "state_cases.jsonl"
EXACT_KINDS = frozenset(("contact", "phrase", "regex"))
CHECKED = ("found", "spans", "mask", "count", "normalized")
ACTIONS = {"block": "refuse"}
PLAIN = frozenset((Kind.WORD.value, Kind.REPEAT.value, Kind.CONTACT.value))

Fields = Mapping[str, object]


@dataclass(slots=True)
class Score:
    """How many of a kind were right.

    Attributes:
        count: How many cases there were whose options are supported.
        right: How many were judged as expected.
        exact: How many of the right ones also at the exact place.
        unsupported: How many asked for what the filter does not do.
    """

    count: int = 0
    right: int = 0
    exact: int = 0
    unsupported: int = 0


def books_of(folder: Path) -> Books:
    """The lexicon and the allowed phrases that the cases call `base`."""
    rows = [
        msgspec.json.decode(line, type=Row)
        for line in (folder / "lexicon_base.jsonl").read_bytes().splitlines()
    ]
    phrases = (folder / "whitelist_base.txt").read_text("utf-8").split("\n")
    return Books({"base": rows}, {"base": [phrase for phrase in phrases if phrase]})


def scores(judge: Judge, cases: Iterable[Fields]) -> dict[tuple[str, str], Score]:
    """Judge all cases."""
    table: dict[tuple[str, str], Score] = defaultdict(Score)
    for case in cases:
        own = case.get("src") == "own"
        score = table[str(case["kind"]) if own else "peer", str(case["tier"])]
        verdict = judge.judge(case)
        if verdict.get("unsupported"):
            score.unsupported += 1
            continue
        score.count += 1
        right, exact = is_right(case, verdict), is_exact(case, verdict)
        if own and case["kind"] not in EXACT_KINDS:
            score.right += right
            score.exact += right and exact
        else:
            score.right += right and exact
            score.exact += right and exact
    return dict(sorted(table.items()))


def scenario_scores(cases: Iterable[Fields]) -> dict[tuple[str, str], Score]:
    """Judge scenarios: right is one of which every event is judged as expected."""
    table: dict[tuple[str, str], Score] = defaultdict(Score)
    for case in cases:
        score = table["scenario", str(case["tier"])]
        score.count += 1
        right = list(verdicts_of(case)) == [event["expect"] for event in _events(case)]
        score.right += right
        score.exact += right
    return dict(sorted(table.items()))


def _events(case: Fields) -> list[dict[str, Any]]:
    events = case["events"]
    if not isinstance(events, list):
        raise TypeError(f"case {case.get('id')}: events must be a list")
    return events


def _expected(case: Fields) -> dict[str, Any]:
    expected = case["expect"]
    if not isinstance(expected, dict):
        raise TypeError(f"case {case.get('id')}: expect must be an object")
    return expected


def is_right(case: Fields, verdict: Fields) -> bool:
    """Whether it was found, as what it is, or rightly not."""
    expected = _expected(case)
    if verdict.get("hit") != expected["hit"]:
        return False
    if case["kind"] != "evasion":
        return True
    terms = verdict["terms"]
    return isinstance(terms, list) and set(expected["terms"]) <= set(terms)


def is_exact(case: Fields, verdict: Fields) -> bool:
    """Whether places, masks, categories and actions are as expected, as far as they are said."""
    expected = _expected(case)
    said = [name for name in CHECKED if expected.get(name) is not None]
    action = expected.get("action")
    return (
        all(verdict.get(name) == expected[name] for name in said)
        and expected.get("category") in (None, verdict.get("category"))
        and (action is None or ACTIONS.get(action, action) == verdict.get("action"))
    )


def added_by_free_channels(judge: Judge, said: Sequence[str]) -> list[str]:
    """The comments that only disguises flag: neither words as spelled nor contacts."""
    added = []
    for text in said:
        verdict = judge.judge({"text": text, "lexicon": "base", "whitelist": "base"})
        if verdict["hit"] and verdict["kind"] not in PLAIN:
            added.append(text)
    return added


def cases_in(path: Path) -> list[Fields]:
    """The cases of one file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
