import asyncio

import pytest

from danmaku.actions.patrol import ROOMS_SHOWN, Patrol
from danmaku.domain.account import Bundle
from danmaku.domain.case_facts import CaseFiled
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.facts import CommentRecalled
from danmaku.domain.ids import Number, RoomId
from danmaku.domain.people_facts import MeasureTaken
from danmaku.domain.team_facts import SpotChecked
from danmaku.errors import Coded, NotFound
from tests.unit.actions.house import DEMO


def patrol_of(house):
    """The patrol of one server of the house: each hears of the platform, not of each room."""
    return Patrol(
        *(house.store, house.store),
        conditions=house.offices.prevailing,
        freshen=house.people.standings.freshen,
        clock=house.clock,
        new_id=lambda: "checked",
        permille=1000,
    )


async def test_what_another_server_has_drawn_is_checked_here_and_once(house):
    await house.room()
    crew = await house.cast(ann=None, rey=Bundle.REVIEWER)
    await house.say(crew["ann"])
    here, there = patrol_of(house), patrol_of(house)
    for patrol in (here, there):
        house.store.subscribe(patrol.apply)

    await here.check(crew["rey"], DEMO, Number(1), None)

    with pytest.raises(Coded, match="checked already"):
        await there.check(crew["rey"], DEMO, Number(1), None)


async def test_a_violation_is_entered_with_its_case_and_its_recall_or_not_at_all(house):
    await house.room()
    crew = await house.cast(ann=None, rey=Bundle.REVIEWER, ria=Bundle.REVIEWER)
    await house.say(crew["ann"])
    patrol, commits = patrol_of(house), []
    house.store.subscribe(lambda entries: commits.append([type(one.fact) for one in entries]))

    checks = [patrol.check(crew[login], DEMO, Number(1), "spam") for login in ("rey", "ria")]
    came = await asyncio.gather(*checks, return_exceptions=True)

    [view] = await house.offices.casework.cases.queue(None, CaseFilter())
    [taken] = await house.store.measures(case_id=view.case.case_id)
    assert came.count(view.case.case_id) == 1
    assert [type(one) for one in came if not isinstance(one, str)] == [NotFound]
    assert (view.case.reports_count, taken.fact.is_provisional) == (1, True)
    assert [CaseFiled, SpotChecked, CommentRecalled, MeasureTaken] in commits


async def test_what_was_not_drawn_is_not_checked(house):
    await house.room()
    crew = await house.cast(ann=None, rey=Bundle.REVIEWER)
    await house.say(crew["ann"])

    with pytest.raises(Coded, match="not drawn"):
        await house.offices.review.patrol.check(crew["rey"], DEMO, Number(1), None)


async def test_the_riskiest_are_shown_and_all_are_counted(house):
    patrol = patrol_of(house)
    house.store.subscribe(patrol.apply)
    crew = await house.cast(ann=None, rey=Bundle.REVIEWER)
    for n in range(ROOMS_SHOWN + 2):
        await house.room(RoomId(f"r{n:02}"))
        await house.say(crew["ann"], f"hello {n}", RoomId(f"r{n:02}"))
    await house.say(crew["ann"], "callme", RoomId("r31"))

    wall = patrol.wall(crew["rey"])

    assert (len(wall.rooms), wall.rooms_count) == (ROOMS_SHOWN, ROOMS_SHOWN + 2)
    assert [one.room for one in wall.rooms][:2] == ["r31", "r00"]
