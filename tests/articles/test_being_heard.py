"""Report, complaint and appeal are near wherever one is, and each is receipted at once.

Article: Article.REPORTS_AND_APPEALS, Article.CONSPICUOUS_REPORT
"""

import re

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from tests.articles.verbs import bearer, own, take

RECEIPT = re.compile(r'class="receipt".*?<code[^>]*>([^<]+)</code>', re.DOTALL)
FORM_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
CATEGORY = re.compile(r'<button name="category" value="([a-z_]+)"')


@pytest.fixture
async def room(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    await author.send("where she lives is")
    return room


async def page(site, path):
    return (await site.api.get(path)).raise_for_status().text


async def post(site, path, form, **fields):
    token = FORM_TOKEN.search(form)[1]
    headers = {"Origin": str(site.api.base_url)}
    return await site.api.post(path, data={"csrf": token} | fields, headers=headers)


async def test_a_report_takes_a_link_and_a_button_and_its_receipt_tells_how_it_goes(site, room):
    listed = await page(site, f"/rooms/{room}")
    [link] = set(re.findall(r'href="(/report\?room=[^"]+number=1)"', listed))
    form = await page(site, link.replace("&amp;", "&"))
    assert len(set(CATEGORY.findall(form))) >= 12

    done = await post(site, "/report", form, room=room, number="1", category="privacy")

    receipt = RECEIPT.search(done.text)[1]
    judge = await site.person("judge", Bundle.REVIEWER)
    case = (await site.api.post("/api/cases/next", json={}, headers=bearer(judge))).json()["case"]
    waiting = await page(site, f"/receipts/{receipt}")
    path = f"/api/cases/{case['case_id']}/decide"
    await site.api.post(path, json={"outcome": "upheld"}, headers=bearer(judge))
    decided = await page(site, f"/receipts/{receipt}")
    assert "Somebody is looking at it" in waiting
    assert "The report was right" in decided
    assert decided.count("<time datetime=") == 2


async def test_whom_it_harms_complains_without_an_account(site, room):
    form = await page(site, f"/complain?room={room}&number=1")

    done = await post(
        site, "/complain", form, room=room, number="1", category="privacy", text="my address",
        contact="her@a.example",
    )  # fmt: skip

    receipt = RECEIPT.search(done.text)[1]
    state = (await site.api.get(f"/api/receipts/{receipt}")).json()
    assert (state["kind"], state["state"], state["category"]) == ("complaint", "open", "privacy")
    assert "her@a.example" not in str(state) + await page(site, f"/receipts/{receipt}")


async def test_every_measure_leads_to_an_appeal_and_its_receipt(site):
    ann, judge = await site.person("ann"), await site.person("judge", Bundle.REVIEWER)
    for step, more in (("warn", {}), ("limit", {"functions": ["colors"]}), ("suspend", {})):
        await take(site, judge, step, login="ann", **more)

    receipts = set()
    for measure in await own(site, ann):
        wanted = {"measure_id": measure["measure_id"], "text": "not so"}
        sent = await site.api.post("/api/appeals", json=wanted, headers=bearer(ann))
        receipts.add(sent.raise_for_status().json()["receipt"])

    filed = (await site.api.get("/api/me/filed", headers=bearer(ann))).json()["filed"]
    assert {one["receipt"] for one in filed} == receipts
    assert len(receipts) == 3


PAGES = (
    *("/", "/rooms/{room}", "/rooms/{room}/comments/1", "/rooms/{room}/hidden", "/report"),
    *("/complain", "/receipts", "/sign-in", "/register", "/rules", "/privacy", "/terms", "/about"),
    *("/transparency", "/rooms/{room}/search", "/documents/agreement", "/docs"),
)


@pytest.mark.parametrize("path", PAGES)
async def test_the_way_to_report_stands_at_the_head_of_every_page(site, room, path):
    html = await page(site, path.format(room=room))

    head = html[: html.index("<main")]
    assert 'href="/report"' in head


async def test_the_way_to_report_stands_on_a_refusal_too(site):
    answer = await site.api.get("/rooms/nowhere")

    assert answer.status_code == 404
    assert 'href="/report"' in answer.text[: answer.text.index("<main")]
