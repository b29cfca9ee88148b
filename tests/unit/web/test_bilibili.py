import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.room import Status
from danmaku.formats.bilibili_segments import SegmentSource

SEGMENTS = ("/x/v2/dm/web/seg.so", "/x/v2/dm/wbi/web/seg.so", "/x/v2/dm/list/seg.so")


def texts_of(raw):
    source = SegmentSource()
    return [item.draft.text for item in [*source.feed(raw), *source.end()]]


@pytest.mark.parametrize("path", ["/x/v1/dm/list.so?oid=2", "/2.xml"])
async def test_the_file_of_a_room_is_found_by_its_number(stage, path):
    await stage.room("first")
    room = await stage.room("second")
    await stage.say(await stage.person("ann"), room, "by number")

    answer = await stage.guest().get(path)

    same = await stage.guest().get("/rooms/second/record.xml")
    assert answer.content == same.content
    assert "<chatid>2</chatid>" in answer.text
    assert (await stage.guest().get("/api/rooms/second")).json()["number"] == 2


@pytest.mark.parametrize("path", SEGMENTS)
async def test_segments_are_six_minutes(stage, path):
    room = await stage.room()
    ann = await stage.person("ann")
    for at_ms in (0, 359_999, 360_000):
        await stage.say(ann, room, f"at {at_ms}", position_ms=at_ms)

    answers = [
        await stage.guest().get(path, params={"type": 1, "oid": 1, "segment_index": index})
        for index in (1, 2, 3, 999)
    ]

    assert [each.status_code for each in answers] == [200] * 4
    assert [texts_of(each.content) for each in answers] == [
        ["at 0", "at 359999"], ["at 360000"], [], [],
    ]  # fmt: skip
    assert answers[0].headers["content-type"] == "application/octet-stream"
    assert answers[0].headers["access-control-allow-origin"] == "*"


async def test_segments_change_their_tag_on_recall(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    number = await stage.say(ann, room, "soon gone")
    url = "/x/v2/dm/web/seg.so?oid=1&segment_index=1"
    first = await stage.guest().get(url)
    known = {"If-None-Match": first.headers["etag"]}

    same = await stage.guest().get(url, headers=known)
    await stage.core.comments.recall(ann.who, room, number)
    after = await stage.guest().get(url, headers=known)

    assert (same.status_code, after.status_code) == (304, 200)
    assert texts_of(after.content) == []


async def test_a_closed_room_stays_readable_and_says_so_where_nothing_is_to_read(stage):
    mia = await stage.person("mia", Bundle.OPERATOR)
    for name in ("spoken", "silent"):
        room = await stage.room(name)
        if name == "spoken":
            await stage.say(mia, room, "still here")
        await stage.core.rooms.change(
            None, room, lambda state: type(state)(title=state.title, status=Status.CLOSED)
        )

    spoken, silent = [
        (await stage.guest().get(f"{SEGMENTS[0]}?oid={oid}&segment_index=1")).content
        for oid in (1, 2)
    ]

    assert texts_of(spoken) == ["still here"]
    assert silent == b"\x10\x01"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/x/v1/dm/list.so?oid=9", 404),
        ("/9.xml", 404),
        ("/0.xml", 400),
        ("/99999999999.xml", 400),
        (f"{SEGMENTS[0]}?oid=9&segment_index=1", 404),
        (f"{SEGMENTS[0]}?oid=1&segment_index=0", 400),
    ],
)
async def test_what_there_is_not_is_refused(stage, path, status):
    await stage.room()

    assert (await stage.guest().get(path)).status_code == status
