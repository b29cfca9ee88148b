import asyncio
import re

import orjson
import pytest

from danmaku.domain.account import Bundle
from danmaku.web.house import IMPORTS_EACH_MAX, IMPORTS_MAX
from tests.patience import PATIENCE_S
from tests.unit.web.conftest import HELD_TEXT, REFUSED_TEXT

NDJSON = {"Content-Type": "application/x-ndjson"}


def lines_of(*texts):
    return b"".join(orjson.dumps({"text": text, "position_ms": 1000}) + b"\n" for text in texts)


async def listed_in(stage, room):
    return (await stage.guest().get(f"/api/rooms/{room}/comments?after=0")).json()["comments"]


async def bring(caller, room, body, kind=NDJSON):
    headers = kind | {"Authorization": f"Bearer {caller.token}"}
    return await caller.client.post(f"/api/rooms/{room}/import", content=body, headers=headers)


@pytest.mark.parametrize("path", ["comments", "comments/1", "segments/0"])
async def test_what_holds_text_is_asked_for_again_and_changes_its_tag_on_recall(stage, path):
    room = await stage.room()
    ann = await stage.person("ann")
    number = await stage.say(ann, room, "soon gone", position_ms=1000)
    url, guest = f"/api/rooms/{room}/{path}", stage.guest()

    first = await guest.get(url)
    known = await guest.get(url, headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
    await stage.core.comments.recall(ann.who, room, number)
    after = await guest.get(url, headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == known.headers["cache-control"] == "no-cache"
    assert (known.status_code, known.content) == (304, b"")
    assert after.status_code == 200
    assert "soon gone" in first.text
    assert "soon gone" not in after.text


async def test_segment_is_unchanged_while_other_stretches_change(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    await stage.say(ann, room, "early", position_ms=1000)
    url, guest = f"/api/rooms/{room}/segments/0", stage.guest()
    first = await guest.get(url)

    await stage.say(ann, room, "late", position_ms=400_000)
    still = await guest.get(url, headers={"If-None-Match": first.headers["etag"]})
    await stage.say(ann, room, "early too", position_ms=2000)
    changed = await guest.get(url, headers={"If-None-Match": first.headers["etag"]})

    assert (still.status_code, changed.status_code) == (304, 200)
    assert [each["text"] for each in changed.json()["comments"]] == ["early", "early too"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("limit=2", [5, 4]),
        ("before=3", [2, 1]),
        ("after=2", [3, 4, 5]),
        ("after=0&limit=2", [1, 2]),
        ("from_ms=2000&upto_ms=4000", [4, 3]),
        ("from_ms=4000", [2, 1]),
    ],
)
async def test_list_by_number_and_by_media_time(stage, query, expected):
    room = await stage.room()
    ann = await stage.person("ann")
    for position_ms in (5000, 4000, 3000, 2000, 1000):
        await stage.say(ann, room, f"at {position_ms}", position_ms)

    page = await stage.guest().get(f"/api/rooms/{room}/comments?{query}")

    assert [each["number"] for each in page.json()["comments"]] == expected


@pytest.mark.parametrize(
    "query",
    ["before=0", "limit=0", "limit=1001", "after=1&before=9", "after=1&from_ms=0", "from_ms=-1"],
)
async def test_list_out_of_bounds_is_a_bad_message(stage, query):
    room = await stage.room()

    answer = await stage.guest().get(f"/api/rooms/{room}/comments?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")


async def test_entries_go_on_from_where_the_last_page_ended(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    for n in range(5):
        await stage.say(ann, room, f"comment {n}")
    await stage.hold(ann, room)

    after, seqs = 0, []
    while after < 7:
        url = f"/api/rooms/{room}/entries?after={after}&limit=2"
        page = (await stage.guest().get(url)).json()
        assert (page["after"], page["top"]) == (after, 7)
        seqs += [entry["seq"] for entry in page["entries"]]
        after = page["upto"]

    assert seqs == [1, 2, 3, 4, 5, 6]
    assert after == 7


async def test_what_is_exported_can_be_imported_and_only_once(stage):
    here, there = await stage.room("here"), await stage.room("there")
    ann = await stage.person("ann")
    mia = await stage.person("mia", (Bundle.STREAMER, there))
    for n in range(3):
        await stage.say(ann, here, f"comment {n}", position_ms=n * 1000)
    await stage.core.comments.recall(ann.who, here, 2)
    exported = (await stage.guest().get(f"/api/rooms/{here}/export.jsonl")).content

    first = (await bring(mia, there, exported)).json()
    second = (await bring(mia, there, exported)).json()
    listed = (await ann.get(f"/api/rooms/{there}/comments?after=0")).json()["comments"]

    assert (first["published"], first["skipped"], first["failed"]) == (2, 1, 0)
    assert (second["published"], second["repeated"]) == (0, 2)
    assert [(each["text"], each["position_ms"], each["imported"]) for each in listed] == [
        ("comment 0", 0, True),
        ("comment 2", 2000, True),
    ]
    assert {each["name"] for each in listed} == {"Mia"}


async def test_imported_lines_pass_the_filter_and_bad_ones_are_named(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    body = lines_of("fine", HELD_TEXT, REFUSED_TEXT, "x" * 600) + b"no json\n\n" + lines_of("last")

    counts = (await bring(mia, room, body)).json()

    assert counts == {
        "published": 2,
        "held": 1,
        "refused": 1,
        "repeated": 0,
        "skipped": 1,
        "failed": 2,
        "errors": ["line 3: prohibited", "line 4: too_long", "line 5: bad_message"],
    }


async def test_import_keeps_the_order_of_the_file(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    texts = [f"line {n}" for n in range(500)]

    await bring(mia, room, lines_of(*texts))
    exported = (await mia.get(f"/api/rooms/{room}/export.jsonl")).text.splitlines()

    assert [orjson.loads(line)["text"] for line in exported] == texts


async def test_a_line_without_end_stops_the_import(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))

    answer = await bring(mia, room, lines_of("first") + b"x" * 200_000)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")
    assert [each["text"] for each in await listed_in(stage, room)] == ["first"]


async def test_export_is_a_file_of_lines(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    await stage.say(ann, room)

    answer = await stage.guest().get(f"/api/rooms/{room}/export.jsonl")

    assert re.search(r'filename="demo\.jsonl"', answer.headers["content-disposition"])
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.content.count(b"\n") == 1


XML = """<?xml version="1.0" encoding="UTF-8"?><i><chatid>1</chatid>
<d p="1.5,1,25,255,1,0,x,1">from elsewhere &amp; back</d>
<d p="2,7,25,255,1,0,x,2">[0,0,"a drawing"]</d>
<d p="3,5,25,16777215,1,0,x,3">%s</d>
<d p="4,4,25,16777215,1,0,x,4">%s</d>
<d p="90000,1,25,16777215,1,0,x,5">too late</d>
<d p="5,1,25,16777215,1,0,x,6"> </d></i>"""


@pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8"])
async def test_xml_passes_the_filter_into_the_same_record(stage, kind):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    body = (XML % (REFUSED_TEXT, HELD_TEXT)).encode()

    counts = (await bring(mia, room, body, {"Content-Type": kind})).json()
    again = (await bring(mia, room, body, {"Content-Type": kind})).json()

    [comment] = await listed_in(stage, room)
    assert (counts["published"], counts["held"], counts["refused"]) == (1, 1, 1)
    assert counts["errors"] == [
        "line 3: type_unsupported",
        "line 4: prohibited",
        "line 6: bad_position",
        "line 7: empty",
    ]
    assert again["repeated"] == 3
    assert (comment["text"], comment["position_ms"]) == ("from elsewhere & back", 1500)
    assert (comment["color"], comment["imported"]) == (255, True)


async def test_segments_are_brought_in_too(stage):
    here, there = await stage.room("here"), await stage.room("there")
    ann = await stage.person("ann")
    for at in range(3):
        await stage.say(ann, here, f"number {at}", position_ms=at)
    mia = await stage.person("mia", (Bundle.STREAMER, there))
    raw = (await stage.guest().get("/x/v2/dm/web/seg.so?oid=1&segment_index=1")).content
    kind = {"Content-Type": "application/octet-stream"}

    counts = (await bring(mia, there, raw + raw, kind)).json()
    cut = await bring(mia, there, raw[:-3], kind)

    assert counts["published"] == 6
    assert [each["text"] for each in await listed_in(stage, there)][:3] == [
        f"number {at}" for at in range(3)
    ]
    assert (cut.status_code, cut.json()["code"]) == (400, "bad_message")


async def test_what_came_before_a_fault_is_recorded_and_a_bomb_is_refused(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    kind = {"Content-Type": "text/xml"}
    bomb = b'<!DOCTYPE i [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><i><d p="1,1,25,1">&b;</d></i>'

    cut = await bring(mia, room, b'<i><d p="1,1,25,1">kept</d><d p=', kind)
    refused = await bring(mia, room, bomb, kind)

    assert [each.status_code for each in (cut, refused)] == [400, 400]
    assert [each["text"] for each in await listed_in(stage, room)] == ["kept"]


class Slow:
    """A file that somebody brings in, of which nothing comes until it may go on."""

    def __init__(self):
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()

    async def __aiter__(self):
        self.begun.set()
        await self.goes_on.wait()
        yield lines_of("slow")


async def test_who_brings_many_files_at_once_is_told_to_come_again(stage):
    room = await stage.room()
    bringers = [await stage.person(name, (Bundle.STREAMER, room)) for name in ("mia", "tom", "ann")]
    mia, tom, ann = bringers
    files = [Slow() for _ in range(IMPORTS_MAX)]
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(PATIENCE_S):
        for n, file in enumerate(files):
            who = mia if n < IMPORTS_EACH_MAX else tom
            tasks.create_task(bring(who, room, file))
            await file.begun.wait()
            if who is mia and n == IMPORTS_EACH_MAX - 1:
                own = await bring(mia, room, lines_of("one more"))
                desk = await stage.desk.post(f"/import/{room}?login=mia", content=lines_of("more"))
        others = await bring(ann, room, lines_of("of somebody else"))
        for file in files:
            file.goes_on.set()
    later = await bring(ann, room, lines_of("of somebody else"))

    refused = [(each.status_code, each.json()["code"]) for each in (own, desk, others)]
    assert refused == [(503, "overloaded")] * 3
    assert all("retry-after" in each.headers for each in (own, desk, others))
    assert later.json()["published"] == 1


async def test_other_contents_are_no_file_of_comments(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))

    answer = await bring(mia, room, b"x", {"Content-Type": "text/plain"})

    assert answer.json()["code"] == "bad_message"
