"""Each duty leads to what serves it, to the scenario that proves it, and to today's evidence.

Article: Article.PURPOSE
"""

import re

from danmaku.domain.account import Bundle
from danmaku.domain.articles import UNSERVED, Article
from danmaku.domain.comment import Draft
from tests.articles.verbs import bearer
from tests.house.tree import ROOT

CLAUSES = re.compile(r"^\| ([AB]\d[^ |]*) \|", re.MULTILINE)


async def duties_of(site, person):
    got = await site.api.get("/api/duties", headers=bearer(person))
    return {row["clause"]: row for row in got.raise_for_status().json()["duties"]}


async def test_the_duties_of_page_documents_and_scenarios_are_the_same(site):
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)

    rows = await duties_of(site, eve)

    documented = (ROOT / "docs/regulation.md").read_text(encoding="utf-8")
    assert list(rows) == CLAUSES.findall(documented) == [one.clause for one in Article]
    for article in Article:
        row = rows[article.clause]
        if article in UNSERVED:
            assert row["troubles"] == ["unserved"]
            continue
        assert row["code"], article
        assert row["tests"], article
        places = {place.split()[0] for place in (*row["code"], *row["tests"])}
        assert {place for place in places if not (ROOT / place).is_file()} == set()


async def test_what_happened_today_is_evidence(site):
    eve, ann = await site.person("eve", Bundle.CHIEF_EDITOR), await site.person("ann")
    room = await site.room()
    await site.core.comments.post(ann.who, room, Draft("c-1", "hello"))

    row = (await duties_of(site, eve))["A4(3)"]

    assert (row["day_count"], row["count"], row["is_green"]) == (1, 1, True)


async def test_a_gap_is_explained(site):
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)

    rows = await duties_of(site, eve)

    assert rows["A4(1)"]["troubles"] == ["verifier"]
    assert rows["A4"]["is_green"]  # there is a chief editor
