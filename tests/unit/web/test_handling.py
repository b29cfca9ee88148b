import json

from danmaku.actions import handling
from danmaku.domain.account import Bundle


async def given(caller, query=""):
    answer = await caller.send("GET", f"/api/handling.jsonl{query}")
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_all_pages_of_what_ended_and_what_goes_on_are_given(stage, monkeypatch):
    monkeypatch.setattr(handling, "PAGE", 2)
    room, author = await stage.room(), await stage.person("author")
    eve = stage.by_token(await stage.person("eve", Bundle.CHIEF_EDITOR))
    for _ in range(5):
        origin = await stage.hold(author, room)
        await eve.send("POST", f"/api/rooms/{room}/held/{origin}/approve")
    waiting = await stage.hold(author, room)

    cases = await given(eve)

    assert [one["ending"] for one in cases] == ["decided"] * 5 + [None]
    assert cases[-1]["case_id"] == f"h.{room}.{waiting}"
    assert [one["ended_ms"] for one in cases[:5]] == sorted(
        (one["ended_ms"] for one in cases[:5]), reverse=True
    )
    assert await given(eve, "?room=elsewhere") == []
    assert await given(eve, "?first=2020-01-01&last=2020-01-31") == []
    assert await given(eve, "?first=0001-01-01&last=9999-12-31") == cases
    assert (await eve.send("GET", "/api/handling.jsonl?first=2020-02-01&last=2020-01-01")).json()[
        "code"
    ] == "bad_message"


async def test_editors_choose_a_period_on_a_page(stage):
    eve, rey = await stage.person("eve", Bundle.CHIEF_EDITOR), await stage.person("rey")

    assert 'formaction="/api/handling.jsonl"' in (await eve.get("/handling")).text
    assert (await rey.get("/handling")).status_code == 403
