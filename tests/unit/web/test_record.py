import asyncio
import base64
import gzip
import hashlib
import json
from contextlib import ExitStack

import pytest
from fastapi import Request

from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.room import ReviewMode
from danmaku.formats.jsonl import JSONL
from danmaku.web import record_files
from danmaku.web.record_files import RecordFiles
from tests.patience import PATIENCE_S
from tests.unit.web.conftest import HELD_TEXT

FILES = (
    *("record.jsonl", "record.xml", "record.ass", "record.csv", "record.vtt"),
    *("record.json?format=dplayer", "record.json?format=artplayer", "record.json?format=dandan"),
)
PLAIN = {"Accept-Encoding": "identity"}


async def file_of(stage, path, **headers):
    answer = await stage.guest().get(f"/rooms/demo/{path}", headers=PLAIN | headers)
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("path", FILES)
async def test_files_hold_what_is_shown_and_nothing_else(stage, path):
    room = await stage.room()
    ann = await stage.person("ann")
    await stage.say(ann, room, "stays here")
    gone = await stage.say(ann, room, "soon gone")
    await stage.hold(ann, room)
    await stage.core.comments.recall(ann.who, room, gone)

    raw = (await file_of(stage, path)).text

    assert "stays here" in raw
    assert "soon gone" not in raw
    assert HELD_TEXT not in raw


@pytest.mark.parametrize("path", FILES)
async def test_what_waits_for_its_time_is_in_no_file(stage, path):
    room = await stage.room(mode=ReviewMode.DELAYED)
    ann = await stage.person("ann")
    await stage.core.comments.post(ann.who, room, Draft("c", "yet to come"))

    assert "yet to come" not in (await file_of(stage, path)).text


@pytest.mark.parametrize("path", FILES)
async def test_a_file_is_issued_anew_after_a_recall_and_a_restore(stage, path):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    ann = await stage.person("ann")
    number = await stage.say(ann, room, "there and back")
    first = await file_of(stage, path)

    await stage.core.comments.recall(mia.who, room, number, "spam")
    second = await file_of(stage, path)
    await stage.core.comments.restore(mia.who, room, number)
    third = await file_of(stage, path)

    assert [("there and back" in each.text) for each in (first, second, third)] == [
        True, False, True,
    ]  # fmt: skip
    assert len({each.headers["etag"] for each in (first, second)}) == 2


@pytest.mark.parametrize("path", FILES)
async def test_the_digest_is_of_what_is_sent(stage, path):
    room = await stage.room()
    await stage.say(await stage.person("ann"), room, "some words")

    answer, again = await file_of(stage, path), await file_of(stage, path)

    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert again.content == answer.content


async def test_who_has_a_file_is_told_so(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    await stage.say(ann, room)
    first = await file_of(stage, "record.xml")
    known = {"If-None-Match": first.headers["etag"]}

    same = await stage.guest().get("/rooms/demo/record.xml", headers=PLAIN | known)
    await stage.hold(ann, room)  # an entry that no file shows
    still = await stage.guest().get("/rooms/demo/record.xml", headers=PLAIN | known)
    weakened = {"If-None-Match": f"W/{known['If-None-Match']}"}  # as proxies do that pack
    weak = await stage.guest().get("/rooms/demo/record.xml", headers=PLAIN | weakened)
    await stage.say(ann, room, "one more")
    newer = await stage.guest().get("/rooms/demo/record.xml", headers=PLAIN | known)

    assert [each.status_code for each in (same, still, weak, newer)] == [304, 304, 304, 200]
    assert stage.house.files._open.taken == 0


@pytest.mark.parametrize("path", FILES)
async def test_nobody_is_told_that_they_still_have_what_was_erased(stage, path):
    room = await stage.room()
    ann = await stage.person("ann")
    await stage.say(ann, room, "soon erased")
    before = await file_of(stage, path)

    await stage.core.offices.privacy.leaving.close(ann.who, login="ann")
    after = await file_of(stage, path, **{"If-None-Match": before.headers["etag"]})

    assert "soon erased" not in after.text
    assert after.headers["etag"] != before.headers["etag"]


async def test_files_may_be_packed(stage):
    room = await stage.room()
    await stage.say(await stage.person("ann"), room)
    plain = await file_of(stage, "record.xml")
    packed = {"Accept-Encoding": "br, gzip"}

    async with stage.browser().stream("GET", "/rooms/demo/record.xml", headers=packed) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])

    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert answer.headers["unencoded-digest"] == plain.headers["repr-digest"]
    assert "repr-digest" not in answer.headers
    known = packed | {"If-None-Match": answer.headers["etag"]}
    assert (await stage.guest().get("/rooms/demo/record.xml", headers=known)).status_code == 304


@pytest.mark.parametrize("path", FILES)
async def test_any_site_may_read_files(stage, path):
    await stage.room()

    answer = await file_of(stage, path, Origin="https://player.test")

    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rooms/nowhere/record.xml", 404),
        ("/rooms/demo/record.json", 400),
        ("/rooms/demo/record.json?format=other", 400),
        ("/rooms/demo/record.ass?w=1", 400),
    ],
)
async def test_what_there_is_not_is_refused(stage, path, status):
    await stage.room()

    assert (await stage.guest().get(path)).status_code == status


async def test_pictures_of_subtitles_have_the_size_that_was_asked_for(stage):
    await stage.room()

    assert "PlayResX: 640" in (await file_of(stage, "record.ass?w=640&h=360")).text


async def test_who_asks_for_too_many_files_at_a_time_keeps_them_from_nobody_else(stage):
    await stage.room()
    ann, ben = await stage.person("ann"), await stage.person("ben")
    with ExitStack() as others:
        for _ in range(record_files.MAKING_EACH_MAX):
            others.enter_context(stage.house.files._making.taken_by(f"account {ann.who.account}"))

        hers = await ann.get("/rooms/demo/record.xml")
        his = await ben.get("/rooms/demo/record.xml")

    assert [hers.status_code, his.status_code] == [503, 200]
    assert "retry-after" in hers.headers
    assert (await ann.get("/rooms/demo/record.xml")).status_code == 200
    assert stage.house.files._open.taken == 0


async def test_long_files_wait_on_disk_and_leave_no_place_taken(stage, monkeypatch):
    monkeypatch.setattr(record_files, "MEMORY_BYTES_MAX", 10)
    monkeypatch.setattr(record_files, "DIGESTS_MAX", 1)
    room = await stage.room()
    ann = await stage.person("ann")
    for index in range(20):
        await stage.say(ann, room, f"number {index}", position_ms=index)

    lines = (await file_of(stage, "record.jsonl")).text.splitlines()
    await file_of(stage, "record.xml")

    assert [json.loads(line)["text"] for line in lines] == [f"number {at}" for at in range(20)]
    assert stage.house.files._open.taken == stage.house.files._making.taken == 0
    assert len(stage.house.files._digests) == 1


async def test_who_takes_nothing_keeps_no_place_from_others(stage, monkeypatch):
    monkeypatch.setattr(record_files, "SENDING_S_MIN", 0.05)
    await stage.room()
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "http_version": "1.1"}
    scope |= {"method": "GET", "scheme": "http", "path": "/rooms/demo/record.xml"}
    scope |= {"query_string": b"", "headers": [(b"host", b"danmaku.test")], "client": None}

    async def never(*_):
        await asyncio.Event().wait()

    async def take(message):
        if message["type"] == "http.response.body":
            await never()

    async with asyncio.timeout(PATIENCE_S):
        await stage.app(scope, never, take)

    assert stage.house.files._open.taken == 0


class Recalling:
    """Rows of the record of which something is recalled as soon as a page of them was read."""

    def __init__(self, rows, recall, times):
        self.rows, self.recall, self.times = rows, recall, times
        self.recall_after = rows.recall_after

    async def by_number(self, room, after):
        async for page in self.rows.by_number(room, after):
            yield page
            if self.times:
                self.times -= 1
                await self.recall(self.times + 1)


async def test_what_is_recalled_while_a_file_is_made_is_not_in_it(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    ann = await stage.person("ann")
    for text in ("soon gone", "gone as well", "stays", "last"):
        await stage.say(ann, room, text)
    asked, row = Request({"type": "http", "headers": []}), await stage.house.reader.room(room)

    async def recall(number):
        await stage.core.comments.recall(mia.who, room, number, "spam")

    files = RecordFiles(Recalling(stage.house.files.rows, recall, 2), "e")
    made = await files.answer(asked, "somebody", row, JSONL, await stage.house.top(room))
    raw = b"".join([chunk async for chunk in made.body_iterator])
    files.close(made._made)

    assert [text in raw for text in (b"gone", b"stays", b"last")] == [False, True, True]
    assert raw.count(b"\n") == 4
    assert files._open.taken == 0
