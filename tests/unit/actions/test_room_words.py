import asyncio
from dataclasses import replace

import pytest

from danmaku.actions.room_words import ReadyWords
from danmaku.domain.account import Bundle
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, RoomWordsSet
from danmaku.domain.ids import RoomId
from danmaku.domain.room import Status
from danmaku.domain.room_words import RoomWords, WordsDraft, edited
from danmaku.errors import BadMessage, Code, Coded, DanmakuError, NotFound
from danmaku.filter.normalize import scanned_of
from danmaku.filter.rules import FAULT_CATEGORY, ROOM_CATEGORY, Action
from tests.unit.actions.house import DEMO, Late, house_on

FILM = RoomId("film")


def list_of(*words, action=Action.HOLD):
    return lambda _now: WordsDraft(tuple(enumerate(words, start=1)), action)


async def words_of(house, room=DEMO):
    words, _ = await house.word_lists.show(None, room)
    return words


@pytest.fixture
async def ann(house):
    await house.room()
    return await house.person("ann")


async def test_the_next_comment_feels_a_list_and_the_next_one_its_end(house, ann):
    before = await house.say(ann, "it is a spoiler")
    await house.word_lists.set(None, DEMO, list_of("spoiler"))
    during = await house.say(ann, "another s-p-o-i-l-e-r")
    await house.word_lists.set(None, DEMO, list_of("something"))
    other = await house.say(ann, "one more spoiler")
    await house.word_lists.set(None, DEMO, list_of())
    after = await house.say(ann, "something")

    kinds = [type(entry.fact) for entry in (before, during, other, after)]
    assert kinds == [CommentPublished, CommentHeld, CommentPublished, CommentPublished]
    assert during.fact.category == ROOM_CATEGORY
    assert [hit.rule for hit in during.fact.verdict.hits] == ["room:1"]
    rules = house.rules.version
    rulesets = [entry.fact.verdict.ruleset for entry in (before, during, other, after)]
    assert rulesets == [rules, f"{rules}+room@3", f"{rules}+room@5", rules]


@pytest.mark.parametrize(
    ("action", "kind", "text"),
    [
        (Action.MASK, CommentPublished, "a ******* here"),
        (Action.HOLD, CommentHeld, "a spoiler here"),
        (Action.REFUSE, CommentRefused, "a spoiler here"),
    ],
)
async def test_what_becomes_of_a_comment(house, ann, action, kind, text):
    await house.word_lists.set(None, DEMO, list_of("spoiler", action=action))

    entry = await house.say(ann, "a spoiler here")

    assert (type(entry.fact), entry.fact.content.text) == (kind, text)


async def test_a_list_is_of_one_room_and_for_everybody_there(house, ann):
    await house.room(FILM)
    await house.word_lists.set(None, DEMO, list_of("spoiler"))
    mia = await house.person("mia", (Bundle.STREAMER, DEMO))

    elsewhere = await house.say(ann, "spoiler", FILM)
    own = await house.say(mia, "spoiler")
    brought = await house.comments.bring(mia, DEMO, house.draft("a spoiler"))

    assert isinstance(elsewhere.fact, CommentPublished)
    assert isinstance(own.fact, CommentHeld)
    assert isinstance(brought.fact, CommentHeld)


async def test_a_list_of_an_earlier_life_is_read_from_the_record(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()
        ann = await house.person("ann")
        await house.word_lists.set(None, DEMO, list_of("spoiler", action=Action.REFUSE))
    async with house_on(tmp_path) as house:
        ann = await house.people.known("ann")
        assert isinstance((await house.say(ann, "spoiler")).fact, CommentRefused)


SETS = {  # who may see and set the words of `demo`
    "viewer": Code.NOT_GRANTED,
    "streamer": None,
    "stranger": Code.NOT_GRANTED,
    "moderator": Code.NOT_GRANTED,
    "reviewer": Code.NOT_GRANTED,
    "operator": None,
}


@pytest.mark.parametrize("asker", SETS)
async def test_who_may_see_and_set_a_list(house, asker):
    await house.room()
    cast = await house.cast(
        viewer=None,
        streamer=(Bundle.STREAMER, DEMO),
        stranger=(Bundle.STREAMER, FILM),
        moderator=(Bundle.MODERATOR, DEMO),
        reviewer=Bundle.REVIEWER,
        operator=Bundle.OPERATOR,
    )

    for asked in (
        house.word_lists.show(cast[asker], DEMO),
        house.word_lists.set(cast[asker], DEMO, list_of("a")),
    ):
        code = None
        try:
            await asked
        except DanmakuError as refused:
            code = refused.code
        assert code == SETS[asker]


async def test_a_list_says_who_set_it(house):
    await house.room()
    mia = await house.person("mia", (Bundle.STREAMER, DEMO))

    entry = await house.word_lists.set(mia, DEMO, list_of("a", "b"))

    assert entry.fact == RoomWordsSet(mia.account, RoomWords(("a", "b")))
    assert await house.word_lists.show(mia, DEMO) == (entry.fact.words, entry.seq)


async def test_two_who_edit_at_once_both_do(house):
    await house.room()

    await asyncio.gather(
        *(
            house.word_lists.set(None, DEMO, lambda now, word=word: edited(now, add=[word]))
            for word in ("one", "two", "three")
        )
    )

    assert sorted((await words_of(house)).words) == ["one", "three", "two"]


async def test_a_list_out_of_bounds_changes_nothing(tmp_path):
    async with house_on(tmp_path, words_max=2) as house:
        await house.room()
        await house.word_lists.set(None, DEMO, list_of("a", "b"))

        with pytest.raises(BadMessage, match="3 words are more than 2"):
            await house.word_lists.set(None, DEMO, list_of("a", "b", "c"))

        assert (await words_of(house)).words == ("a", "b")


async def test_a_room_that_is_closed_or_not_there_gets_no_list(house):
    with pytest.raises(NotFound):
        await house.word_lists.set(None, DEMO, list_of("a"))
    await house.room()
    await house.rooms.change(None, DEMO, lambda state: replace(state, status=Status.CLOSED))
    with pytest.raises(Coded) as refused:
        await house.word_lists.set(None, DEMO, list_of("a"))
    assert refused.value.code is Code.ROOM_CLOSED


async def test_a_comment_on_its_way_while_the_list_changes_is_decided_again(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()
        ann = await house.person("ann")
        await house.word_lists.set(None, DEMO, list_of("something"))
        late = Late(house.store, "room_words")
        house.comments._words = ReadyWords(late, 100)
        saying = asyncio.create_task(house.say(ann, "spoiler"))
        await late.has_read.wait()

        await house.word_lists.set(None, DEMO, list_of("spoiler"))
        late.let_go.set()

        assert isinstance((await saying).fact, CommentHeld)


def faulty(*_):
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("text", "action", "category"),
    [
        ("hello", Action.HOLD, FAULT_CATEGORY),
        ("darn", Action.HOLD, FAULT_CATEGORY),
        ("buynow", Action.REFUSE, "spam"),
    ],
)
async def test_a_fault_in_a_list_holds_and_loosens_nothing(house, text, action, category):
    findings = house.rules.look(text, faulty).findings

    assert (findings.action, findings.category) == (action, category)
    assert house.telemetry.filter_faults._value.get() == 1


async def test_a_list_made_to_cost_time_holds(house, ann):
    words = ["a" * first + "b" * second for first in range(1, 16) for second in range(1, 16)]
    await house.word_lists.set(None, DEMO, list_of(*words, action=Action.MASK))

    entry = await house.say(ann, "ab" * 40)

    assert (type(entry.fact), entry.fact.category) == (CommentHeld, FAULT_CATEGORY)


async def test_only_so_many_words_are_kept_and_the_latest_of_them(house):
    rooms = [RoomId(f"r{number}") for number in range(6)]
    for room in rooms:
        await house.room(room)
        await house.word_lists.set(None, room, list_of("a", "b", "c"))
    ready = ReadyWords(house.store, kept_max=8)
    lives = [await house.rooms.live(room) for room in rooms]

    first = await ready.of(lives[0])
    for live in lives:
        own = await ready.of(live)
        assert own().tighten(house.rules.look("c").findings, scanned_of("c")).hits

    assert list(ready._kept) == rooms[-2:]
    assert ready._words_count == 8
    assert await ready.of(lives[0]) != first
    assert await ready.of(lives[0]) == await ready.of(lives[0])


async def test_one_list_longer_than_the_bound_is_kept_alone(house):
    await house.room()
    await house.word_lists.set(None, DEMO, list_of("a", "b", "c"))
    ready = ReadyWords(house.store, kept_max=0)

    own = await ready.of(await house.rooms.live(DEMO))

    assert own is not None
    assert len(ready._kept) == 1
