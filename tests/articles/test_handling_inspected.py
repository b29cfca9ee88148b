"""How cases were handled is given away with all times, and a recount of it gives the figures.

Article: Article.HANDLING_INSPECTED
"""

import csv
import io
import json
from statistics import median_low

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from tests.articles.verbs import bearer

CASES_COUNT = 4  # and one that waits: as many as one address reports at once


@pytest.fixture
async def site_with_cases(site):
    """Reports that were decided, one after the other, and one that waits."""
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    judge = await site.person("judge", Bundle.REVIEWER)
    await site.person("bob")
    for number in range(1, CASES_COUNT + 2):
        await author.send(f"comment {number}")
        fields = {"room": room, "number": number, "category": "spam", "text": "planted words"}
        await site.api.post("/api/reports", json=fields)
    for _ in range(CASES_COUNT):
        asked = await site.api.post("/api/cases/next", json={}, headers=bearer(judge))
        path = f"/api/cases/{asked.json()['case']['case_id']}/decide"
        decision = {"outcome": "rejected", "note": "planted reasons"}
        (await site.api.post(path, json=decision, headers=bearer(judge))).raise_for_status()
    return site


async def test_a_recount_of_what_is_given_away_equals_the_figures(site_with_cases):
    site = site_with_cases
    inspector = await site.person("ins", Bundle.INSPECTOR)

    given = await site.api.get("/api/handling.jsonl", headers=bearer(inspector))
    figures = await site.api.get("/api/inspection/figures", headers=bearer(inspector))

    cases = [json.loads(line) for line in given.raise_for_status().text.splitlines()]
    decided = [one for one in cases if one["ending"] == "decided"]
    assert (len(cases), len(decided)) == (CASES_COUNT + 1, CASES_COUNT)
    [told] = [one for one in figures.json()["handled"] if one["kind"] == "report"]
    took_ms = [one["ended_ms"] - one["opened_ms"] for one in decided]
    assert told["count"] == len(took_ms)
    assert told["median_s"] == round(median_low(took_ms) / 1000, 1)
    assert told["p95_s"] == round(max(took_ms) / 1000, 1)
    for one in decided:
        assert one["opened_ms"] <= one["turned_ms"] <= one["ended_ms"] <= one["due_ms"]


async def test_nobody_is_in_it(site_with_cases):
    editor = await site_with_cases.person("eve", Bundle.CHIEF_EDITOR)

    given = [
        await site_with_cases.api.get(f"/api/handling.{ending}", headers=bearer(editor))
        for ending in ("csv", "jsonl")
    ]

    for each in given:
        text = each.raise_for_status().text
        assert not [word for word in ("planted", "author", "judge", "bob") if word in text]
    rows = list(csv.DictReader(io.StringIO(given[0].text.removeprefix("\ufeff"))))
    assert len(rows) == CASES_COUNT + 1
    assert {row["ending"] for row in rows} == {"decided", ""}
    assert all(row["opened_ms"].endswith("Z") for row in rows)


async def test_others_are_not_given_it(site):
    reviewer = await site.person("judge", Bundle.REVIEWER)

    guest = await site.api.get("/api/handling.jsonl")
    staff = await site.api.get("/api/handling.jsonl", headers=bearer(reviewer))

    assert (guest.status_code, staff.status_code) == (401, 403)
