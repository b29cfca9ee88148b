"""A verdict comes before publication: the filter's for every comment, a person's where it is asked.

Article: Article.REVIEW_BEFORE_PUBLICATION
"""

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.room import ReviewMode
from danmaku.filter.rules import Action, Klass, Rule, amended
from danmaku.filter.screen import Screen
from tests.articles.seen import notices_of, texts_of
from tests.articles.verbs import bearer


async def test_every_published_comment_carries_the_verdict_it_was_published_on(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    entries = []
    site.core.store.subscribe(entries.extend)

    await author.send("nothing wrong with this")
    await author.send("a fizzlebug in it")

    verdicts = [entry.fact.verdict for entry in entries]
    assert [verdict.action for verdict in verdicts] == ["pass", "mask"]
    assert {verdict.ruleset for verdict in verdicts} == {site.core.rules.version}
    assert verdicts[1].original == "a fizzlebug in it"


@pytest.mark.parametrize(
    ("text", "answer"), [("咕噜待审 here", "held"), ("咕噜禁语 here", "refused")]
)
async def test_what_the_filter_stops_is_shown_nowhere(site, text, answer):
    room = await site.room()
    viewer = await Viewer.join(site.door(room))
    author = await Viewer.join(site.door(room, await site.person("author")))

    got = await author.send(text)
    await author.send("the next one")
    await viewer.until(lambda: bool(texts_of(viewer)))

    assert got["op"] == answer
    assert texts_of(viewer) == ["the next one"]
    for path in (f"/rooms/{room}", f"/api/rooms/{room}/comments", f"/api/rooms/{room}/segments/0"):
        assert text not in (await site.api.get(path)).raise_for_status().text


async def test_where_every_comment_is_reviewed_nothing_appears_before_a_person_approves(site):
    room = await site.room(mode=ReviewMode.EVERY)
    viewer = await Viewer.join(site.door(room))
    author = await Viewer.join(site.door(room, await site.person("author")))
    reviewer = await site.person("judge", Bundle.REVIEWER)

    held = await author.send("good enough")
    before = await site.listed(room)
    await site.core.moderation.approve(reviewer.who, room, held["seq"])
    await viewer.until(lambda: bool(texts_of(viewer)))

    assert (held["op"], before) == ("held", [])
    assert [comment["text"] for comment in await site.listed(room)] == ["good enough"]


async def test_nobody_approves_a_comment_of_their_own(site):
    room = await site.room(mode=ReviewMode.EVERY)
    judge = await site.person("judge", Bundle.REVIEWER)
    held = await (await Viewer.join(site.door(room, judge))).send("my own words")

    got = await site.api.post(
        f"/api/rooms/{room}/held/{held['seq']}/approve",
        headers={"Authorization": f"Bearer {judge.token}"},
    )

    assert (got.status_code, got.json()["code"]) == (403, "own_interest")
    assert await site.listed(room) == []


async def test_a_streamer_s_own_words_are_looked_for_before_publication_from_the_next_send_on(site):
    room = await site.room()
    streamer = await site.person("mia", Bundle.OPERATOR)
    viewer = await Viewer.join(site.door(room))
    author = await Viewer.join(site.door(room, await site.person("author")))

    async def listing(*words):
        sent = await site.api.put(
            f"/api/rooms/{room}/words",
            json={"words": list(words)},
            headers={"Authorization": f"Bearer {streamer.token}"},
        )
        sent.raise_for_status()

    await author.send("a spoiler, before")
    await listing("spoiler")
    held = await author.send("a spo-iler, during")
    await listing()
    await author.send("a spoiler, after")
    await viewer.until(lambda: len(texts_of(viewer)) > 1)

    assert (held["op"], held["category"]) == ("held", "room_list")
    assert texts_of(viewer) == ["a spoiler, before", "a spoiler, after"]


@pytest.mark.parametrize("scope", ["a policy", "a control", "news"])
async def test_whatever_asks_for_a_person_nothing_appears_without_an_approval(site, scope):
    mode = ReviewMode.EVERY if scope == "a policy" else ReviewMode.MACHINE
    room = await site.room(mode=mode)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    operator = await site.person("otto", Bundle.OPERATOR)
    if scope == "a control":
        wanted = {"mode": "every", "room": room, "lasts_ms": 60_000, "reason": "an order"}
        pulled = await site.api.post("/api/controls", json=wanted, headers=bearer(eve))
        pulled.raise_for_status()
    if scope == "news":
        path, marked = f"/api/rooms/{room}", {"news": True, "mode": "machine"}
        (await site.api.patch(path, json=marked, headers=bearer(operator))).raise_for_status()
    author = await Viewer.join(site.door(room, await site.person("author")))
    viewer = await Viewer.join(site.door(room))

    held = [await author.send(f"line {number}") for number in range(3)]
    path = f"/api/rooms/{room}/comments"
    posted = await site.api.post(path, json={"id": "x", "text": "by API"}, headers=bearer(operator))
    before = [await site.listed(room), texts_of(viewer)]
    await site.core.moderation.approve(eve.who, room, held[1]["seq"])
    await viewer.until(lambda: bool(texts_of(viewer)))

    assert {answer["op"] for answer in held} == {"held"}
    assert (posted.status_code, before) == (202, [[], []])
    assert [one["text"] for one in await site.listed(room)] == texts_of(viewer) == ["line 1"]


async def test_a_streamer_cannot_take_the_news_from_a_room(site):
    mia = await site.person("mia")
    room = await site.room_of(mia)
    otto = await site.person("otto", Bundle.OPERATOR)
    path = f"/api/rooms/{room}"
    marked = await site.api.patch(path, json={"news": True}, headers=bearer(otto))

    tried = await site.api.patch(path, json={"news": False}, headers=bearer(mia))
    loosened = await site.api.patch(path, json={"mode": "machine"}, headers=bearer(mia))

    assert (marked.status_code, tried.status_code, loosened.status_code) == (200, 403, 200)
    assert (await site.api.get(path)).json()["state"]["mode"] == "every"


async def test_rules_that_came_while_a_comment_waited_decide_on_it(site, clock):
    room = await site.room(mode=ReviewMode.DELAYED, delay_ms=60_000)
    author = await Viewer.join(site.door(room, await site.person("author")))
    viewer = await Viewer.join(site.door(room))
    await author.send("say gallimaufry")
    await author.send("say nothing")

    newer = Rule("new", "spam", Klass.ILLEGAL, Action.REFUSE, words=("gallimaufry",))
    stricter = amended(site.core.rules.in_force.ruleset, (newer,))
    await site.core.rules.activate(None, large=Screen(stricter))
    clock.go_on(60_000)
    await author.until(lambda: bool(notices_of(author, "refused")))
    await viewer.until(lambda: bool(texts_of(viewer)))

    assert texts_of(viewer) == ["say nothing"]
    assert [told["category"] for told in notices_of(author, "refused")] == ["spam"]
