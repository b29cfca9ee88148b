"""Anybody may report, with or without an account or a script, and gets a receipt at once.

Article: Article.REPORTS_ACCEPTED
"""

import re

from bench.client import Viewer
from danmaku.domain.account import Bundle

RECEIPT = re.compile(r'class="receipt".*?<code[^>]*>([^<]+)</code>', re.DOTALL)
FORM_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


async def send_report(site, room, **fields):
    form = await site.api.get(f"/report?room={room}&number=1")
    token = FORM_TOKEN.search(form.text)[1]
    posted = {"csrf": token, "room": room, "number": "1", "category": "attack", **fields}
    return await site.api.post("/report", data=posted, headers={"Origin": str(site.api.base_url)})


async def test_guest_reports_a_comment_by_a_plain_form_and_gets_a_receipt(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    await author.send("something rude")
    judge = await site.person("judge", Bundle.REVIEWER)

    done = await send_report(site, room, text="This is about me.", contact="me@example.org")

    receipt = RECEIPT.search(done.text)[1]
    [report] = await site.core.moderation.reports(judge.who)
    assert (report.fact.receipt, report.fact.room, report.fact.number) == (receipt, room, 1)
    assert report.fact.text == "This is about me."


async def test_what_a_reporter_wrote_is_shown_to_nobody_else(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    await author.send("something rude")

    await send_report(site, room, text="planted words", contact="planted@example.org")

    for path in (f"/rooms/{room}", f"/api/rooms/{room}/entries?after=0&upto=100", "/metrics"):
        assert "planted" not in (await site.api.get(path)).raise_for_status().text


async def test_report_about_a_comment_that_is_not_there_is_refused(site):
    room = await site.room()

    done = await send_report(site, room, number="99")

    assert done.status_code == 404


async def test_the_way_to_report_is_on_the_page_of_the_room(site):
    room = await site.room()

    page = (await site.api.get(f"/rooms/{room}")).text

    assert f'href="/report?room={room}"' in page
