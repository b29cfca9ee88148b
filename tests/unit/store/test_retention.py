import sqlite3

import pytest

from danmaku.actions.moderation import ReportDraft
from danmaku.actions.retention import Retention
from danmaku.domain.account import Bundle
from danmaku.domain.privacy import CASE_DAYS, FLOOR_DAYS, MS_PER_DAY
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
    house.clock.now_ms += days * MS_PER_DAY


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
