import pytest
from fastapi.routing import APIRoute

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
NEW_ROOM = {"room": "another", "title": "Another room"}
EMBED = {"subject": "u1", "name": "Uwe", "room": "demo"}
NEWCOMER = {"login": "newcomer", "name": "New", "password": "too short"}
REPORT = {"room": "demo", "category": "other", "text": "See for yourselves."}

SUSPENSION = {
    "step": "suspend",
    "category": "spam",
    "basis": "rule 3",
    "login": "author",
    "lasts_ms": 1,
}
MUTE = SUSPENSION | {"room": "demo"}
ASKED = {"login": "author", "purpose": "an inquiry", "basis": "law 1"}
CONTROL = {"mode": "closed", "lasts_ms": 1000, "reason": "an order"}

ROLES = ("guest", "viewer", "streamer", "reviewer", "operator")
HIDE = {"powers": ["comment.recall"]}
REJECTED = {"finding": "rejected"}
MATRIX = [
    # method, path, body, the answer to each of ROLES
    ("POST", "/api/rooms", NEW_ROOM, (401, 403, 403, 403, 201)),
    ("PATCH", "/api/rooms/demo", {"slow_ms": 0}, (401, 403, 200, 403, 200)),
    ("PATCH", "/api/rooms/demo", {"status": "closed"}, (401, 403, 403, 403, 200)),
    ("GET", "/api/rooms/demo/words", None, (401, 403, 200, 403, 200)),
    ("PUT", "/api/rooms/demo/words", {"words": ["a"]}, (401, 403, 200, 403, 200)),
    ("POST", "/api/rooms/demo/broadcast", {"running": True}, (401, 403, 200, 403, 200)),
    ("POST", "/api/rooms/demo/comments", SPOKEN, (401, 201, 201, 201, 201)),
    ("POST", "/api/rooms/demo/comments/{number}/recall", None, (401, 403, 200, 200, 403)),
    ("POST", "/api/rooms/demo/comments/{recalled}/restore", None, (401, 403, 200, 200, 403)),
    ("POST", "/api/rooms/demo/held/{origin}/approve", None, (401, 403, 200, 200, 403)),
    ("POST", "/api/rooms/demo/held/{origin}/reject", {"category": "other"},
     (401, 403, 200, 200, 403)),
    ("POST", "/api/rooms/demo/import", None, (401, 403, 200, 403, 200)),
    ("POST", "/api/tokens", {"label": "a player"}, (401, 201, 201, 201, 201)),
    ("DELETE", "/api/tokens/somebody-elses", None, (401, 404, 404, 404, 404)),
    ("POST", "/api/embed-tokens", EMBED, (401, 403, 403, 403, 201)),
    ("POST", "/api/register", NEWCOMER, (400, 400, 400, 400, 400)),
    ("POST", "/api/reports", REPORT, (201, 201, 201, 201, 201)),
    ("POST", "/api/measures", MUTE, (401, 403, 201, 201, 403)),
    ("POST", "/api/measures", SUSPENSION, (401, 403, 403, 201, 403)),
    ("POST", "/api/measures/nothing/reverse", {"reason": ""}, (401, 404, 404, 404, 404)),
    ("POST", "/api/documents/terms/accept", {"version": 1}, (404, 404, 404, 404, 404)),
    ("POST", "/api/me/measures/nothing/read", None, (401, 404, 404, 404, 404)),
    ("POST", "/api/controls", CONTROL, (401, 403, 403, 403, 403)),
    ("POST", "/api/controls/lift", {"reason": ""}, (401, 403, 403, 403, 403)),
    ("POST", "/api/disclosures", ASKED, (401, 403, 403, 403, 403)),
    ("POST", "/api/disclosures/none/agree", None, (401, 403, 403, 403, 403)),
    ("POST", "/api/disclosures/none/read", None, (401, 404, 404, 404, 404)),
    ("POST", "/api/rooms/demo/application", HIDE, (401, 403, 403, 403, 403)),
    ("POST", "/api/applications/none/grant", HIDE | {"days": 1}, (401, 403, 403, 403, 404)),
    ("POST", "/api/applications/none/decline", {}, (401, 403, 403, 403, 404)),
    ("POST", "/api/grants/none/narrow", {}, (401, 403, 403, 403, 404)),
    ("POST", "/api/rooms/demo/moderators", HIDE | {"login": "author"}, (401, 403, 201, 403, 403)),
    ("DELETE", "/api/rooms/demo/moderators/none", None, (401, 403, 404, 403, 403)),
    ("POST", "/api/me/invitations/none/accept", None, (401, 404, 404, 404, 404)),
    ("POST", "/api/me/invitations/none/decline", None, (401, 404, 404, 404, 404)),
    ("POST", "/api/rooms/demo/reports/1/answer", REJECTED, (401, 403, 404, 404, 403)),
    ("POST", "/api/rooms/demo/comments/9999/mute", {"term": "once"}, (401, 404, 404, 404, 404)),
    ("POST", "/api/rooms/demo/silence", {"seconds": 0}, (401, 403, 200, 403, 200)),
    ("GET", "/api/disclosures", None, (401, 403, 403, 403, 403)),
    ("GET", "/api/applications", None, (401, 403, 403, 403, 200)),
    ("GET", "/api/rooms/demo/moderators", None, (401, 403, 200, 403, 403)),
    ("GET", "/api/rooms/demo/reports", None, (401, 403, 200, 200, 403)),
    ("GET", "/api/rooms/demo/duty", None, (401, 403, 200, 200, 403)),
    ("GET", "/api/rooms/demo/hidden", None, (200, 200, 200, 200, 200)),
    ("GET", "/api/measures", None, (401, 403, 403, 200, 403)),
    ("GET", "/api/measures/nothing/evidence", None, (401, 403, 403, 404, 403)),
    ("GET", "/api/me/measures", None, (401, 200, 200, 200, 200)),
    ("GET", "/api/controls", None, (200, 200, 200, 200, 200)),
    ("GET", "/api/rooms/demo/held", None, (401, 403, 200, 200, 403)),
    ("GET", "/api/held", None, (401, 403, 200, 200, 403)),
    ("GET", "/api/reports", None, (401, 403, 403, 200, 403)),
    ("GET", "/api/rooms/demo/own", None, (401, 200, 200, 200, 200)),
    ("GET", "/api/me", None, (401, 200, 200, 200, 200)),
    ("GET", "/api/tokens", None, (401, 200, 200, 200, 200)),
    ("GET", "/api/rooms/demo", None, (200, 200, 200, 200, 200)),
    ("GET", "/api/rooms/demo/comments", None, (200, 200, 200, 200, 200)),
]  # fmt: skip


async def cast(stage):
    """A room, its author, and one caller of each role."""
    room = await stage.room()
    author = await stage.person("author")
    callers = {
        "guest": stage.guest(),
        "viewer": await stage.person("viewer"),
        "streamer": await stage.person("streamer", (Bundle.STREAMER, room)),
        "reviewer": await stage.person("reviewer", Bundle.REVIEWER),
        "operator": await stage.person("operator", Bundle.OPERATOR),
    }
    by_token = {role: stage.by_token(caller) for role, caller in callers.items()}
    moderator = await stage.person("moderator", (Bundle.MODERATOR, room))
    return room, author, moderator, by_token


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"), MATRIX, ids=[f"{row[0]} {row[1]}" for row in MATRIX]
)
async def test_each_role_gets_the_answer_of_the_table(stage, method, path, body, expected):
    answers = []
    room, author, moderator, callers = await cast(stage)
    for role in ROLES:
        number = await stage.say(author, room, f"to {role}")
        recalled = await stage.say(author, room, f"taken from {role}")
        await stage.core.comments.recall(moderator.who, room, recalled)
        origin = await stage.hold(author, room)
        url = path.format(number=number, recalled=recalled, origin=origin)
        headers = {"Content-Type": "application/x-ndjson"} if url.endswith("import") else {}
        answer = await callers[role].send(method, url, body, **headers)
        answers.append(answer.status_code)
        if (await stage.core.rooms.live(room)).state.is_broadcasting:
            await stage.core.rooms.end_broadcast(None, room)

    assert dict(zip(ROLES, answers, strict=True)) == dict(zip(ROLES, expected, strict=True))


def test_every_route_that_changes_something_has_its_row():
    from danmaku.web import app  # noqa: PLC0415 -- the list of doors is what is looked at

    routes = {
        (method, len(route.path.split("/")), route.path.rpartition("/")[2])
        for door in app._DOORS
        for route in door.router.routes
        if isinstance(route, APIRoute) and route.path.startswith("/api/")
        for method in route.methods - {"GET"}
    }
    rows = {
        (method, len(path.split("/")), "" if "{" in path.rpartition("/")[2] else path)
        for method, path, _, _ in MATRIX
    }

    assert len(routes) <= len({row for row in rows if row[0] != "GET"})


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

    await ann.send("POST", f"/api/rooms/{room}/comments", SPOKEN)
    answer = await ann.send("POST", f"/api/rooms/{room}/comments", {"id": "c-2", "text": "again"})

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 59_000 < answer.json()["retry_after_ms"] <= 60_000
    assert answer.headers["retry-after"] == "60"


async def test_a_change_leaves_what_it_does_not_name(stage):
    room = await stage.room(title="Old", slow_ms=3000)
    mia = stage.by_token(await stage.person("mia", (Bundle.STREAMER, room)))

    await mia.send("PATCH", f"/api/rooms/{room}", {"title": "New", "modes": ["top"]})

    state = (await stage.core.rooms.live(room)).state
    assert (state.title, state.status, state.policy.slow_ms) == ("New", Status.OPEN, 3000)
    assert [mode.value for mode in state.policy.modes] == ["top"]
