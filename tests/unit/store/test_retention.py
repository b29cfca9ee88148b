import sqlite3
from dataclasses import replace

import pytest

from danmaku.actions.measures import MeasureDraft
from danmaku.actions.moderation import ReportDraft
from danmaku.actions.retention import Retention
from danmaku.domain.account import Bundle
from danmaku.domain.delay import STOPPED_MS_MAX
from danmaku.domain.ids import Number
from danmaku.domain.measures import Step
from danmaku.domain.privacy import CASE_DAYS, FLOOR_DAYS
from danmaku.domain.room import DELAY_MAX_MS, ReviewMode
from danmaku.domain.times import DAY_MS
from danmaku.errors import Broken
from danmaku.store.database import DATABASE_FILE
from danmaku.store.verify import Sound
from tests.contract.soundness import steps_of
from tests.unit.actions.house import DEMO, house_on
from tests.unit.actions.test_leaving import leaving_of

PLANTED = "planted words"


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()
        yield house


def job_of(house):
    forget = house.people.standings.forget
    return Retention(house.store.retention, leaving_of(house), clock=house.clock, forget=forget)


def pass_days(house, days):
    house.clock.now_ms += days * DAY_MS


def file_of(folder):
    """All that lies in the database, what was deleted but not overwritten left out."""
    with sqlite3.connect(folder / DATABASE_FILE) as connection:
        return "\n".join(connection.iterdump())


def is_sound(folder):
    return all(isinstance(step, Sound) for step in steps_of(folder) if not hasattr(step, "top"))


async def test_what_was_removed_is_kept_to_the_floor_and_then_destroyed(house, tmp_path):
    ann = await house.person("ann")
    await house.say(ann, PLANTED)
    await house.say(ann, "stays public")
    await house.comments.recall(ann, DEMO, 1)

    pass_days(house, FLOOR_DAYS - 1)
    assert await job_of(house).go_round() == {}
    assert PLANTED.encode().hex().upper() in file_of(tmp_path)
    pass_days(house, 1)
    destroyed = await job_of(house).go_round()

    assert destroyed == {"comment": 2}  # what was open of it, and what was sealed
    assert PLANTED.encode().hex().upper() not in file_of(tmp_path)
    assert await house.texts() == {1: None, 2: "stays public"}
    assert is_sound(tmp_path)


async def test_what_was_held_once_more_before_it_was_refused_leaves_no_copy(house, tmp_path):
    delays, ann = house.offices.keeping.delays, await house.person("ann")
    house.store.subscribe(delays.apply)
    await house.room("other", mode=ReviewMode.DELAYED)
    held = await house.say(ann, PLANTED, room="other")
    await house.rooms.change(None, "other", lambda state: replace(state, news=True))
    house.clock.now_ms += DELAY_MAX_MS + STOPPED_MS_MAX
    await delays.go_round()
    judge = await house.person("judge", Bundle.REVIEWER)
    await house.moderation.reject(judge, "other", held.seq, "spam")
    assert is_sound(tmp_path)

    pass_days(house, FLOOR_DAYS)
    destroyed = await job_of(house).go_round()

    assert destroyed == {"comment": 3}  # as it came in, held once more, refused
    assert PLANTED.encode().hex().upper() not in file_of(tmp_path)
    assert is_sound(tmp_path)


async def sell(house, room=DEMO):
    await house.rooms.change(None, room, lambda state: replace(state, commerce=True))


async def test_where_goods_are_sold_what_was_removed_is_kept_for_three_years(house, tmp_path):
    ann = await house.person("ann")
    await house.room("other")
    for room in (DEMO, "other"):
        await house.say(ann, PLANTED, room=room)
        await house.comments.recall(ann, room, 1)
    await sell(house)

    pass_days(house, FLOOR_DAYS)
    assert await job_of(house).go_round() == {"comment": 2}
    pass_days(house, CASE_DAYS - FLOOR_DAYS - 1)
    assert await job_of(house).go_round() == {}
    pass_days(house, 1)

    assert await job_of(house).go_round() == {"trade": 2}
    assert is_sound(tmp_path)


async def test_what_was_removed_while_goods_were_sold_is_kept_when_none_are_any_more(house):
    ann = await house.person("ann")
    await sell(house)
    await house.say(ann, PLANTED)
    await house.comments.recall(ann, DEMO, 1)
    await house.rooms.change(None, DEMO, lambda state: replace(state, commerce=False))

    pass_days(house, CASE_DAYS - 1)
    assert await job_of(house).go_round() == {}
    pass_days(house, 1)

    assert await job_of(house).go_round() == {"trade": 2}


async def test_a_room_that_sells_from_now_on_keeps_what_is_still_there(house):
    ann = await house.person("ann")
    await house.say(ann, PLANTED)
    await house.comments.recall(ann, DEMO, 1)
    pass_days(house, FLOOR_DAYS - 1)
    await job_of(house).go_round()

    await sell(house)
    pass_days(house, 1)

    assert await job_of(house).go_round() == {}
    pass_days(house, CASE_DAYS)
    assert (await job_of(house).go_round())["trade"] == 2


async def test_evidence_from_a_room_that_sells_is_kept_three_years_after_the_measure(house):
    ann, rey = await house.person("ann"), await house.person("rey", Bundle.REVIEWER)
    await sell(house)
    await house.say(ann, PLANTED)
    await house.comments.recall(ann, DEMO, 1)
    pass_days(house, CASE_DAYS - 1)
    warn = MeasureDraft(Step.WARN, "spam", "rule 3", room=DEMO, number=Number(1))
    await house.offices.measures.take(rey, warn)

    pass_days(house, CASE_DAYS - 1)
    assert "trade" not in await job_of(house).go_round()
    pass_days(house, 1)

    assert (await job_of(house).go_round())["trade"] == 2


async def test_a_refused_comment_is_destroyed_after_the_floor(house, tmp_path):
    ann = await house.person("ann")
    await house.say(ann, f"buynow {PLANTED}")

    pass_days(house, FLOOR_DAYS)

    assert await job_of(house).go_round() == {"comment": 1}
    assert is_sound(tmp_path)


async def test_what_was_restored_is_kept(house):
    ann, rey = await house.person("ann"), await house.person("rey", Bundle.REVIEWER)
    await house.say(ann, "back again")
    await house.comments.recall(rey, DEMO, 1, "spam")
    await house.comments.restore(rey, DEMO, 1)

    pass_days(house, FLOOR_DAYS)

    assert await job_of(house).go_round() == {}
    assert await house.texts() == {1: "back again"}


async def test_each_entry_is_looked_at_once(house):
    ann = await house.person("ann")
    await house.say(ann, "buynow")
    pass_days(house, FLOOR_DAYS)

    await job_of(house).go_round()

    assert await job_of(house).go_round() == {}


async def test_nothing_but_a_random_id_is_left_of_who_left(house, tmp_path):
    ann = await house.person("ann")
    await house.people.issue_token(ann, PLANTED, expires_ms=None, room=None)
    await leaving_of(house).close(ann, login="ann")

    pass_days(house, FLOOR_DAYS)
    await job_of(house).go_round()

    assert await house.people.known("ann") is None
    assert PLANTED not in file_of(tmp_path)
    assert b"Ann".hex().upper() not in file_of(tmp_path)
    assert (await house.people.standings.of(ann.account)).name == ""
    assert is_sound(tmp_path)


async def test_expired_sessions_and_links_are_swept_away(house):
    ann = await house.person("ann")
    await house.store.open_reset(b"digest", ann.account, house.clock() + 1000)

    pass_days(house, 1)

    assert await job_of(house).go_round() == {"reset": 1}


async def test_a_report_is_destroyed_after_three_years(house, tmp_path):
    draft = ReportDraft(category="spam", room=DEMO, number=None, text=PLANTED, contact="")
    await house.moderation.report(None, draft, source="here")

    pass_days(house, CASE_DAYS - 1)
    assert await job_of(house).go_round() == {}
    pass_days(house, 1)

    assert (await job_of(house).go_round())["report"] == 1
    assert is_sound(tmp_path)


async def test_a_table_without_a_purpose_stops_the_start(tmp_path):
    async with house_on(tmp_path):
        pass
    with sqlite3.connect(tmp_path / DATABASE_FILE) as connection:
        connection.execute("CREATE TABLE planted (name TEXT)")

    with pytest.raises(Broken, match="planted"):
        async with house_on(tmp_path):
            pass
