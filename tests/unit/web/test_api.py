from math import ceil

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.room import Status
from danmaku.web.shapes import (
    EntriesShape,
    ListShape,
    OutcomeShape,
    OwnListShape,
    RefusalShape,
    RoomShape,
    RoomsShape,
    SegmentShape,
)
from tests.unit.web.conftest import HELD_TEXT, OUR_SITE, REFUSED_TEXT

SPOKEN = {"id": "c-1", "text": "Hello"}


async def test_a_comment_is_published_once_however_often_it_is_sent(stage):
    room = await stage.room()
    ann = stage.by_token(await stage.person("ann"))

    first = await ann.send("POST", f"/api/rooms/{room}/comments", SPOKEN)
    second = await ann.send("POST", f"/api/rooms/{room}/comments", SPOKEN)

    assert first.status_code == second.status_code == 201
    assert OutcomeShape(**first.json()) == OutcomeShape(**second.json())
    assert (await ann.get(f"/api/rooms/{room}")).json()["comments_count"] == 1


async def test_what_is_held_or_refused_says_why_and_shows_nowhere_but_to_its_author(stage):
    room = await stage.room()
    ann, bob = stage.by_token(await stage.person("ann")), stage.guest()
    path = f"/api/rooms/{room}/comments"

    held = await ann.send("POST", path, SPOKEN | {"text": HELD_TEXT})
    refused = await ann.send("POST", path, {"id": "c-2", "text": REFUSED_TEXT})

    assert (held.status_code, held.json()["outcome"], held.json()["category"]) == (
        202,
        "held",
        "demo",
    )
    assert (refused.status_code, refused.json()["code"], refused.json()["category"]) == (
        422,
        "prohibited",
        "demo",
    )
    own = OwnListShape(**(await ann.send("GET", f"/api/rooms/{room}/own")).json())
    assert [(each.status, each.text) for each in own.comments] == [
        ("refused", REFUSED_TEXT),
        ("held", HELD_TEXT),
    ]
    for public in (path, f"/api/rooms/{room}/entries", f"/api/rooms/{room}/export.jsonl"):
        assert "wobblesnark" not in (await bob.get(public)).text
        assert REFUSED_TEXT not in (await bob.get(public)).text


async def test_answers_have_the_shape_that_is_described(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    for text in ("one", "two"):
        number = await stage.say(ann, room, text, position_ms=1000)
    await stage.core.comments.recall(ann.who, room, number)
    guest = stage.guest()

    async def read(path):
        return (await guest.get(path)).json()

    RoomShape(**await read(f"/api/rooms/{room}"))
    RoomsShape(**await read("/api/rooms"))
    listed = ListShape(**await read(f"/api/rooms/{room}/comments"))
    entries = EntriesShape(**await read(f"/api/rooms/{room}/entries"))
    segment = SegmentShape(**await read(f"/api/rooms/{room}/segments/0"))
    RefusalShape(**await read("/api/rooms/nowhere"))
    assert [each.kind for each in listed.comments] == ["marker", "comment"]
    assert [each.kind for each in entries.entries] == ["room", "comment", "marker", "recall"]
    assert [each.number for each in segment.comments] == [1]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "c-1"},
        {"id": "", "text": "x"},
        {"id": "a b", "text": "x"},
        {"id": "c-1", "text": 1},
        {"id": "c-1", "text": "x", "number": 7},
        {"id": "c-1", "text": "x", "author": "somebody"},
        {"id": "c-1", "text": "x", "mode": "spiral"},
        {"id": "c-1", "text": "x", "position_ms": 1.5},
        {"id": "c-1", "text": "x", "position_ms": 2**60},
        {"id": "c-1", "text": "x", "color": "red"},
        [],
        "text",
        None,
    ],
)
async def test_malformed_bodies_are_bad_messages(stage, body):
    room = await stage.room()
    ann = stage.by_token(await stage.person("ann"))

    answer = await ann.send("POST", f"/api/rooms/{room}/comments", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")


@pytest.mark.parametrize(
    "raw",
    [
        b'{"id":"c","text":"x","position_ms":NaN}',
        b'{"id":"c","text":"\\ud800"}',
        b'{"id":"c","text":"x"',
        b"[" * 30_000,
        b"\xff\xfe",
        b'{"id":"c","text":"' + b"x" * 70_000 + b'"}',
    ],
)
async def test_hostile_bodies_get_a_code_and_no_trace(stage, raw):
    room = await stage.room()
    ann = stage.by_token(await stage.person("ann"))

    answer = await ann.client.post(
        f"/api/rooms/{room}/comments",
        content=raw,
        headers={"Authorization": f"Bearer {ann.token}", "Content-Type": "application/json"},
    )

    assert answer.status_code in (400, 413)
    assert answer.json()["code"] == "bad_message"
    assert "Traceback" not in answer.text


async def test_bad_positions_styles_and_texts_get_their_codes(stage):
    room = await stage.room()
    ann = stage.by_token(await stage.person("ann"))

    async def code_of(number, **fields):
        spoken = {"id": f"c-{number}", "text": "x"} | fields
        return (await ann.send("POST", f"/api/rooms/{room}/comments", spoken)).json()["code"]

    assert await code_of(1, position_ms=-1) == "bad_position"
    assert await code_of(2, position_ms=86_400_001) == "bad_position"
    assert await code_of(3, size=17) == "style_not_allowed"
    assert await code_of(4, color=-1) == "style_not_allowed"
    assert await code_of(5, text="  ") == "empty"
    assert await code_of(6, text="x" * 101) == "too_long"


async def test_changes_by_cookie_must_come_from_our_own_pages(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    path = f"/api/rooms/{room}/comments"
    table = [
        ({"Origin": OUR_SITE}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": OUR_SITE, "Sec-Fetch-Site": "same-origin"}, 201),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://partner.test"}, 403),
        ({"Origin": f"{OUR_SITE}:8080"}, 403),
        ({"Origin": f"{OUR_SITE}.evil.test"}, 403),
        ({"Origin": "https://danmaku.test"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": OUR_SITE, "Sec-Fetch-Site": "cross-site"}, 403),
    ]

    answers = [
        (await ann.client.post(path, json={"id": f"c{n}", "text": f"no {n}"}, headers=headers))
        for n, (headers, _) in enumerate(table)
    ]

    assert [answer.status_code for answer in answers] == [status for _, status in table]


async def test_a_token_that_is_not_known_is_not_a_guest(stage):
    await stage.room()

    answer = await stage.browser().get("/api/rooms", headers={"Authorization": "Bearer dm_wrong"})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_token_of_one_room_is_worth_nothing_in_another(stage):
    here, there = await stage.room("here"), await stage.room("there")
    ann = await stage.person("ann")
    _, token = await stage.core.people.issue_token(ann.who, "t", expires_ms=None, room=here)
    ann.token = token

    assert (await ann.send("POST", f"/api/rooms/{here}/comments", SPOKEN)).status_code == 201
    assert (await ann.send("POST", f"/api/rooms/{there}/comments", SPOKEN)).status_code == 403
    assert (await ann.send("POST", "/api/tokens", {"label": "more"})).status_code == 403


async def test_switching_comments_off_refuses_the_next_send_and_keeps_the_list(stage):
    room = await stage.room()
    mia = stage.by_token(await stage.person("mia", (Bundle.STREAMER, room)))
    ann = stage.by_token(await stage.person("ann"))
    await stage.say(ann, room, "before")

    await mia.send("PATCH", f"/api/rooms/{room}", {"mode": "closed"})
    refused = await ann.send("POST", f"/api/rooms/{room}/comments", SPOKEN)
    listed = (await ann.get(f"/api/rooms/{room}/comments")).json()["comments"]
    await mia.send("PATCH", f"/api/rooms/{room}", {"mode": "machine"})
    accepted = await ann.send("POST", f"/api/rooms/{room}/comments", SPOKEN)

    assert (refused.status_code, refused.json()["code"]) == (409, "room_paused")
    assert [each["text"] for each in listed] == ["before"]
    assert accepted.status_code == 201


async def test_slow_mode_tells_how_long_to_wait(stage):
    room = await stage.room(slow_ms=60_000)
    ann = stage.by_token(await stage.person("ann"))

    began_ms = stage.house.clock()
    await ann.send("POST", f"/api/rooms/{room}/comments", SPOKEN)
    answer = await ann.send("POST", f"/api/rooms/{room}/comments", {"id": "c-2", "text": "again"})
    took_ms = stage.house.clock() - began_ms

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    wait_ms = answer.json()["retry_after_ms"]
    assert 60_000 - took_ms <= wait_ms <= 60_000
    assert answer.headers["retry-after"] == str(ceil(wait_ms / 1000))


async def test_a_change_leaves_what_it_does_not_name(stage):
    room = await stage.room(title="Old", slow_ms=3000)
    mia = stage.by_token(await stage.person("mia", (Bundle.STREAMER, room)))

    await mia.send("PATCH", f"/api/rooms/{room}", {"title": "New", "modes": ["top"]})

    state = (await stage.core.rooms.live(room)).state
    assert (state.title, state.status, state.policy.slow_ms) == ("New", Status.OPEN, 3000)
    assert [mode.value for mode in state.policy.modes] == ["top"]


async def test_what_looks_encoded_is_decoded_once_and_kept_as_it_was_written(stage):
    await stage.room("demo")
    ann, text = await stage.person("ann"), "%2541 &amp;lt; \\u0041 +"
    sent = await ann.send("POST", "/api/rooms/demo/comments", {"id": "c", "text": text})

    listed = (await ann.get("/api/rooms/demo/comments")).json()["comments"]
    once, twice = [await ann.get(f"/api/rooms/{room}") for room in ("de%6Do", "de%256Do")]

    assert sent.status_code == 201
    assert [one["text"] for one in listed] == [text]
    assert (once.status_code, twice.status_code) == (200, 404)
