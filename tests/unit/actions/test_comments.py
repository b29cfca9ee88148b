import asyncio
from dataclasses import replace

import pytest

from danmaku.actions.comments import LATE
from danmaku.domain.account import Bundle
from danmaku.domain.comment import CommentStatus, RecalledBy
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused
from danmaku.domain.ids import ClientId, Number, RoomId
from danmaku.domain.live import SURGE_GAP_MS, cluster_in
from danmaku.domain.room import ReviewMode, Status
from danmaku.errors import (
    BadMessage,
    Code,
    DanmakuError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Overloaded,
    Stale,
    StoreDown,
    TooFast,
    Unknown,
)
from danmaku.filter.screen import Screen
from tests.unit.actions.house import DEMO, SCREEN, house_on

FIRST, SECOND = Number(1), Number(2)


class FaultyScreen(Screen):
    """A filter that fails on one word, as a defect would."""

    def findings(self, scanned, now_ms=0):
        if "crash" in scanned.text:
            raise ZeroDivisionError
        return super().findings(scanned, now_ms)


class Flaky:
    """A record that fails once, before or after it has written."""

    def __init__(self, store):
        self._store = store
        self.before = None
        self.after = None
        self.is_full = False

    def require_place(self, coming=0):
        if self.is_full or coming > 7:
            raise Overloaded

    async def commit(self, *appends):
        if (error := self.before) is not None:
            self.before = None
            raise error
        entries = await self._store.commit(*appends)
        if (error := self.after) is not None:
            self.after = None
            raise error
        return entries

    async def follow(self, chain):
        await self._store.follow(chain)


async def policy(house, **changes):
    def change(state):
        return replace(state, policy=replace(state.policy, **changes))

    await house.rooms.change(None, DEMO, change)


async def code_of(awaitable):
    with pytest.raises(DanmakuError) as refused:
        await awaitable
    return refused.value.code


# --- sending


async def test_a_comment_is_published_numbered_and_announced_before_the_sender_knows(house):
    ann = await house.person("ann")
    await house.room()

    entry = await house.say(ann, "前方高能")

    assert isinstance(entry.fact, CommentPublished)
    assert (entry.seq, entry.comment.number) == (2, 1)
    assert house.announced[-1] == entry
    assert await house.texts() == {1: "前方高能"}
    assert house.counted("published") == 1


async def test_a_masked_comment_is_shown_as_masked(house):
    ann = await house.person("ann")
    await house.room()

    entry = await house.say(ann, "oh darn it")

    assert entry.fact.verdict.original == "oh darn it"
    assert await house.texts() == {1: "oh **** it"}


@pytest.mark.parametrize(
    ("text", "fact", "outcome"),
    [("callme", CommentHeld, "held"), ("buynow", CommentRefused, "refused")],
)
async def test_what_is_held_or_refused_is_recorded_and_not_shown(house, text, fact, outcome):
    ann = await house.person("ann")
    await house.room()

    entry = await house.say(ann, text)

    assert isinstance(entry.fact, fact)
    assert entry.comment.number is None
    assert await house.texts() == {}
    assert house.counted(outcome) == 1
    [own] = await house.store.own(ann.account, DEMO)
    assert (own.status, own.comment.content.text) == (CommentStatus(outcome), text)


async def test_a_fault_in_the_filter_holds_and_the_next_comment_passes(tmp_path):
    async with house_on(tmp_path, screen=FaultyScreen(SCREEN.ruleset)) as house:
        ann = await house.person("ann")
        await house.room()

        entries = [await house.say(ann, text) for text in ("crash", "hello")]

    assert [type(entry.fact) for entry in entries] == [CommentHeld, CommentPublished]


async def test_a_guest_does_not_send_and_nothing_is_recorded(house):
    await house.room()

    assert await code_of(house.say(None)) == Code.NOT_SIGNED_IN
    assert (await house.rooms.live(DEMO)).top == 1


async def test_nobody_sends_into_a_room_that_is_not_there(house):
    ann = await house.person("ann")

    assert await code_of(house.say(ann)) == Code.NOT_FOUND
    assert await code_of(house.say(None)) == Code.NOT_FOUND


# --- the same client id


async def test_sending_again_with_one_client_id_gives_the_first_answer(house):
    ann = await house.person("ann")
    await house.room(slow_ms=60_000)
    draft = house.draft("hello")

    first = await house.comments.post(ann, DEMO, draft)
    again = await house.comments.post(ann, DEMO, replace(draft, text="something else"))

    assert again == replace(first, repeated=True)
    assert await house.texts() == {1: "hello"}
    assert house.counted("published") == 1


@pytest.mark.parametrize("text", ["hello", "callme", "buynow"])
async def test_sending_again_after_a_restart_gives_the_first_answer(tmp_path, text):
    async with house_on(tmp_path) as house:
        ann = await house.person("ann")
        await house.room()
        draft = house.draft(text)
        first = await house.comments.post(ann, DEMO, draft)

    async with house_on(tmp_path) as house:
        again = await house.comments.post(ann, DEMO, draft)

        assert (again.seq, again.fact, again.repeated) == (first.seq, first.fact, True)
        assert house.announced == []
        assert house.counted("published") == 0


async def test_sending_again_after_the_room_has_closed_gives_the_first_answer(tmp_path):
    async with house_on(tmp_path) as house:
        ann = await house.person("ann")
        await house.room()
        draft = house.draft()
        first = await house.comments.post(ann, DEMO, draft)
        await policy(house, mode=ReviewMode.CLOSED)

    async with house_on(tmp_path) as house:
        again = await house.comments.post(ann, DEMO, draft)

        assert (again.seq, again.repeated) == (first.seq, True)
        fresh = house.comments.post(ann, DEMO, house.draft(client_id="another"))
        assert await code_of(fresh) == Code.ROOM_PAUSED


async def test_sending_twice_at_once_records_once(house):
    ann = await house.person("ann")
    await house.room(slow_ms=60_000)
    draft = house.draft()

    entries = await asyncio.gather(*(house.comments.post(ann, DEMO, draft) for _ in range(5)))

    assert [entry.repeated for entry in entries] == [False, True, True, True, True]
    assert {entry.seq for entry in entries} == {2}
    assert len(await house.texts()) == 1


async def test_one_client_id_of_two_people_or_rooms_is_not_the_same(house):
    ann, bob = await house.person("ann"), await house.person("bob")
    await house.room()
    await house.room(RoomId("film"))
    draft = house.draft()

    entries = [
        await house.comments.post(who, room, draft)
        for who, room in ((ann, DEMO), (bob, DEMO), (ann, RoomId("film")))
    ]

    assert [entry.repeated for entry in entries] == [False, False, False]


async def test_a_sender_who_is_cut_off_can_ask_what_became_of_it(house):
    ann = await house.person("ann")
    await house.room()
    await house.say(ann, "before")
    draft = house.draft()
    sending = asyncio.create_task(house.comments.post(ann, DEMO, draft))
    await asyncio.sleep(0)

    sending.cancel()
    await asyncio.wait([sending])
    await house.say(ann, "after")  # recorded after it
    again = await house.comments.post(ann, DEMO, draft)

    assert sending.cancelled()
    assert (again.seq, again.repeated) == (3, True)
    assert house.comments._running == {}


async def test_who_waits_for_another_try_that_fails_tries_too(flaky_house):
    house = flaky_house
    ann = await house.person("ann")
    await house.room()
    draft = house.draft()
    house.flaky.before = StoreDown()

    first, second = await asyncio.gather(
        *(house.comments.post(ann, DEMO, draft) for _ in range(2)), return_exceptions=True
    )

    assert isinstance(first, StoreDown)
    assert (second.seq, second.repeated) == (2, False)


async def test_a_refusal_is_no_answer_to_keep(house):
    ann = await house.person("ann")
    await house.room(mode=ReviewMode.CLOSED)
    draft = house.draft()
    assert await code_of(house.comments.post(ann, DEMO, draft)) == Code.ROOM_PAUSED

    await policy(house, mode=ReviewMode.MACHINE)

    assert not (await house.comments.post(ann, DEMO, draft)).repeated


# --- a record that fails


@pytest.fixture
async def flaky_house(tmp_path):
    flaky = []

    def between(store):
        flaky.append(Flaky(store))
        return flaky[0]

    async with house_on(tmp_path, record=between) as house:
        house.flaky = flaky[0]
        yield house


async def test_a_full_record_refuses_before_anything_is_decided(flaky_house):
    house = flaky_house
    ann = await house.person("ann")
    await house.room(slow_ms=60_000)
    house.flaky.is_full = True
    wrong = house.draft(text="")

    assert await code_of(house.comments.post(ann, DEMO, wrong)) == Code.OVERLOADED

    house.flaky.is_full = False
    assert await code_of(house.comments.post(ann, DEMO, wrong)) == Code.EMPTY
    entry = await house.comments.post(ann, DEMO, house.draft())
    assert isinstance(entry.fact, CommentPublished)


async def test_who_asks_for_a_place_hears_what_posting_would_say_first(flaky_house):
    house = flaky_house
    ann = await house.person("ann")
    await house.room()
    said, other = house.draft(), house.draft()
    house.comments.require_place(ann, DEMO, said.client_id, coming=7, waited_ms=0)
    first = await house.comments.post(ann, DEMO, said)
    with pytest.raises(Overloaded):
        house.comments.require_place(ann, DEMO, other.client_id, coming=8, waited_ms=0)
    house.flaky.is_full = True

    with pytest.raises(Overloaded):
        house.comments.require_place(ann, DEMO, other.client_id, coming=0, waited_ms=0)
    # It is answered already.
    house.comments.require_place(ann, DEMO, said.client_id, coming=7, waited_ms=LATE.most_ms * 2)
    assert (await house.comments.post(ann, DEMO, said)).seq == first.seq


async def test_who_has_waited_for_long_is_to_come_again(house):
    ann = await house.person("ann")
    await house.room()
    draft = house.draft()
    house.comments.require_place(ann, DEMO, draft.client_id, coming=0, waited_ms=LATE.most_ms)

    with pytest.raises(Overloaded):
        house.comments.require_place(
            ann, DEMO, draft.client_id, coming=0, waited_ms=LATE.most_ms + 1
        )

    house.comments.require_place(ann, DEMO, draft.client_id, coming=0, waited_ms=LATE.calm_ms)


async def test_a_comment_that_was_not_written_has_not_used_its_turn(flaky_house):
    house = flaky_house
    ann = await house.person("ann")
    await house.room(slow_ms=60_000)
    draft = house.draft()
    house.flaky.before = StoreDown()
    assert await code_of(house.comments.post(ann, DEMO, draft)) == Code.STORE_UNAVAILABLE

    entry = await house.comments.post(ann, DEMO, draft)

    assert (entry.seq, entry.repeated) == (2, False)


class Unread:
    """Words of rooms that cannot be read."""

    async def of(self, _live):
        raise StoreDown


async def test_a_comment_that_nobody_judged_gives_no_earlier_one_its_turn_back(house):
    ann = await house.person("ann")
    await house.room(slow_ms=60_000, unique=True)
    await house.say(ann, "said before")
    words, house.comments._words = house.comments._words, Unread()
    assert await code_of(house.say(ann, "said before")) == Code.STORE_UNAVAILABLE
    house.comments._words = words

    assert await code_of(house.say(ann, "something else")) == Code.RATE_LIMITED
    house.clock.now_ms += 60_000
    assert await code_of(house.say(ann, "said before")) == Code.DUPLICATE


@pytest.mark.parametrize("failure", [StoreDown, Overloaded, Unknown])
async def test_a_comment_that_was_not_written_may_be_sent_again_as_often_as_it_takes(
    flaky_house, failure
):
    house = flaky_house
    ann = await house.person("ann")
    await house.room(unique=True)
    draft = house.draft()
    for _ in range(5):
        house.flaky.before = failure()
        assert await code_of(house.comments.post(ann, DEMO, draft)) == failure.code

    entry = await house.comments.post(ann, DEMO, draft)

    assert (entry.seq, entry.repeated) == (2, False)


async def test_an_outcome_that_is_not_known_is_found_out_by_sending_again(flaky_house):
    house = flaky_house
    ann = await house.person("ann")
    await house.room()
    draft = house.draft()
    house.flaky.after = Unknown()
    assert await code_of(house.comments.post(ann, DEMO, draft)) == Code.UNKNOWN

    await policy(house, mode=ReviewMode.CLOSED)
    again = await house.comments.post(ann, DEMO, draft)

    assert (again.seq, again.repeated) == (2, True)


async def test_a_comment_decided_on_old_ground_is_decided_again_without_another_turn(flaky_house):
    house = flaky_house
    ann = await house.person("ann")
    await house.room(slow_ms=60_000)
    house.flaky.before = Stale()

    assert (await house.say(ann)).seq == 2


# --- what a streamer sets is felt by the next send


async def test_comments_off_refuses_the_next_send_keeps_the_list_and_on_works_again(house):
    ann = await house.person("ann")
    await house.room()
    await house.say(ann, "before")

    await policy(house, mode=ReviewMode.CLOSED)
    refused = await code_of(house.say(ann, "while it is off"))
    kept = await house.texts()
    await policy(house, mode=ReviewMode.MACHINE)
    await house.say(ann, "after")

    assert refused == Code.ROOM_PAUSED
    assert kept == {1: "before"}
    assert await house.texts() == {1: "before", 2: "after"}


async def test_slow_mode_holds_from_the_next_send_on(house):
    ann = await house.person("ann")
    await house.room()
    await house.say(ann)

    await policy(house, slow_ms=10_000)
    await house.say(ann)
    house.clock.now_ms += 4_000
    with pytest.raises(TooFast) as refused:
        await house.say(ann)
    house.clock.now_ms += 6_000
    await house.say(ann)

    assert refused.value.wait_ms == 6_000
    assert len(await house.texts()) == 3


async def test_a_closed_room_takes_nothing(house):
    ann = await house.person("ann")
    await house.room()

    await house.rooms.change(None, DEMO, lambda state: replace(state, status=Status.CLOSED))

    assert await code_of(house.say(ann)) == Code.ROOM_CLOSED


async def test_a_decision_in_flight_when_comments_go_off_is_not_published(house):
    ann = await house.person("ann")
    await house.room()
    await house.rooms.live(DEMO)

    closing = asyncio.create_task(policy(house, mode=ReviewMode.CLOSED))
    sending = asyncio.create_task(house.say(ann))
    outcomes = await asyncio.gather(closing, sending, return_exceptions=True)

    assert outcomes[1].code == Code.ROOM_PAUSED
    assert await house.texts() == {}


# --- limits


async def test_a_burst_is_bounded_across_rooms(tmp_path):
    async with house_on(tmp_path, sends_per_s=1.0, sends_burst=2) as house:
        ann, bob = await house.person("ann"), await house.person("bob")
        await house.room()
        await house.room(RoomId("film"))
        await house.say(ann)
        await house.say(ann, room=RoomId("film"))

        assert await code_of(house.say(ann)) == Code.RATE_LIMITED
        await house.say(bob)


async def test_the_same_words_again_are_a_duplicate_for_a_while(tmp_path):
    async with house_on(tmp_path, repeats_max=1, repeats_within_ms=30_000) as house:
        ann = await house.person("ann")
        await house.room()
        await house.say(ann, "hello everybody")

        assert await code_of(house.say(ann, "HELLO everybody!")) == Code.DUPLICATE
        house.clock.now_ms += 30_000
        await house.say(ann, "hello everybody")


async def test_many_with_nearly_one_text_wait_for_a_person_and_a_chorus_does_not(tmp_path):
    async with house_on(tmp_path, waves_held=True) as house:
        await house.room()
        crowd = [await house.person(f"fan{number}") for number in range(9)]
        house.clock.now_ms += 24 * 3_600_000  # of the new, fewer are enough

        sung = [await house.say(fan, "row row row your boat") for fan in crowd]
        sold = [await house.say(fan, f"free skins at my page {fan.login}") for fan in crowd]

        assert {type(entry.fact) for entry in sung} == {CommentPublished}
        assert [type(entry.fact) for entry in sold[:7]] == [CommentPublished] * 7
        assert [entry.fact.category for entry in sold[7:]] == ["flood"] * 2


async def test_waves_are_let_pass_where_the_house_does_not_want_them_held(tmp_path):
    async with house_on(tmp_path, waves_held=False) as house:
        await house.room()
        crowd = [await house.person(f"fan{number}") for number in range(9)]

        sold = [await house.say(fan, f"free skins at my page {fan.login}") for fan in crowd]

        assert {type(entry.fact) for entry in sold} == {CommentPublished}


async def test_surge_of_new_accounts_is_slowed_and_old_ones_are_not(tmp_path):
    async with house_on(tmp_path, surge_newcomers_min=3) as house:
        await house.room()
        old = await house.person("old")
        house.clock.now_ms += 24 * 3_600_000
        crowd = [await house.person(f"fan{number}") for number in range(3)]
        for fan in crowd:
            await house.say(fan, f"hello {fan.login}")

        assert await code_of(house.say(crowd[2], "once more")) == Code.RATE_LIMITED
        house.clock.now_ms += SURGE_GAP_MS
        await house.say(crowd[2], "and again")
        await house.say(old, "what is this")
        await house.say(old, "so many")


async def test_new_accounts_that_turn_on_somebody_wait_for_a_person_as_one_cluster(tmp_path):
    async with house_on(tmp_path, target_newcomers_min=3) as house:
        await house.room()
        crowd = [await house.person(f"fan{number}") for number in range(5)]
        words = ("go away", "shame on you", "what a liar", "boo", "nobody likes you")

        said = [
            await house.say(fan, f"@Bob {text}") for fan, text in zip(crowd, words, strict=True)
        ]

        held = [entry.fact.verdict for entry in said if isinstance(entry.fact, CommentHeld)]
        assert len(held) == 3
        assert len({cluster_in(verdict) for verdict in held}) == 1


async def test_a_power_that_is_taken_away_is_gone_at_the_next_send(house):
    ann = await house.person("ann")
    await house.room()

    await house.people.revoke(None, "ann", ann.grants[0].grant_id)

    assert await code_of(house.say(ann)) == Code.NOT_GRANTED


# --- what is brought in from a file


async def test_an_imported_comment_is_marked_judged_and_not_limited(tmp_path):
    async with house_on(tmp_path, sends_per_s=1.0, sends_burst=1) as house:
        mia = await house.person("mia", (Bundle.STREAMER, DEMO))
        await house.room(slow_ms=60_000)
        drafts = [house.draft(text) for text in ("hello", "hello", "oh darn", "buynow")]

        entries = [await house.comments.bring(mia, DEMO, draft) for draft in drafts]
        again = [await house.comments.bring(mia, DEMO, draft) for draft in drafts]

        assert [entry.comment.imported for entry in entries] == [True, True, True, False]
        assert [entry.repeated for entry in again] == [True] * 4
        assert await house.texts() == {1: "hello", 2: "hello", 3: "oh ****"}


async def test_who_may_not_import_does_not(house):
    await house.room()

    for who in (None, await house.person("ann"), await house.person("rey", Bundle.REVIEWER)):
        with pytest.raises((NotSignedIn, NotAllowed)):
            await house.comments.bring(who, DEMO, house.draft())


# --- recalling and restoring


@pytest.fixture
async def published(house):
    """A house with a comment of ann's, and everybody who may have to do with it."""
    await house.room()
    house.people_here = await house.cast(
        ann=None, bob=None, tom=(Bundle.MODERATOR, DEMO), rey=Bundle.REVIEWER
    )
    await house.say(house.people_here["ann"], "前方高能")
    return house


@pytest.mark.parametrize(
    ("login", "by", "category"),
    [
        ("ann", RecalledBy.AUTHOR, None),
        ("tom", RecalledBy.ROOM, "spoiler"),
        ("rey", RecalledBy.PLATFORM, "spoiler"),
    ],
)
async def test_a_recall_leaves_a_marker_that_says_whose_act_it_was(published, login, by, category):
    who = published.people_here[login]

    entry = await published.comments.recall(who, DEMO, FIRST, "spoiler")

    assert (entry.fact.by, entry.fact.category) == (by, category)
    assert await published.texts() == {1: None}
    [view] = await published.store.comments(DEMO)
    assert (view.comment.by, view.comment.category) == (by, category)


@pytest.mark.parametrize(("login", "code"), [("guest", "not_signed_in"), ("bob", "not_granted")])
async def test_nobody_else_recalls(published, login, code):
    assert (
        await code_of(published.comments.recall(published.people_here[login], DEMO, FIRST)) == code
    )
    assert await published.texts() == {1: "前方高能"}


async def test_an_author_recalls_within_the_rooms_time(published):
    published.clock.now_ms += 120_001
    own = published.comments.recall(published.people_here["ann"], DEMO, FIRST)

    assert await code_of(own) == Code.OWN_LIMIT
    await published.comments.recall(published.people_here["tom"], DEMO, FIRST)


async def test_a_recall_names_a_known_category_or_none(published):
    with pytest.raises(BadMessage):
        await published.comments.recall(published.people_here["tom"], DEMO, FIRST, "opinion")

    assert await published.texts() == {1: "前方高能"}


async def test_two_recalls_at_once_are_one(published):
    tom, rey = published.people_here["tom"], published.people_here["rey"]

    outcomes = await asyncio.gather(
        published.comments.recall(tom, DEMO, FIRST),
        published.comments.recall(rey, DEMO, FIRST),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes].count(NotFound) == 1


@pytest.mark.parametrize(("room", "number"), [(DEMO, SECOND), (RoomId("film"), FIRST)])
async def test_what_is_not_there_is_neither_recalled_nor_restored(published, room, number):
    rey = published.people_here["rey"]

    with pytest.raises(NotFound):
        await published.comments.recall(rey, room, number)
    with pytest.raises(NotFound):
        await published.comments.restore(rey, room, number)


async def test_a_restored_comment_is_back_at_its_number_and_place(published):
    tom = published.people_here["tom"]
    await published.comments.recall(tom, DEMO, FIRST, "spoiler")
    await published.say(published.people_here["bob"], "next")

    entry = await published.comments.restore(tom, DEMO, FIRST)

    assert (entry.comment.number, entry.comment.content.text) == (1, "前方高能")
    assert (entry.comment.by, entry.comment.category) == (None, None)
    assert await published.texts() == {1: "前方高能", 2: "next"}


@pytest.mark.parametrize(
    ("recaller", "restorer", "code"),
    [
        ("ann", "rey", Code.NOT_GRANTED),
        ("rey", "tom", Code.NOT_GRANTED),
        ("tom", "ann", Code.NOT_GRANTED),
        ("tom", "guest", Code.NOT_SIGNED_IN),
    ],
)
async def test_who_may_not_undo_a_recall(published, recaller, restorer, code):
    await published.comments.recall(published.people_here[recaller], DEMO, FIRST)

    restoring = published.comments.restore(published.people_here[restorer], DEMO, FIRST)

    assert await code_of(restoring) == code
    assert await published.texts() == {1: None}


async def test_answers_that_are_kept_are_bounded(house, monkeypatch):
    monkeypatch.setattr("danmaku.actions.comments.ANSWERS_MAX", 2)
    ann = await house.person("ann")
    await house.room()

    first = await house.comments.post(ann, DEMO, house.draft(client_id="c"))
    for _ in range(3):
        await house.say(ann)

    assert len(house.comments._answers) == 2
    again = await house.comments.post(ann, DEMO, house.draft(client_id=ClientId("c")))
    assert (again.seq, again.repeated) == (first.seq, True)
