import re

import pytest

from danmaku.domain.account import Bundle, TokenKind

DRAWN = re.compile(r'<script type="application/json" id="drawn"[^>]*>(.*?)</script>', re.DOTALL)


async def link_of(stage, who, room) -> str:
    people = stage.core.people
    _, secret = await people.issue_token(
        who, "OBS", expires_ms=None, room=room, kind=TokenKind.LINK
    )
    return secret


async def test_a_link_opens_the_page_of_its_room_with_the_look_it_asks_for(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    link = await link_of(stage, mia.who, room)

    page = await stage.guest().get(f"/overlay/{room}?token={link}&size=40&names=1&area=0.5")

    assert page.status_code == 200
    [drawn] = DRAWN.findall(page.text)
    assert link in drawn
    assert '"size":40.0' in drawn.replace(" ", "")
    policy = page.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_without_a_link_of_the_room_there_is_no_page(stage):
    room, other = await stage.room(), await stage.room("other")
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    of_other = await link_of(stage, mia.who, other)
    tokens = ["", mia.token, of_other, f"{TokenKind.LINK}unknown"]

    answers = [await stage.guest().get(f"/overlay/{room}?token={token}") for token in tokens]

    assert [answer.status_code for answer in answers] == [403] * len(tokens)
    assert {"<script" in answer.text for answer in answers} == {False}


@pytest.mark.parametrize(
    "asked", ["size=9999", "speed=0", "opacity=2", "area=0", "names=2", "rate=0", "colour=red"]
)
async def test_a_look_out_of_bounds_is_refused(stage, asked):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    link = await link_of(stage, mia.who, room)

    answer = await stage.guest().get(f"/overlay/{room}?token={link}&{asked}")

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_link_does_nothing_at_the_api(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    mia.token = await link_of(stage, mia.who, room)
    program = stage.by_token(mia)

    answers = [
        await program.send("POST", f"/api/rooms/{room}/comments", {"id": "c1", "text": "hello"}),
        await program.send("GET", "/api/me"),
        await program.send("GET", "/api/tokens"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
