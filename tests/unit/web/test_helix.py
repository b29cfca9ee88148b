import pytest

from danmaku.domain.account import Bundle, TokenKind
from danmaku.domain.pacing import TokenBuckets
from danmaku.web.helix import CALLS_BURST
from tests.unit.web.conftest import HELD_TEXT, REFUSED_TEXT

ROOM = {"broadcaster_id": "demo"}


@pytest.fixture
async def cast(stage):
    """Mia has a room with all its tools, tom moderates it, ann comments."""
    mia = await stage.person("mia")
    await stage.room("demo", owner=mia.who.account, title="A night sail")
    return mia, await stage.person("tom", (Bundle.MODERATOR, "demo")), await stage.person("ann")


async def call(caller, method, path, fields=None, **query):
    bearer = {"Authorization": f"Bearer {caller.token}", "Client-Id": "anything"}
    url = f"/helix/{path}"
    return await caller.client.request(method, url, params=query, json=fields, headers=bearer)


async def author_of(stage, person, room="demo"):
    return await stage.core.store.pseudonym(room, person.who.account)


async def held_by(stage, person, room="demo"):
    """What somebody has sent that waits, by the name that a reviewer decides on."""
    return f"{room}:{await stage.hold(person, room)}"


async def test_clients_learn_whose_token_it_is(stage, cast):
    mia, tom, _ = cast
    told = [
        (
            await one.client.get(
                "/helix/oauth2/validate", headers={"Authorization": f"OAuth {one.token}"}
            )
        ).json()
        for one in (mia, tom)
    ]
    unknown = await stage.browser().get(
        "/helix/oauth2/validate", headers={"Authorization": "OAuth dm_no"}
    )

    assert [one["user_id"] for one in told] == ["mia", "tom"]
    assert {one["client_id"] for one in told} == {"danmaku"}
    assert "moderator:manage:chat_settings" in told[0]["scopes"]
    assert "moderator:manage:chat_settings" not in told[1]["scopes"]
    assert (unknown.status_code, unknown.json()["status"]) == (401, 401)
    refreshed = await stage.browser().post("/helix/oauth2/token", data={"refresh_token": "x"})
    assert (refreshed.status_code, refreshed.json()["status"]) == (400, 400)


async def test_rooms_are_looked_up_and_people_are_not(stage, cast):
    _, tom, ann = cast
    await stage.say(ann, "demo")
    wanted = {"login": ["demo", "ann", "mia", "tom"], "id": [await author_of(stage, ann)]}

    found = (await call(tom, "GET", "users", **wanted)).json()["data"]
    me = (await call(tom, "GET", "users")).json()["data"]

    assert [(one["id"], one["display_name"]) for one in found] == [
        ("demo", "A night sail"),
        ("tom", "Tom"),
    ]
    assert [one["id"] for one in me] == ["tom"]


async def test_a_timeout_silences_and_is_listed_and_ends(stage, cast):
    _, tom, ann = cast
    await stage.say(ann, "demo")
    author = await author_of(stage, ann)
    asked = {"data": {"user_id": author, "duration": 600, "reason": "Calm down."}}

    taken = (await call(tom, "POST", "moderation/bans", asked, **ROOM, moderator_id="tom")).json()
    [ban] = taken["data"]
    said = await ann.send("POST", "/api/rooms/demo/comments", {"id": "c9", "text": "again"})
    listed = (await call(tom, "GET", "moderation/banned", **ROOM)).json()
    ended = await call(tom, "DELETE", "moderation/bans", **ROOM, user_id=author)
    again = await call(tom, "DELETE", "moderation/bans", **ROOM, user_id=author)

    assert (ban["broadcaster_id"], ban["moderator_id"], ban["user_id"]) == ("demo", "tom", author)
    assert ban["created_at"] < ban["end_time"]
    assert said.json()["code"] == "muted"
    [row] = listed["data"]
    assert (row["user_id"], row["user_name"], row["reason"]) == (author, "Ann", "Calm down.")
    assert (row["expires_at"], row["moderator_id"]) == (ban["end_time"], "demo")
    assert listed["pagination"] == {}
    assert (ended.status_code, again.status_code) == (204, 404)
    assert (await stage.say(ann, "demo", "at last")) is not None


async def test_bans_have_no_end_and_pages_lead_on(stage, cast):
    _, tom, ann = cast
    bob = await stage.person("bob")
    authors = []
    for one in (ann, bob):
        await stage.say(one, "demo")
        authors.append(await author_of(stage, one))
    for author in authors:
        asked = {"data": {"user_id": author}}
        taken = (await call(tom, "POST", "moderation/bans", asked, **ROOM)).json()
        assert taken["data"][0]["end_time"] is None

    pages, after = [], {}
    while True:
        page = (await call(tom, "GET", "moderation/bans", **ROOM, **after, first=1)).json()
        pages.append([row["user_id"] for row in page["data"]])
        if "cursor" not in page["pagination"]:
            break
        after = {"after": page["pagination"]["cursor"]}
    one = (await call(tom, "GET", "moderation/bans", **ROOM, user_id=authors[0])).json()

    assert pages == [[authors[1]], [authors[0]]]
    assert [row["expires_at"] for row in one["data"]] == [""]


async def test_terms_are_the_rooms_own_words(cast):
    mia, tom, ann = cast
    added = (
        await call(mia, "POST", "moderation/blocked_terms", {"text": " Spoiler "}, **ROOM)
    ).json()
    same = (await call(mia, "POST", "moderation/blocked_terms", {"text": "SPOILER"}, **ROOM)).json()
    [term] = added["data"]
    await call(mia, "POST", "moderation/blocked_terms", {"text": "ending"}, **ROOM)

    listed = (await call(mia, "GET", "moderation/blocked_terms", **ROOM, first=1)).json()
    cursor = listed["pagination"]["cursor"]
    rest = (await call(mia, "GET", "moderation/blocked_terms", **ROOM, after=cursor)).json()
    said = await ann.send("POST", "/api/rooms/demo/comments", {"id": "c1", "text": "a spoiler"})
    gone = await call(mia, "DELETE", "moderation/blocked_terms", **ROOM, id=term["id"])
    again = await call(mia, "DELETE", "moderation/blocked_terms", **ROOM, id=term["id"])

    assert same["data"] == [term]
    assert {row["text"] for row in listed["data"] + rest["data"]} == {"Spoiler", "ending"}
    assert rest["pagination"] == {}
    assert said.json()["outcome"] == "held"
    assert (gone.status_code, again.status_code) == (204, 404)
    refused = await call(tom, "GET", "moderation/blocked_terms", **ROOM)
    assert refused.json()["code"] == "not_granted"


async def test_settings_are_told_changed_and_refused_where_there_is_nothing_of_them(cast):
    mia, tom, _ = cast
    asked = {"slow_mode": True, "slow_mode_wait_time": 10, "unique_chat_mode": True}

    before = (await call(tom, "GET", "chat/settings", **ROOM)).json()["data"][0]
    changed = (await call(mia, "PATCH", "chat/settings", asked, **ROOM)).json()["data"][0]
    after = (await call(tom, "GET", "chat/settings", **ROOM)).json()["data"][0]
    refused = [
        (await call(mia, "PATCH", "chat/settings", {name: True}, **ROOM)).json()
        for name in ("emote_mode", "follower_mode", "subscriber_mode", "shield_mode")
    ]
    off = await call(mia, "PATCH", "chat/settings", {"follower_mode": False}, **ROOM)

    assert (before["slow_mode"], before["slow_mode_wait_time"]) == (False, None)
    assert changed == after | {"moderator_id": "mia"}
    assert (after["slow_mode_wait_time"], after["unique_chat_mode"]) == (10, True)
    assert {(one["status"], one["code"]) for one in refused} == {(400, "bad_message")}
    assert off.status_code == 200
    assert (await call(tom, "PATCH", "chat/settings", asked, **ROOM)).status_code == 403


async def test_a_message_is_deleted_and_never_all_of_them(stage, cast):
    _, tom, ann = cast
    number = await stage.say(ann, "demo")
    query = ROOM | {"message_id": f"demo-{number}"}

    codes = [
        (await call(tom, "DELETE", "moderation/chat", **asked)).status_code
        for asked in (ROOM, query | {"broadcaster_id": "other"}, query, query)
    ]

    assert codes == [400, 404, 204, 404]


async def test_what_waits_is_allowed_or_denied(stage, cast):
    _, tom, ann = cast
    answers = []
    for action in ("ALLOW", "DENY"):
        asked = {"user_id": "tom", "msg_id": await held_by(stage, ann), "action": action}
        answers.append(await call(tom, "POST", "moderation/automod/message", asked))
        answers.append(await call(tom, "POST", "moderation/automod/message", asked))

    own = (await ann.send("GET", "/api/rooms/demo/own")).json()["comments"]
    assert [answer.status_code for answer in answers] == [204, 404, 204, 404]
    assert [one["status"] for one in own] == ["refused", "published"]


async def test_moderators_are_told_to_the_streamer_and_nobody_in_a_room_to_anybody(cast):
    mia, tom, _ = cast

    moderators = (await call(mia, "GET", "moderation/moderators", **ROOM)).json()
    chatters = (await call(tom, "GET", "chat/chatters", **ROOM)).json()

    assert moderators["data"] == [{"user_id": "tom", "user_login": "tom", "user_name": "Tom"}]
    assert chatters == {"data": [], "pagination": {}, "total": 3}
    assert (await call(tom, "GET", "moderation/moderators", **ROOM)).status_code == 403


@pytest.mark.parametrize("in_query", [False, True])
async def test_a_comment_is_sent_or_says_why_not(cast, in_query):
    _, _, ann = cast

    async def sent(text):
        fields = ROOM | {"sender_id": "ann", "message": text}
        parts = (None, fields) if in_query else (fields, {})
        answer = await call(ann, "POST", "chat/messages", parts[0], **parts[1])
        assert answer.status_code == 200
        [row] = answer.json()["data"]
        return row["is_sent"], row["message_id"], (row["drop_reason"] or {}).get("code")

    assert await sent("hello") == (True, "demo-1", None)
    assert await sent(HELD_TEXT) == (False, "demo:3", "automod_held")
    assert await sent(REFUSED_TEXT) == (False, "", "prohibited")
    assert await sent("x" * 101) == (False, "", "too_long")


async def test_calls_are_counted_and_bounded(stage, cast):
    _, tom, _ = cast
    first = await call(tom, "GET", "users")
    # One that fills up as quickly as theirs would have another call for who comes a moment later.
    slow = stage.app.state.helix_calls = TokenBuckets(1 / 3600, CALLS_BURST)
    while slow.left(tom.who.account, stage.house.clock())[0]:
        slow.take(tom.who.account, stage.house.clock())

    late = await call(tom, "GET", "users")

    told = first.headers
    assert (told["ratelimit-limit"], told["ratelimit-remaining"]) == (
        str(CALLS_BURST),
        str(CALLS_BURST - 1),
    )
    assert (late.status_code, late.json()["error"]) == (429, "Too Many Requests")
    assert late.headers["ratelimit-remaining"] == "0"
    assert int(late.headers["ratelimit-reset"]) * 1000 > stage.house.clock()


async def test_what_there_is_nothing_of_is_not_found_in_their_words(cast):
    mia, *_ = cast

    for method, path in (
        ("GET", "moderation/automod/settings"),
        ("PUT", "moderation/automod/settings"),
        ("POST", "chat/announcements"),
        ("POST", "chat/shoutouts"),
        ("PATCH", "users"),
        ("GET", ""),
    ):
        answer = await call(mia, method, path, **ROOM)

        assert answer.status_code == 404, path
        assert {"error", "status", "message"} <= answer.json().keys()


HOSTILE = [
    "' OR 1=1 --",
    '{"$gt":""}',
    "../../api/rooms",
    "@platform",
    "<script>",
    "demo\u202e",
    "Ａnn",
    "x" * 65,
]


def hostile_calls(text):
    return [
        ("POST", "moderation/bans", {"data": {"user_id": text}}, ROOM),
        ("POST", "moderation/bans", {"data": {"user_id": "x"}}, {"broadcaster_id": text}),
        ("DELETE", "moderation/bans", None, ROOM | {"user_id": text}),
        ("GET", "moderation/banned", None, ROOM | {"after": text}),
        ("DELETE", "moderation/blocked_terms", None, ROOM | {"id": text}),
        ("DELETE", "moderation/chat", None, ROOM | {"message_id": text}),
        ("DELETE", "moderation/chat", None, ROOM | {"message_id": f"{text}-1"}),
        ("GET", "chat/settings", None, {"broadcaster_id": text}),
        ("GET", "chat/settings", None, ROOM | {"moderator_id": text}),
        ("POST", "chat/messages", {"broadcaster_id": text, "message": "hi"}, {}),
        ("POST", "moderation/automod/message",
         {"user_id": "mia", "msg_id": f"{text}:1", "action": "ALLOW"}, {}),
    ]  # fmt: skip


async def test_ids_that_are_none_do_nothing(stage, cast):
    mia, _, ann = cast
    await stage.say(ann, "demo")

    answers = [
        await call(mia, method, path, body, **query)
        for text in HOSTILE
        for method, path, body, query in hostile_calls(text)
    ]

    assert {answer.status_code for answer in answers} == {400, 401, 403, 404}
    assert all(answer.json()["status"] == answer.status_code for answer in answers)
    assert (await call(mia, "GET", "users", id=HOSTILE)).json()["data"] == []
    assert (await call(mia, "GET", "moderation/banned", **ROOM)).json()["data"] == []
    assert len((await mia.get("/api/rooms/demo/comments")).json()["comments"]) == 1


@pytest.mark.parametrize(("content", "status"), [(b"{", 400), (b"x" * 70_000, 413)])
async def test_bodies_that_cannot_be_read_are_refused_in_their_words(cast, content, status):
    mia, *_ = cast
    headers = {"Authorization": f"Bearer {mia.token}", "Content-Type": "application/json"}

    answer = await mia.client.post("/helix/chat/messages", content=content, headers=headers)

    assert (answer.status_code, answer.json()["status"]) == (status, status)


async def test_tokens_that_are_none_or_of_elsewhere_do_nothing(stage, cast):
    mia, tom, ann = cast
    number = await stage.say(ann, "demo")
    await stage.room("other", owner=ann.who.account)
    author = await author_of(stage, ann)
    people = stage.core.people
    issued = [
        await people.issue_token(mia.who, "x", expires_ms=None, room="other"),
        await people.issue_token(mia.who, "x", expires_ms=None, room="demo", kind=TokenKind.LINK),
    ]
    tokens = ["dm_nothing", "", *(secret for _, secret in issued), ann.token]
    asked = [
        ("POST", "moderation/bans", {"data": {"user_id": author}}, ROOM),
        ("DELETE", "moderation/chat", None, ROOM | {"message_id": f"demo-{number}"}),
        ("PATCH", "chat/settings", {"slow_mode": True}, ROOM),
        ("POST", "moderation/blocked_terms", {"text": "word"}, ROOM),
        ("GET", "moderation/banned", None, ROOM),
    ]
    codes = set()
    for token in tokens:
        mia.token = token
        for method, path, body, query in asked:
            if (token, path) != (ann.token, "moderation/chat"):  # one's own is one's to take back
                codes.add((await call(mia, method, path, body, **query)).status_code)
    other = {"broadcaster_id": "other"}
    ban = {"data": {"user_id": author}}

    assert codes == {401, 403}
    assert (await call(tom, "POST", "moderation/bans", ban, **other)).status_code == 403
    assert (await call(tom, "GET", "chat/settings", **ROOM, moderator_id="mia")).status_code == 401
