import re

import pytest

from danmaku.domain.account import Bundle

RECEIPT = re.compile(r'class="receipt".*?<code[^>]*>([^<]+)</code>', re.DOTALL)


async def test_guest_reports_and_gets_a_receipt(stage):
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    await stage.say(ann, room, "rude")

    form = await stage.guest().get(f"/report?room={room}&number=1")
    done = await stage.guest().post_form(
        "/report", room=room, number="1", category="other", text="It is rude.", contact="a@b.test"
    )
    [report] = (await rey.get("/api/reports")).json()["reports"]

    assert 'value="demo"' in form.text
    assert report["receipt"] == RECEIPT.search(done.text)[1]
    assert (report["room"], report["number"], report["text"]) == (room, 1, "It is rude.")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"room": "nowhere"}, 404),
        ({"number": "99"}, 404),
        ({"number": "first"}, 400),
        ({"number": "１"}, 400),
        ({"room": "", "number": "1"}, 400),
        ({"category": "nonsense"}, 400),
        ({"text": "x" * 1001}, 400),
    ],
)
async def test_refused_report_comes_back_with_its_words(stage, fields, status):
    room = await stage.room()
    filled = {"room": room, "number": "", "category": "other", "text": "my own words"}

    answer = await stage.guest().post_form("/report", **(filled | fields))

    assert answer.status_code == status
    assert (filled | fields)["text"] in answer.text
    assert 'class="field-error"' in answer.text
