"""Who runs the service and on what terms is one step from every page; the rules name categories.

Article: Article.HONEST_OPERATION, Article.RULES_SHOWN, Article.RESPONSIBLE_PERSONS,
    Article.FORUM_DATES
"""

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.ids import Millis

PAGES = ("/", "/report", "/register", "/sign-in", "/rules", "/privacy", "/terms", "/about")


def version(number, from_ms, kind=DocumentKind.TERMS):
    words = Words(f"条款 {number}", f"Terms {number}", "正文", f"text {number} **")
    return Document(Edition(kind, number, Millis(from_ms), is_mandatory=False), words)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_leads_to_who_runs_it_and_to_the_way_to_complain(site, path):
    page = (await site.api.get(path)).raise_for_status().text

    head, _, _ = page.partition("<main")
    assert 'href="/report"' in head
    for way in ("/about", "/terms", "/privacy", "/rules"):
        assert f'href="{way}"' in page


async def test_each_category_stands_on_the_rules_page(site):
    page = (await site.api.get("/rules")).text

    assert [word for word in CATEGORIES if f'id="{word}"' not in page] == []


async def test_who_answers_for_the_service_is_named(site):
    await site.person("eve", Bundle.CHIEF_EDITOR)

    assert "Eve, chief editor" in (await site.api.get("/about")).text


async def test_a_text_binds_from_its_date_and_is_announced_before(site):
    documents, day_ms = site.core.offices.documents, 86_400_000
    now_ms = documents._clock()
    assert "A sample" in (await site.api.get("/terms")).text
    await documents.issue(None, version(1, now_ms))
    await documents.issue(None, version(2, now_ms + day_ms))

    page = (await site.api.get("/terms")).text
    coming = (await site.api.get("/documents/terms?version=2")).text

    assert "Terms 1" in page
    assert "Version 2 binds from" in page
    assert "binds from" in coming
    assert (await site.api.get("/documents/terms?version=3")).status_code == 404
