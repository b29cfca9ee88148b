import asyncio
from dataclasses import replace

import pytest

from danmaku.demo import rooms as demo
from danmaku.demo.rooms import DEMO, FILM, PASSWORD, STAFF, Office, furnish, play
from danmaku.domain.account import Power
from danmaku.domain.admission import Asked, admit
from danmaku.domain.documents import BEFORE_SENDING, DocumentKind
from danmaku.domain.facts import CommentPublished
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.room import Broadcast, Status
from tests.patience import PATIENCE_S
from tests.unit.actions.house import house_on


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path, identity_required=True) as house:
        await furnish(office_of(house), house.rooms, house.clock())
        yield house


def office_of(house):
    offices = house.offices
    training = offices.team.training
    return Office(house.people, house.proofs.identities, offices.documents, training)


async def test_everybody_of_the_demo_can_sign_in_and_the_streamer_keeps_both_rooms(house):
    signed_in = [await house.people.sign_in(login, PASSWORD) for login, *_ in STAFF]

    streamer = next(who for who, _ in signed_in if who.login == "mia")
    assert all(streamer.may(Power.ROOM_MANAGE, room, house.clock()) for room in (DEMO, FILM))
    assert (await house.rooms.live(DEMO)).state.broadcast == Broadcast(house.clock())
    assert (await house.rooms.live(FILM)).state.broadcast is None


async def test_every_text_is_issued_and_says_that_it_is_a_sample(house):
    documents = house.offices.documents

    for kind in DocumentKind:
        words = (await documents.text(kind)).words
        assert words.title_en.endswith("(sample)")
        assert words.title_zh.endswith("（样本）")
    newcomer = await house.people.add("newcomer", "Newcomer", None)
    assert {one.kind for one in documents.missing(newcomer)} == BEFORE_SENDING
    assert documents.missing(await house.people.known("ann")) == []


async def test_furnishing_twice_changes_nothing(house):
    house.announced.clear()

    await furnish(office_of(house), house.rooms, house.clock())

    assert house.announced == []


async def test_an_old_broadcast_gives_way_to_a_new_one(house):
    house.clock.now_ms += demo.BROADCAST_MAX_MS

    await furnish(office_of(house), house.rooms, house.clock())

    assert (await house.rooms.live(DEMO)).state.broadcast == Broadcast(house.clock())


async def test_a_demo_room_that_somebody_has_closed_stays_closed(house):
    await house.rooms.change(None, DEMO, lambda state: replace(state, status=Status.CLOSED))

    await furnish(office_of(house), house.rooms, house.clock())

    assert (await house.rooms.live(DEMO)).state.status is Status.CLOSED


async def test_every_sample_would_be_published(house):
    ann, film = await house.people.known("ann"), await house.rooms.live(FILM)
    buckets = TokenBuckets(per_s=1.0, burst=10_000)

    facts = [
        admit(Asked(ann, film, draft, house.clock(), buckets, house.rules.look))
        for draft in demo._samples()
    ]

    assert {type(fact) for fact in facts} == {CommentPublished}


async def test_the_film_is_filled_once_and_nobody_plays_to_an_empty_room(house, monkeypatch):
    monkeypatch.setattr(demo, "FIRST_PAUSE_S", 0)
    monkeypatch.setattr(demo, "PAUSE_S", 0)
    samples, filled = demo._samples(), asyncio.Event()

    tops = {}

    def look(entries):
        tops.update((entry.chain, entry.seq) for entry in entries)
        if tops.get(FILM) == len(samples) + 1 and tops.get(DEMO) == demo.FIRST_COMMENTS:
            filled.set()

    playing = asyncio.create_task(play(office_of(house), house.comments, house.rooms, lambda _: 0))
    house.store.subscribe(look)
    async with asyncio.timeout(PATIENCE_S):
        await filled.wait()
    playing.cancel()
    await asyncio.wait([playing])

    assert (await house.store.room(FILM)).comments_count == len(samples)
    assert (await house.rooms.live(DEMO)).top == demo.FIRST_COMMENTS
