import asyncio
from dataclasses import replace

import pytest

from danmaku.actions.bulk_recalls import BulkDraft
from danmaku.domain.account import Bundle
from danmaku.domain.bulk_recalls import PREVIEW_MS
from danmaku.domain.ids import PLATFORM, Millis, RoomId
from danmaku.domain.measures import Step
from danmaku.domain.rule_facts import BulkRecallPlanned, ScanPhase
from danmaku.errors import BadMessage, Coded, NotAllowed, NotFound, StoreDown
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen
from danmaku.ports import Append
from danmaku.store.rule_queries import LISTED_MAX
from tests.unit.actions.house import DEMO, RULES
from tests.unit.actions.test_bulk_work import Breaking, gone, office_over

FLOOD = BulkDraft(category="flood", why="a flood")
COMMENTS = 40
OTHER = RoomId("other")
ADVERT = "免费皮肤私信我领取哦"
LIKE = replace(FLOOD, like=f"{DEMO}-{COMMENTS + 1}")


class Meddling:
    """A way to the record on which somebody does something else after some commits."""

    def __init__(self, record, commits, do):
        self._record, self._left, self._do = record, commits, do

    async def commit(self, *appends):
        self._left -= 1
        if self._left == 0:
            await self._do()
        return await self._record.commit(*appends)


@pytest.fixture
async def crew(house):
    """Two rooms; Ann says a masked word in every other comment, Ben talks between."""
    await house.room()
    await house.room(RoomId("other"))
    crew = await house.cast(
        ann=None, ben=None, rey=Bundle.REVIEWER, ria=Bundle.REVIEWER, eve=Bundle.CHIEF_EDITOR
    )
    for n in range(COMMENTS // 2):
        await house.say(crew["ann"], f"darn {n}")
        await house.say(crew["ben"], f"hello {n}")
    await house.say(crew["ann"], "elsewhere", RoomId("other"))
    return crew


@pytest.fixture
def office(house, tmp_path):
    return office_over(house, tmp_path)


async def row_of(office, scan):
    return await office.book.lives.scan(scan)


async def executed(office, who, draft):
    preview = await office.recalls.preview(who, draft)
    await office.recalls.execute(who, preview.scan)
    await office.works[1].finish()
    return preview


@pytest.mark.parametrize(
    ("fields", "here", "there"),
    [
        ({"login": "ann"}, 20, 1),
        ({"login": "ann", "room": DEMO}, 20, 0),
        ({"rule": "stars"}, 20, 0),
        ({"rule": "stars", "login": "ben"}, 0, 0),
        ({"room": DEMO}, 40, 0),
        ({"room": DEMO, "rule": "stars"}, 20, 0),
    ],
)
async def test_what_was_previewed_goes_and_comes_back(house, crew, office, fields, here, there):
    rey = crew["rey"]
    preview = await executed(office, rey, replace(FLOOD, **fields))

    assert preview.picked.comments == here + there
    assert gone(await house.texts()) == here
    assert gone(await house.texts(RoomId("other"))) == there
    row = await row_of(office, preview.scan)
    assert (row.phase, row.hits) == (ScanPhase.ENDED, here + there)

    await office.recalls.undo(rey, preview.scan)
    await office.works[1].finish()
    assert gone(await house.texts()) == gone(await house.texts(RoomId("other"))) == 0
    assert (await row_of(office, preview.scan)).phase is ScanPhase.UNDONE


async def advertise(house, crew):
    for tail in ("f19", "a9", "x12"):
        await house.say(crew["ann"], ADVERT + tail)
        await house.say(crew["ben"], ADVERT + tail, OTHER)
    await house.say(crew["ben"], "我也想免费领取皮肤")


async def test_what_is_nearly_the_same_as_one_goes_wherever_it_was_said(house, crew, office):
    await advertise(house, crew)

    preview = await executed(office, crew["rey"], LIKE)
    await executed(office, crew["rey"], replace(LIKE, room=OTHER))  # it is recalled itself by now

    assert preview.picked.rooms == {DEMO: 3, OTHER: 3}
    assert (gone(await house.texts()), gone(await house.texts(OTHER))) == (3, 3)
    assert (await house.texts())[COMMENTS + 4] == "我也想免费领取皮肤"


@pytest.mark.parametrize(
    ("like", "error", "why"),
    [
        ("demo-999", NotFound, "no such comment"),
        ("demo", BadMessage, "by its room and its number"),
        (f"{DEMO}-{COMMENTS + 1}", BadMessage, "too short"),
    ],
)
async def test_nothing_is_like_what_is_not_there_or_says_too_little(
    house, crew, office, like, error, why
):
    await house.say(crew["ann"], "哈哈哈哈哈哈哈哈")

    with pytest.raises(error, match=why):
        await office.recalls.preview(crew["rey"], replace(FLOOD, like=like))


async def test_what_was_erased_since_the_preview_is_like_nothing(house, crew, office):
    await advertise(house, crew)
    preview = await office.recalls.preview(crew["rey"], LIKE)
    await house.comments.recall(crew["ann"], DEMO, COMMENTS + 1)
    while (await house.store.retention.destroy_due(Millis(4_000_000_000_000))).has_more:
        pass

    with pytest.raises(BadMessage, match="changed since"):
        await office.recalls.execute(crew["rey"], preview.scan)


async def test_a_period_is_of_the_servers_time(house, crew, office):
    middle = house.clock.now_ms = house.clock.now_ms + 1_000
    await house.say(crew["ann"], "in the middle")
    house.clock.now_ms += 1_000
    await house.say(crew["ann"], "after that")

    draft = replace(FLOOD, room=DEMO, since_ms=middle, upto_ms=middle + 1)
    preview = await executed(office, crew["rey"], draft)

    assert [comment.content.text for _, comment in preview.sample] == ["in the middle"]
    assert gone(await house.texts()) == preview.picked.comments == 1


async def test_each_is_a_measure_that_its_author_may_appeal(house, crew, office):
    await executed(office, crew["rey"], replace(FLOOD, rule="stars"))

    [newest, *others] = await house.offices.measures.own(crew["ann"])
    measure = newest.fact.measure
    assert (measure.step, measure.category) == (Step.DELETE, "flood")
    assert measure.basis.startswith("rule stars of ")
    assert len(others) == COMMENTS // 2 - 1
    [told] = {each.fact.measure.basis for each in others}
    assert told == measure.basis


async def test_what_came_or_changed_after_the_preview_is_left_alone(house, crew, office):
    rey = crew["rey"]
    await house.comments.recall(rey, DEMO, 1)
    preview = await office.recalls.preview(rey, replace(FLOOD, login="ann", room=DEMO))
    await house.say(crew["ann"], "darn late one")
    await house.comments.restore(rey, DEMO, 1)
    await house.comments.recall(rey, DEMO, 3)

    await office.recalls.execute(rey, preview.scan)
    await office.works[1].finish()

    texts = await house.texts()
    assert (texts[1], texts[COMMENTS + 1]) == ("**** 0", "**** late one")
    row = await row_of(office, preview.scan)
    assert (preview.picked.comments, row.hits) == (19, 18)  # one was recalled by hand meanwhile


async def test_ones_own_stay(house, crew, office):
    await house.say(crew["rey"], "a word of mine")
    preview = await executed(office, crew["rey"], replace(FLOOD, room=DEMO))

    assert (preview.picked.own, preview.picked.comments) == (1, COMMENTS)
    assert (await house.texts())[COMMENTS + 1] == "a word of mine"
    with pytest.raises(Coded, match="your own"):
        await office.recalls.preview(crew["rey"], replace(FLOOD, login="rey"))


async def test_a_second_execution_is_refused(crew, office):
    rey = crew["rey"]
    preview = await office.recalls.preview(rey, replace(FLOOD, room=DEMO))
    outcomes = await asyncio.gather(
        *(office.recalls.execute(rey, preview.scan) for _ in range(3)), return_exceptions=True
    )
    await office.works[1].finish()
    with pytest.raises(Coded, match="before"):
        await office.recalls.execute(rey, preview.scan)

    assert [str(each) for each in outcomes if each] == ["This was executed before."] * 2


async def test_what_broke_off_goes_on_and_recalls_nothing_twice(house, crew, office, tmp_path):
    rey = crew["rey"]
    preview = await office.recalls.preview(rey, replace(FLOOD, room=DEMO))
    await office.recalls.execute(rey, preview.scan)
    broken = office_over(house, tmp_path, Breaking(house.store, 20))
    with pytest.raises(StoreDown):
        await broken.works[1].finish()
    first = gone(await house.texts())

    await office.works[1].finish()

    assert 0 < first < COMMENTS
    assert gone(await house.texts()) == COMMENTS
    assert (await row_of(office, preview.scan)).hits == COMMENTS


async def test_it_can_be_stopped_and_what_went_comes_back(house, crew, office, tmp_path):
    rey = crew["rey"]
    preview = await office.recalls.preview(rey, replace(FLOOD, room=DEMO))
    await office.recalls.execute(rey, preview.scan)
    broken = office_over(house, tmp_path, Breaking(house.store, 20))
    with pytest.raises(StoreDown):
        await broken.works[1].finish()

    await office.recalls.stop(rey, preview.scan)
    await office.works[1].finish()
    assert 0 < gone(await house.texts()) < COMMENTS
    await office.recalls.undo(rey, preview.scan)
    await office.works[1].finish()
    assert gone(await house.texts()) == 0


async def test_what_is_stopped_while_it_waits_for_another_recalls_nothing(
    house, crew, office, tmp_path
):
    rey = crew["rey"]
    first = await office.recalls.preview(rey, replace(FLOOD, room=DEMO))
    other = await office.recalls.preview(rey, replace(FLOOD, room=OTHER))
    for preview in (first, other):
        await office.recalls.execute(rey, preview.scan)

    async def stop():
        await office.recalls.stop(rey, other.scan)

    working = office_over(house, tmp_path, Meddling(house.store, 20, stop))
    house.store.subscribe(working.works[1].apply)
    await working.works[1].finish()

    assert gone(await house.texts()) == COMMENTS
    assert gone(await house.texts(OTHER)) == 0
    row = await row_of(office, other.scan)
    assert (row.phase, row.hits) == (ScanPhase.STOPPED, 0)


async def test_what_is_undone_before_the_work_has_seen_its_stop_is_undone(
    house, crew, office, tmp_path
):
    rey = crew["rey"]
    preview = await office.recalls.preview(rey, replace(FLOOD, room=DEMO))
    await office.recalls.execute(rey, preview.scan)

    async def turn():
        await office.recalls.stop(rey, preview.scan)
        await office.recalls.undo(rey, preview.scan)

    working = office_over(house, tmp_path, Meddling(house.store, 20, turn))
    house.store.subscribe(working.works[1].apply)
    await working.works[1].finish()
    row = await row_of(office, preview.scan)
    assert (row.phase, 0 < gone(await house.texts()) < COMMENTS) == (ScanPhase.UNDOING, True)

    await working.works[1].finish()
    assert (await row_of(office, preview.scan)).phase is ScanPhase.UNDONE
    assert gone(await house.texts()) == 0


async def test_what_was_done_is_listed_however_many_previews_came_since(crew, house, office):
    rey = crew["rey"]
    done = await executed(office, rey, replace(FLOOD, room=DEMO))
    preview = Append(PLATFORM, BulkRecallPlanned("flood", Millis(9), 2, rey.account))
    await house.store.commit(*(preview for _ in range(LISTED_MAX)))

    [listed] = await office.recalls.listed(rey, ScanPhase.ENDED)

    assert listed.scan == done.scan
    assert len(await office.recalls.listed(rey)) == LISTED_MAX


async def test_others_undo_it_only_as_chief_editors(crew, office):
    preview = await executed(office, crew["rey"], replace(FLOOD, room=DEMO))

    with pytest.raises(NotAllowed, match="chief editor"):
        await office.recalls.undo(crew["ria"], preview.scan)
    await office.recalls.undo(crew["eve"], preview.scan)
    await office.works[1].finish()

    assert (await row_of(office, preview.scan)).phase is ScanPhase.UNDONE


async def test_nobody_brings_back_what_was_taken_of_themselves(house, crew, office):
    eve = crew["eve"]
    await house.say(eve, "an editor's own")
    everything = await executed(office, crew["rey"], replace(FLOOD, room=DEMO))
    hers = await house.say(eve, "another of hers")
    of_eve = await executed(office, crew["rey"], replace(FLOOD, login="eve"))

    await office.recalls.undo(eve, everything.scan)
    with pytest.raises(Coded, match="your own"):
        await office.recalls.undo(eve, of_eve.scan)
    await office.works[1].finish()

    texts = await house.texts()
    gone_still = [number for number, text in texts.items() if text is None]
    assert gone_still == [COMMENTS + 1, hers.comment.number]


async def test_what_was_restored_on_appeal_stays_so_when_all_is_undone(house, crew, office):
    preview = await executed(office, crew["rey"], replace(FLOOD, room=DEMO))
    lives = office.book.lives
    [first, *_] = await lives.scan_measures(preview.scan, after="", limit=1)
    measure = first.fact.measure
    await house.offices.measures.reverse(crew["eve"], measure.measure_id, "this one was fine")
    await house.comments.recall(crew["ria"], DEMO, measure.number)

    await office.recalls.undo(crew["rey"], preview.scan)
    await office.works[1].finish()

    assert gone(await house.texts()) == 1  # somebody has decided about it since


async def test_rules_that_changed_choose_otherwise_and_are_not_asked(house, crew, office):
    rey = crew["rey"]
    preview = await office.recalls.preview(rey, replace(FLOOD, rule="stars"))
    await house.rules.activate(None, large=Screen(parse_rules(RULES.replace("darn", "hello"))))

    with pytest.raises(BadMessage, match="preview again"):
        await office.recalls.execute(rey, preview.scan)


async def test_an_old_preview_and_one_of_somebody_else_are_not_executed(house, crew, office):
    preview = await office.recalls.preview(crew["rey"], replace(FLOOD, room=DEMO))
    with pytest.raises(NotFound, match="Who previewed"):
        await office.recalls.execute(crew["ria"], preview.scan)
    house.clock.now_ms += PREVIEW_MS + 1
    with pytest.raises(NotFound, match="too old"):
        await office.recalls.execute(crew["rey"], preview.scan)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, BadMessage),
        ({"room": RoomId("nowhere")}, NotFound),
        ({"login": "nobody"}, NotFound),
        ({"author": "nobody", "room": DEMO}, NotFound),
        ({"author": "nobody"}, BadMessage),
        ({"rule": "no such rule"}, NotFound),
        ({"room": DEMO, "why": ""}, BadMessage),
        ({"room": DEMO, "category": "none such"}, BadMessage),
    ],
)
async def test_what_makes_no_sense_is_refused(crew, office, fields, fault):
    with pytest.raises(fault):
        await office.recalls.preview(crew["rey"], replace(FLOOD, **fields))


async def test_an_author_is_named_by_public_id_too(house, crew, office):
    name = await house.store.pseudonym(DEMO, crew["ben"].account)
    preview = await office.recalls.preview(crew["rey"], replace(FLOOD, room=DEMO, author=name))

    assert preview.picked.comments == COMMENTS // 2
    assert {comment.author for _, comment in preview.sample} == {name}
