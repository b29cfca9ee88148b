import re
from html import unescape
from math import ceil

import orjson
import pytest

from danmaku.domain.account import Bundle
from tests.unit.web.conftest import HELD_TEXT, REFUSED_TEXT

ROW = re.compile(r'<li class="row[^"]*"[^>]* id="c(\d+)"')
ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "<!--<script>",
    "]]></script>",
    "{{ 7 * 7 }}",
    "${alert(1)}",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "&lt;script&gt;",
]


def numbers_of(page):
    return [int(number) for number in ROW.findall(page.text)]


def room_data_of(page):
    found = re.search(r'<script[^>]*id="room-data"[^>]*>(.*?)</script>', page.text, re.DOTALL)
    return orjson.loads(found[1])


async def test_list_is_complete_over_its_pages_newest_first(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    for n in range(230):
        await stage.say(ann, room, f"comment {n}")
    guest = stage.guest()

    seen, url = [], f"/rooms/{room}"
    while url:
        page = await guest.get(url)
        seen.append(numbers_of(page))
        older = re.search(r'id="list-older" href="([^"]+)"', page.text)
        url = older and unescape(older[1])

    assert [len(numbers) for numbers in seen] == [100, 100, 30]
    assert [number for numbers in seen for number in numbers] == list(range(230, 0, -1))


async def test_every_page_but_the_first_leads_back(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    for n in range(150):
        await stage.say(ann, room, f"comment {n}")
    guest = stage.guest()

    first = await guest.get(f"/rooms/{room}")
    second = await guest.get(f"/rooms/{room}?before=51")
    middle = await guest.get(f"/rooms/{room}?before=31")

    assert 'rel="prev"' not in first.text
    assert 'rel="prev" href="/rooms/demo"' in second.text
    assert 'rel="prev" href="/rooms/demo?before=131"' in middle.text


async def test_page_says_where_the_socket_goes_on(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    await stage.say(ann, room)
    await stage.hold(ann, room)

    data = room_data_of(await stage.guest().get(f"/rooms/{room}"))

    assert (data["room"], data["epoch"], data["upto"]) == (room, stage.house.epoch, 3)
    assert (data["you"], data["token"]) == (None, None)
    assert data["live_url"] == f"/rooms/{room}/live"


async def test_sending_by_form_without_a_script(stage):
    room = await stage.room()
    ann = await stage.person("ann")

    sent = await ann.post_form(f"/rooms/{room}/comments", text="前方高能", mode="top", size="36")
    page = await ann.get(sent.headers["location"])

    assert sent.status_code == 303
    assert numbers_of(page) == [1]
    assert "Sent as #1." in page.text
    [listed] = (await ann.get(f"/api/rooms/{room}/comments")).json()["comments"]
    assert (listed["text"], listed["mode"], listed["size"]) == ("前方高能", "top", 36)


async def test_posting_one_form_twice_records_once(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    page = await ann.get(f"/rooms/{room}")
    client_id = re.search(r'name="client_id" value="([^"]+)"', page.text)[1]

    for _ in range(2):
        await ann.post_form(f"/rooms/{room}/comments", text="once", client_id=client_id)

    assert numbers_of(await ann.get(f"/rooms/{room}")) == [1]


async def test_refused_form_comes_back_with_its_text_and_the_reason(stage):
    room = await stage.room(slow_ms=60_000)
    ann = await stage.person("ann")
    began_ms = stage.house.clock()
    await ann.post_form(f"/rooms/{room}/comments", text="first")

    page = await ann.post_form(f"/rooms/{room}/comments", text='my "second" one')
    took_ms = stage.house.clock() - began_ms

    assert page.status_code == 429
    [left_s] = re.findall(r"Too fast\. Please wait a moment\. \((\d+) s\)", page.text)
    assert ceil((60_000 - took_ms) / 1000) <= int(left_s) <= 60
    assert 'value="my &#34;second&#34; one"' in page.text


async def test_guest_who_sends_is_told_to_sign_in_and_nothing_is_stored(stage):
    room = await stage.room()
    guest = stage.guest()

    page = await guest.post_form(f"/rooms/{room}/comments", text="hello")

    assert page.status_code == 401
    assert "/sign-in" in page.text
    assert (await guest.get(f"/api/rooms/{room}")).json()["top"] == 1


async def test_held_and_refused_are_shown_to_their_author_alone(stage):
    room = await stage.room()
    ann, bob = await stage.person("ann"), await stage.person("bob")

    held = await ann.post_form(f"/rooms/{room}/comments", text=HELD_TEXT)
    refused = await ann.post_form(f"/rooms/{room}/comments", text=REFUSED_TEXT)
    own = await ann.get(held.headers["location"])

    assert (held.status_code, refused.status_code) == (303, 422)
    assert "wobblesnark" in own.text
    for other in (bob, stage.guest()):
        page = await other.get(f"/rooms/{room}")
        assert "wobblesnark" not in page.text
        assert REFUSED_TEXT not in page.text


async def test_recall_by_form_leaves_a_marker_everywhere(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    number = await stage.say(ann, room, "oh no")

    done = await ann.post_form(f"/rooms/{room}/comments/{number}/recall")
    page = await stage.guest().get(f"/rooms/{room}")
    single = await stage.guest().get(f"/rooms/{room}/comments/{number}")

    assert done.status_code == 303
    assert numbers_of(page) == [1]
    for shown in (page, single):
        assert "oh no" not in shown.text
        assert "Withdrawn by its author" in shown.text


async def test_permanent_page_shows_the_comment_among_its_neighbours(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    for n in range(1, 12):
        await stage.say(ann, room, f"comment {n}")

    page = await stage.guest().get(f"/rooms/{room}/comments/6")

    assert numbers_of(page) == [9, 8, 7, 6, 5, 4, 3]
    assert (await stage.guest().get(f"/rooms/{room}/comments/12")).status_code == 404


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_people_write_is_text_wherever_it_stands(stage, attack):
    room = await stage.room(title=attack)
    ann = await stage.person("ann", Bundle.REVIEWER, Bundle.OPERATOR)
    await stage.say(ann, room, attack)
    ann_page = await ann.post_form("/account/tokens", label=attack[:60])
    again = await ann.post_form(f"/rooms/{room}/comments", text=attack * 9)

    for page in (
        ann_page,
        again,
        await ann.get("/"),
        await ann.get(f"/rooms/{room}"),
        await ann.get(f"/rooms/{room}/comments/1"),
        await ann.get(f"/rooms/{room}/manage"),
        await ann.get(f"/embed/{room}"),
        await ann.post_form("/report", room=attack[:32], text=attack, contact=attack),
        await stage.guest().post_form("/sign-in", name=attack, password="no"),
    ):
        assert "alert(1)" not in "".join(re.findall(r"<script[^>]*>", page.text))
        for raw in ("<script>alert", "<img src=x", "<svg/onload", "<!--<script"):
            assert raw not in page.text
        assert "49" not in re.findall(r">(\d+)<", page.text)


async def test_pages_show_nothing_of_who_somebody_is_but_their_public_name(stage):
    room = await stage.room()
    ann = await stage.person("ann-login-name")
    await stage.say(ann, room)
    planted = (ann.who.login, ann.secret, ann.token)

    for path in (
        f"/rooms/{room}",
        f"/rooms/{room}/comments/1",
        f"/api/rooms/{room}/comments",
        f"/api/rooms/{room}/entries",
        f"/api/rooms/{room}/segments/0",
        f"/api/rooms/{room}/export.jsonl",
        "/metrics",
    ):
        text = (await stage.guest().get(path)).text
        assert [secret for secret in planted if secret in text] == []


async def test_pages_speak_the_language_that_is_asked_for(stage):
    await stage.room()
    guest = stage.guest()

    chinese = await guest.get("/", headers={"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.1"})
    chosen = await guest.post_form("/language", lang="en", next="/rooms/demo")
    english = await guest.get("/", headers={"Accept-Language": "zh-CN"})

    assert '<html lang="zh-CN"' in chinese.text
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/rooms/demo")
    assert '<html lang="en"' in english.text


async def test_signing_in_leads_back_to_all_that_was_asked(stage):
    room = await stage.room()
    guest = stage.guest()

    page = (await guest.get(f"/rooms/{room}?before=20")).text
    door = (await guest.get("/sign-in?next=/rooms/demo%3Fbefore%3D20")).text

    ways = re.findall(r'href="/(sign-in|register)\?next=([^"]+)"', page)
    back = f"/rooms/{room}%3Fbefore%3D20"
    assert ways == [("sign-in", back), ("sign-in", back), ("register", back)]
    assert set(re.findall(r'href="/sign-in\?next=([^"]+)"', door)) <= {"/rooms/demo%3Fbefore%3D20"}


async def test_another_language_leaves_one_where_one_was_with_all_that_was_asked(stage):
    room = await stage.room()
    guest = stage.guest()
    long = "x" * 3000

    asked = (await guest.get(f"/report?room={room}&number=1")).text
    plain = (await guest.get("/report")).text
    too_long = (await guest.get(f"/sign-in?utm={long}")).text

    kept = f'name="next" value="/report?room={room}&amp;number=1"'
    assert kept in asked
    assert 'name="next" value="/report"' in plain
    assert 'name="next" value="/sign-in"' in too_long


async def test_form_leads_on_to_our_own_pages_only(stage):
    guest = stage.guest()

    for path in ("//evil.test", "/\\evil.test", "https://evil.test", "/\t/evil.test", "evil"):
        done = await guest.post_form("/language", lang="en", next=path)
        assert done.headers["location"] == "/"
