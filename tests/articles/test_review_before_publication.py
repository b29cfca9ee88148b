"""A verdict comes before publication: the filter's for every comment, a person's where it is asked.

Article: Article.REVIEW_BEFORE_PUBLICATION
"""

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.room import ReviewMode
from tests.articles.seen import texts_of


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
