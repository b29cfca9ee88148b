"""The same page shows every danmaku as a plain list, one for one, no later than it is shown.

Article: Article.STATIC_VERSION
"""

from dataclasses import replace

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.room import Status
from tests.articles.seen import entries_of

COMMENTS = 60


async def test_page_holds_a_comment_no_later_than_any_viewer_receives_it(site):
    room = await site.room()
    sender = await Viewer.join(site.door(room, await site.person("sender")))
    viewer = await Viewer.join(site.door(room))

    for n in range(1, COMMENTS + 1):
        await sender.begin(f"第{n}条 comment", position_ms=n * 1000)
        await viewer.until(lambda n=n: len(entries_of(viewer, "comment")) >= n)
        page = (await site.api.get(f"/rooms/{room}")).text
        assert f"第{n}条 comment" in page
        assert f'id="c{n}"' in page


async def test_list_and_live_stream_agree_in_count_order_and_content(site):
    room = await site.room()
    sender = await Viewer.join(site.door(room, await site.person("sender")))
    viewer = await Viewer.join(site.door(room))
    for n in range(COMMENTS):
        await sender.send(f"{n} 前方高能", position_ms=(COMMENTS - n) * 1000)
    await viewer.until(lambda: len(entries_of(viewer, "comment")) == COMMENTS)

    listed = await site.listed(room)
    page = await site.rendered(room)

    live = [
        (entry["number"], entry["position_ms"], entry["text"])
        for entry in entries_of(viewer, "comment")
    ]
    assert live == [(c["number"], c["position_ms"], c["text"]) for c in reversed(listed)]
    assert live == [(n, row["position_ms"], row["text"]) for n, row in sorted(page.items.items())]


async def test_list_is_complete_newest_first_and_numbered_without_gaps_page_by_page(site):
    room = await site.room()
    sender = await Viewer.join(site.door(room, await site.person("sender")))
    for n in range(1, 121):
        await sender.send(f"comment {n}")
    await sender.recall(60)

    page = await site.rendered(room)

    assert list(page.items) == list(range(120, 0, -1))
    assert [n for n, row in page.items.items() if row["kind"] == "marker"] == [60]


async def test_list_can_be_read_by_media_time(site):
    room = await site.room()
    sender = await Viewer.join(site.door(room, await site.person("sender")))
    for position_ms in (9_000, 1_000, 5_000, 4_999, 10_000):
        await sender.send(f"at {position_ms}", position_ms=position_ms)

    params = {"from_ms": 5_000, "upto_ms": 10_000}
    got = await site.api.get(f"/api/rooms/{room}/comments", params=params)

    assert [comment["position_ms"] for comment in got.json()["comments"]] == [5_000, 9_000]


async def test_every_comment_has_its_own_page_for_good(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    reviewer = await Viewer.join(site.door(room, await site.person("judge", Bundle.REVIEWER)))
    await author.send("stays")
    await author.send("goes")

    await reviewer.recall(2)

    stays = await site.api.get(f"/rooms/{room}/comments/1")
    goes = await site.api.get(f"/rooms/{room}/comments/2")
    assert (stays.status_code, "stays" in stays.text) == (200, True)
    assert (goes.status_code, "goes" in goes.text) == (200, False)


async def test_page_of_a_closed_room_stays_readable(site):
    room = await site.room()
    author = await Viewer.join(site.door(room, await site.person("author")))
    await author.send("written while it was open")

    await site.core.rooms.change(None, room, lambda state: replace(state, status=Status.CLOSED))

    page = await site.api.get(f"/rooms/{room}")
    assert page.status_code == 200
    assert "written while it was open" in page.text


async def test_files_to_take_along_hold_what_the_list_holds_and_not_what_was_recalled(site):
    room = await site.room()
    sender = await Viewer.join(site.door(room, await site.person("sender")))
    for n in range(1, 6):
        await sender.send(f"comment {n} to keep", position_ms=n * 1000)
    await sender.recall(3)

    files = {
        ending: (await site.api.get(f"/rooms/{room}/record.{ending}")).raise_for_status().text
        for ending in ("jsonl", "xml", "csv", "ass", "vtt")
    }

    for ending, content in files.items():
        kept = [n for n in range(1, 6) if f"comment {n} to keep" in content]
        assert kept == [1, 2, 4, 5], ending
