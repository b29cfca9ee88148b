import asyncio
from dataclasses import replace

import pytest

from danmaku.actions.drawn import new_id
from danmaku.actions.rooms import Rooms
from danmaku.config import AdmissionSettings
from danmaku.domain.account import Bundle, Power
from danmaku.domain.facts import RoomChanged, RoomOpened
from danmaku.domain.ids import PLATFORM, RoomId
from danmaku.domain.room import (
    SILENCE_S_MAX,
    TITLE_MAX,
    Broadcast,
    ReviewMode,
    RoomKind,
    RoomPolicy,
    RoomState,
    Status,
)
from danmaku.errors import BadMessage, Code, Coded, DanmakuError, NotFound
from tests.unit.actions.house import DEMO, Late, house_on

FILM = RoomId("film")


def titled(title):
    return lambda state: replace(state, title=title)


def closed(state):
    return replace(state, status=Status.CLOSED)


async def answer_of(awaitable):
    """The code of the refusal; None for a yes."""
    try:
        await awaitable
    except DanmakuError as refused:
        return refused.code
    return None


@pytest.fixture
async def cast(house):
    """Everybody who may have to do with room `demo`."""
    await house.room()
    return {"console": None} | await house.cast(
        viewer=None,
        streamer=(Bundle.STREAMER, DEMO),
        stranger=(Bundle.STREAMER, FILM),
        moderator=(Bundle.MODERATOR, DEMO),
        reviewer=Bundle.REVIEWER,
        editor=Bundle.CHIEF_EDITOR,
        operator=Bundle.OPERATOR,
    )


# --- what kind it is


@pytest.mark.parametrize("mark", ["news", "commerce", "minor_safe"])
async def test_only_who_manages_all_rooms_says_what_kind_a_room_is(house, cast, mark):
    def marked(state):
        return replace(state, **{mark: True})

    answers = {
        name: await answer_of(house.rooms.change(who, DEMO, marked))
        for name, who in cast.items()
        if who is not None and name != "operator"
    }

    assert set(answers.values()) == {Code.NOT_GRANTED}
    for name in ("operator", "console"):
        await house.rooms.change(cast[name], DEMO, marked)
        assert getattr((await house.rooms.live(DEMO)).state, mark)
        await house.rooms.change(None, DEMO, lambda state: replace(state, **{mark: False}))


async def test_a_streamer_changes_what_is_theirs_in_a_room_that_the_house_has_marked(house, cast):
    await house.rooms.change(None, DEMO, lambda state: replace(state, news=True))

    await house.rooms.change(cast["streamer"], DEMO, titled("Another"))

    state = (await house.rooms.live(DEMO)).state
    assert (state.title, state.news, state.mode) == ("Another", True, ReviewMode.EVERY)


# --- opening


async def test_a_new_room_begins_its_chain_and_its_owner_is_the_streamer_there(house):
    mia = await house.person("mia")
    state = RoomState("  A \t room ", policy=RoomPolicy(slow_ms=1_000))

    entry = await house.rooms.open(None, DEMO, state, owner=mia.account)

    assert (entry.seq, entry.fact) == (
        1,
        RoomOpened(None, mia.account, replace(state, title="A room")),
    )
    fresh = await house.people.standings.freshen(mia)
    assert fresh.may(Power.ROOM_MANAGE, DEMO, house.clock())
    assert not fresh.may(Power.ROOM_MANAGE, FILM, house.clock())


async def test_a_room_may_belong_to_nobody(house):
    await house.room()

    assert (await house.rooms.live(DEMO)).owner is None
    assert [entry.chain for entry in house.announced] == [DEMO]


async def test_an_id_is_given_once_and_a_second_room_leaves_no_grant(house):
    mia = await house.person("mia")
    await house.room()

    with pytest.raises(Coded) as refused:
        await house.room(owner=mia.account)

    assert refused.value.code == Code.DUPLICATE
    assert await house.people.standings.freshen(mia) == mia


@pytest.mark.parametrize("title", ["", " \u200b ", "题" * (TITLE_MAX + 1)])
async def test_a_room_out_of_bounds_is_not_opened(house, title):
    with pytest.raises(BadMessage):
        await house.rooms.open(None, DEMO, RoomState(title), owner=None)

    assert house.announced == []


OPENS = {
    "console": None,
    "viewer": Code.NOT_GRANTED,
    "streamer": Code.NOT_GRANTED,
    "stranger": Code.NOT_GRANTED,
    "moderator": Code.NOT_GRANTED,
    "reviewer": Code.NOT_GRANTED,
    "editor": Code.NOT_GRANTED,
    "operator": None,
}


@pytest.mark.parametrize("asker", OPENS)
async def test_who_may_open_a_room(house, cast, asker):
    opening = house.rooms.open(cast[asker], RoomId("another"), RoomState("Another"), owner=None)

    assert await answer_of(opening) == OPENS[asker]


# --- changing

CHANGES = {  # who: change the title, close for good
    "console": (None, None),
    "viewer": (Code.NOT_GRANTED, Code.NOT_GRANTED),
    "streamer": (None, Code.NOT_GRANTED),
    "stranger": (Code.NOT_GRANTED, Code.NOT_GRANTED),
    "moderator": (Code.NOT_GRANTED, Code.NOT_GRANTED),
    "reviewer": (Code.NOT_GRANTED, Code.NOT_GRANTED),
    "editor": (Code.NOT_GRANTED, None),
    "operator": (None, None),
}


@pytest.mark.parametrize("asker", CHANGES)
async def test_who_may_change_a_room_and_who_may_close_it(house, cast, asker):
    changing = await answer_of(house.rooms.change(cast[asker], DEMO, titled("Other")))
    closing = await answer_of(house.rooms.change(cast[asker], DEMO, closed))

    assert (changing, closing) == CHANGES[asker]


async def test_a_change_is_recorded_as_a_whole_and_is_in_force_at_once(house, cast):
    entry = await house.rooms.change(cast["streamer"], DEMO, titled("Other"))

    live = await house.rooms.live(DEMO)
    assert entry.fact == RoomChanged(cast["streamer"].account, live.state)
    assert (live.state.title, live.version, live.top) == ("Other", 2, 2)


async def test_a_change_out_of_bounds_changes_nothing(house, cast):
    with pytest.raises(BadMessage):
        await house.rooms.change(cast["streamer"], DEMO, titled(""))

    assert (await house.rooms.live(DEMO)).top == 1


async def test_a_room_that_is_closed_for_good_stays_so(house):
    await house.room()
    await house.rooms.change(None, DEMO, closed)

    reopening = house.rooms.change(None, DEMO, lambda state: replace(state, status=Status.OPEN))

    assert await answer_of(reopening) == Code.ROOM_CLOSED
    assert (await house.rooms.live(DEMO)).state.status is Status.CLOSED


async def test_two_changes_at_once_both_happen(house, cast):
    await house.rooms.live(DEMO)

    def stricter(state):
        return replace(state, policy=replace(state.policy, mode=ReviewMode.EVERY))

    await asyncio.gather(
        house.rooms.change(cast["streamer"], DEMO, titled("Other")),
        house.rooms.change(cast["operator"], DEMO, stricter),
    )

    state = (await house.rooms.live(DEMO)).state
    assert (state.title, state.policy.mode) == ("Other", ReviewMode.EVERY)


async def test_a_room_that_is_not_there_is_not_found(house):
    with pytest.raises(NotFound):
        await house.rooms.live(FILM)
    with pytest.raises(NotFound):
        await house.rooms.change(None, FILM, titled("Other"))
    with pytest.raises(NotFound):
        await house.rooms.live(PLATFORM)


# --- broadcasts


async def test_a_silence_ends_by_itself_or_when_it_is_told_to(house, cast):
    await house.rooms.silence(cast["streamer"], DEMO, 30)
    silent = await answer_of(house.say(cast["viewer"]))
    host = await answer_of(house.say(cast["streamer"]))
    house.clock.now_ms += 30_000
    after = await answer_of(house.say(cast["viewer"], "at last"))

    await house.rooms.silence(cast["streamer"], DEMO, 60)
    await house.rooms.silence(cast["streamer"], DEMO, 0)
    ended = await answer_of(house.say(cast["viewer"], "once more"))

    assert (silent, host, after, ended) == (Code.ROOM_PAUSED, None, None, None)


@pytest.mark.parametrize("seconds", [-1, SILENCE_S_MAX + 1])
async def test_a_silence_has_its_bounds(house, cast, seconds):
    with pytest.raises(BadMessage):
        await house.rooms.silence(cast["streamer"], DEMO, seconds)


async def test_nobody_silences_a_room_that_they_do_not_keep(house, cast):
    assert await answer_of(house.rooms.silence(cast["viewer"], DEMO, 5)) is Code.NOT_GRANTED


async def test_a_broadcast_starts_the_live_clock_and_its_end_makes_a_video_room(house, cast):
    began_ms = house.clock()
    await house.rooms.start_broadcast(cast["streamer"], DEMO)
    on_air = (await house.rooms.live(DEMO)).state
    house.clock.now_ms += 90_000
    await house.rooms.end_broadcast(cast["streamer"], DEMO)
    after = (await house.rooms.live(DEMO)).state

    assert (on_air.kind, on_air.broadcast) == (RoomKind.LIVE, Broadcast(began_ms))
    assert (after.kind, after.broadcast) == (
        RoomKind.VIDEO,
        Broadcast(began_ms, ended_ms=began_ms + 90_000),
    )


async def test_who_may_not_broadcast_learns_nothing_of_the_broadcast(house, cast):
    await house.rooms.start_broadcast(cast["streamer"], DEMO)

    assert await answer_of(house.rooms.start_broadcast(cast["viewer"], DEMO)) == Code.NOT_GRANTED
    assert await answer_of(house.rooms.start_broadcast(cast["streamer"], DEMO)) == Code.DUPLICATE


async def test_a_broadcast_neither_starts_twice_nor_ends_twice(house, cast):
    mia = cast["streamer"]

    assert await answer_of(house.rooms.end_broadcast(mia, DEMO)) == Code.NOT_FOUND
    await house.rooms.start_broadcast(mia, DEMO)
    assert await answer_of(house.rooms.start_broadcast(mia, DEMO)) == Code.DUPLICATE
    await house.rooms.end_broadcast(mia, DEMO)
    assert await answer_of(house.rooms.end_broadcast(mia, DEMO)) == Code.NOT_FOUND


async def test_a_comment_of_a_broadcast_is_placed_by_the_servers_clock(house, cast):
    await house.rooms.start_broadcast(None, DEMO)
    house.clock.now_ms += 60_000

    draft = house.draft(position_ms=5, latency_ms=2_000)
    entry = await house.comments.post(cast["viewer"], DEMO, draft)

    assert entry.comment.position_ms == 58_000


# --- memory


async def test_a_room_in_memory_follows_the_record(house, cast):
    live = await house.rooms.live(DEMO)

    await house.say(cast["viewer"])

    assert house.rooms.peek(DEMO) is live
    assert live.top == 2


async def test_a_room_that_changes_while_it_is_read_is_fresh_whoever_gives_up_meanwhile(house):
    await house.room()
    late = Late(house.store, "room")
    rooms = Rooms(
        house.store,
        late,
        freshen=house.people.standings.freshen,
        naming=house.naming,
        clock=house.clock,
        new_id=new_id,
        settings=AdmissionSettings(),
    )
    house.store.subscribe(rooms.apply)
    impatient, *patient = [asyncio.create_task(rooms.live(DEMO)) for _ in range(3)]
    await late.has_read.wait()

    impatient.cancel()
    await asyncio.wait([impatient])
    await house.rooms.change(None, DEMO, titled("Other"))
    late.let_go.set()

    live, same = await asyncio.gather(*patient)
    assert live is same is rooms.peek(DEMO)
    assert (live.state.title, live.version, live.top) == ("Other", 2, 2)


async def test_rooms_in_memory_are_bounded_and_the_oldest_is_read_again(house, monkeypatch):
    monkeypatch.setattr("danmaku.actions.rooms.LIVE_ROOMS_MAX", 2)
    rooms = [await house.room(RoomId(f"r{place}")) for place in range(3)]
    for room in rooms:
        await house.rooms.live(room)

    assert [house.rooms.peek(room) is None for room in rooms] == [True, False, False]
    assert (await house.rooms.live(rooms[0])).state.title == "A room"


async def test_a_room_outlives_the_process(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room(slow_ms=5_000)
        await house.rooms.change(None, DEMO, titled("Other"))

    async with house_on(tmp_path) as house:
        live = await house.rooms.live(DEMO)

        assert (live.state.title, live.version, live.top) == ("Other", 2, 2)
        assert live.state.policy.slow_ms == 5_000
