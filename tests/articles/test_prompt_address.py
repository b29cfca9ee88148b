"""One act takes a comment out of every public place, for those here and those who come back.

Article: Article.PROMPT_ADDRESS
"""

from bench.client import Viewer
from danmaku.domain.account import Bundle
from tests.articles.seen import entries_of, texts_of

TEXT = "should never have been said"


async def public_places(site, room):
    paths = (
        f"/rooms/{room}",
        f"/rooms/{room}/comments/1",
        f"/api/rooms/{room}/comments",
        f"/api/rooms/{room}/comments/1",
        f"/api/rooms/{room}/entries?after=0&upto=100",
        f"/api/rooms/{room}/segments/0",
        f"/api/rooms/{room}/export.jsonl",
    )
    return {path: (await site.api.get(path)).raise_for_status().text for path in paths}


async def test_recalled_comment_leaves_every_public_place_and_keeps_its_marker(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    viewer = await Viewer.join(site.door(room))
    reviewer = await Viewer.join(site.door(room, await site.person("judge", Bundle.REVIEWER)))
    await author.send(TEXT)
    shown_before = await public_places(site, room)

    await reviewer.recall(1)
    await viewer.until(lambda: bool(entries_of(viewer, "recall")))

    assert [path for path, text in shown_before.items() if TEXT not in text] == []
    assert [path for path, text in (await public_places(site, room)).items() if TEXT in text] == []
    [marker] = await site.listed(room)
    assert (marker["kind"], marker["number"], marker["by"]) == ("marker", 1, "platform")


async def test_who_comes_back_never_sees_what_was_recalled_meanwhile(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    away = await Viewer.join(site.door(room))
    position = away.position
    await away.leave()
    await author.send(TEXT)
    await author.recall(1)

    back = await Viewer.join(site.door(room), since=position, epoch=away.welcome["epoch"])
    await back.reach(author.welcome["top"] + 2)

    assert texts_of(back) == []
    assert [entry["number"] for entry in entries_of(back, "marker")] == [1]


async def test_restored_comment_is_back_at_its_old_number(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    judge = await site.person("judge", Bundle.REVIEWER)
    await author.send("first")
    await author.send("second")
    await (await Viewer.join(site.door(room, judge))).recall(1)

    await site.core.comments.restore(judge.who, room, 1)

    listed = await site.listed(room)
    assert [(c["number"], c["text"]) for c in listed] == [(2, "second"), (1, "first")]
