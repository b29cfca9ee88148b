import html

import pytest

from danmaku.domain.account import Bundle
from tests.unit.web.conftest import HELD_TEXT, REFUSED_TEXT

ELSEWHERE = {"Origin": "https://player.test", "Sec-Fetch-Site": "cross-site"}
BASES = ("/v3/", "/dplayer/v3/")


async def send(stage, caller, base="/v3/", **fields):
    body = {"id": "demo", "text": "hi", "time": 1.5, "color": 255, "type": 1, "author": "me"}
    token = {} if caller is None else {"token": caller.token}
    return await stage.browser().post(base, json=body | token | fields, headers=ELSEWHERE)


@pytest.mark.parametrize("base", BASES)
async def test_what_is_sent_is_read_again(stage, base):
    await stage.room()
    ann = await stage.person("ann")

    sent = await send(stage, ann, base, author="Somebody Else")
    read = await stage.browser().get(f"{base}?id=demo", headers=ELSEWHERE)

    assert sent.json() == {
        "code": 0,
        "data": {
            "id": "demo-1",
            "time": 1.5,
            "text": "hi",
            "color": 255,
            "type": 1,
            "author": "Ann",
            "held": False,
        },
    }
    assert read.json() == {"code": 0, "data": [[1.5, 1, 255, "Ann", "hi"]]}
    assert read.headers["access-control-allow-origin"] == "*"


async def test_markup_comes_out_escaped_and_only_here(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    text = "<img src=x onerror='a()'> & \"q\" /"

    answer = await send(stage, ann, text=text)
    [[*_, shown]] = (await stage.guest().get("/v3/?id=demo")).json()["data"]

    assert not set("<>\"'/") & set(shown)
    assert html.unescape(shown) == text
    assert answer.json()["data"]["text"] == shown
    listed = (await stage.guest().get(f"/api/rooms/{room}/comments")).json()
    assert listed["comments"][0]["text"] == text


@pytest.mark.parametrize(("query", "expected"), [("", 3), ("&max=2", 2), ("&limit=1", 1)])
async def test_the_newest_come_in_the_order_of_time(stage, query, expected):
    room = await stage.room()
    ann = await stage.person("ann")
    for number, at_ms in enumerate((3000, 2000, 1000)):
        await stage.say(ann, room, f"number {number}", position_ms=at_ms)

    rows = (await stage.guest().get(f"/v3/?id=demo{query}")).json()["data"]

    assert [row[0] for row in rows] == [1.0, 2.0, 3.0][:expected]


async def test_rooms_go_by_their_numbers_too(stage):
    await stage.room("first")
    room = await stage.room("second")
    ann = await stage.person("ann")

    sent = await send(stage, ann, id=2)

    assert sent.json()["data"]["id"] == f"{room}-1"
    assert len((await stage.guest().get("/v3/?id=2")).json()["data"]) == 1


async def test_a_token_may_come_in_the_header_and_text_as_the_type(stage):
    await stage.room()
    ann = await stage.person("ann")
    headers = {"Authorization": f"Bearer {ann.token}", "Content-Type": "text/plain"}

    answer = await stage.browser().post(
        "/v3/", content=b'{"id":"demo","text":"hi"}', headers=headers
    )

    assert answer.json()["code"] == 0


async def test_refusals_are_answers_with_a_code_and_words(stage):
    await stage.room()
    ann = await stage.person("ann")

    answers = {
        name: await send(stage, caller, **fields)
        for name, caller, fields in (
            ("not_signed_in", None, {}),
            ("prohibited", ann, {"text": REFUSED_TEXT}),
            ("empty", ann, {"text": " "}),
            ("too_long", ann, {"text": "x" * 101}),
            ("not_found", ann, {"id": "nowhere"}),
            ("bad_message", ann, {"type": 9}),
        )
    }
    answers["not_signed_in "] = await send(stage, None, token="no such token")

    assert {answer.status_code for answer in answers.values()} == {200}
    assert {name.strip() for name in answers} == {
        answer.json()["reason"] for answer in answers.values()
    }
    for name, answer in answers.items():
        assert answer.json()["code"] == (1 if name == "not_found" else 2)
        assert answer.json()["msg"]


async def test_a_session_of_the_house_sends_nothing_here(stage):
    await stage.room()
    ann = await stage.person("ann")

    answer = await ann.client.post("/v3/", json={"id": "demo", "text": "hi"}, headers=ELSEWHERE)

    assert answer.json()["reason"] == "not_signed_in"


async def test_what_is_held_says_so_and_is_not_read(stage):
    await stage.room()
    ann = await stage.person("ann")

    answer = await send(stage, ann, text=HELD_TEXT)

    assert (answer.json()["data"]["held"], answer.json()["data"]["id"]) == (True, None)
    assert (await stage.guest().get("/v3/?id=demo")).json()["data"] == []


async def test_an_inspector_sends_nothing(stage):
    await stage.room()
    ida = await stage.person("ida", Bundle.INSPECTOR)

    assert (await send(stage, ida)).json()["reason"] == "not_granted"


@pytest.mark.parametrize("name", ["nowhere", "9", "99999999999", "%20", "x" * 40, "9a"])
async def test_no_room_is_an_answer_too(stage, name):
    answer = await stage.guest().get(f"/v3/?id={name}")

    assert (answer.status_code, answer.json()["code"]) == (200, 1)


async def test_other_contents_and_questions_are_refused(stage):
    await stage.room()
    odd = await stage.browser().post("/v3/", content=b"x", headers={"Content-Type": "text/html"})
    many = await stage.guest().get("/v3/?id=demo&max=0")

    assert (odd.json()["code"], many.json()["code"]) == (2, 2)


@pytest.mark.parametrize("base", BASES)
async def test_any_site_may_ask_whether_it_may_send(stage, base):
    asked = ELSEWHERE | {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    answer = await stage.browser().options(base, headers=asked)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "content-type" in answer.headers["access-control-allow-headers"]
