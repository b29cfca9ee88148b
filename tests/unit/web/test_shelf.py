import asyncio

import pytest

from danmaku.domain.ids import Millis, RoomId, RoomNumber
from danmaku.errors import StoreDown
from danmaku.formats.dandanplay import Episode
from danmaku.web import shelf
from danmaku.web.shelf import Shelf


class Rooms:
    """Rooms in memory, and how often each question was asked."""

    def __init__(self, *names):
        self.names = list(names)
        self.looks = self.readings = 0
        self.is_down = False

    async def stamp(self):
        self.looks += 1
        await asyncio.sleep(0)
        if self.is_down:
            raise StoreDown
        return len(self.names), 0

    async def after(self, number, *, limit):
        self.readings += number == 0
        every = enumerate(self.names, start=1)
        rows = [
            Episode(RoomId(name), RoomNumber(at), name.title(), Millis(0)) for at, name in every
        ]
        return [row for row in rows if row.number > number][:limit]


def titles_of(arranged, words=""):
    return [series.title for series in arranged.named(words)]


async def test_rooms_are_read_when_they_have_changed_and_not_for_each_question():
    rooms = Rooms("one", "two")
    kept = Shelf(rooms)

    first, again = await kept.now(), await kept.now()
    rooms.names.append("three")
    later = await kept.now()

    assert first is again
    assert titles_of(first) == ["One", "Two"]
    assert titles_of(later, "thr") == ["Three"]
    assert rooms.readings == 2


async def test_those_who_ask_at_the_same_time_share_two_looks():
    rooms = Rooms("one")
    kept = Shelf(rooms)
    await kept.now()
    rooms.looks = 0

    found = await asyncio.gather(*(kept.now() for _ in range(50)))

    assert {id(each) for each in found} == {id(found[0])}
    assert rooms.looks <= 2


async def test_a_look_that_failed_answers_nobody():
    rooms = Rooms("one")
    kept = Shelf(rooms)
    rooms.is_down = True
    found = await asyncio.gather(kept.now(), kept.now(), return_exceptions=True)
    assert [type(each) for each in found] == [StoreDown, StoreDown]

    rooms.is_down = False
    assert titles_of(await kept.now()) == ["One"]


async def test_all_pages_are_read_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(shelf, "ROOMS_AT_ONCE", 2)
    names = [f"room-{word}" for word in ("a", "b", "c", "d", "e")]
    assert len(titles_of(await Shelf(Rooms(*names)).now())) == 5

    monkeypatch.setattr(shelf, "ROOMS_MAX", 3)
    assert len(titles_of(await Shelf(Rooms(*names)).now())) == 3


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("two", (True, [2])), ("a file of two", (False, [2])), ("", (False, [])), ("x", (False, []))],
)
async def test_a_file_is_of_the_room_of_its_name(stem, expected):
    arranged = await Shelf(Rooms("one", "two")).now()

    is_certain, pairs = arranged.played(stem, most=5)

    assert (is_certain, [episode.number for _, episode in pairs]) == expected
