import pytest

from danmaku.actions.decisions import TRIES_MAX, Decisions
from danmaku.domain.account import Bundle, Power
from danmaku.domain.facts import ReportFiled
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM
from danmaku.errors import NotAllowed, Stale
from danmaku.ports import Append


def noted(receipt):
    return [Append(PLATFORM, ReportFiled(receipt, None, None, None, "spam", "", ""))]


@pytest.fixture
def decisions(house):
    return Decisions(house.store, house.people.standings.freshen)


async def test_a_decision_is_written_with_the_standing_it_was_made_for(house, decisions):
    ann = await house.person("ann")

    async def decide(_who):
        return noted("r-1")

    [entry] = await decisions.carry(ann, decide)

    assert entry.fact.receipt == "r-1"


async def test_a_decision_that_stands_on_old_ground_is_taken_again(house, decisions):
    ann = await house.person("ann")
    await house.people.grant(None, "ann", Bundle.REVIEWER, room=None, until_ms=None)
    asked = []

    async def decide(who):
        asked.append(who)
        return noted("r-1")

    await decisions.carry(ann, decide)

    assert asked == [ann, await house.people.known("ann")]


async def test_a_power_that_ends_while_it_is_used_is_used_no_more(house, decisions):
    rey = await house.person("rey", Bundle.REVIEWER)
    [grant_id] = [grant.grant_id for grant in rey.grants if grant.bundle is Bundle.REVIEWER]

    async def decide(who):
        require(who, Power.REPORT_READ, None, house.clock())
        if who is rey:
            await house.people.revoke(None, "rey", grant_id)
        return noted("r-1")

    with pytest.raises(NotAllowed):
        await decisions.carry(rey, decide)

    assert await house.store.reports() == []


async def test_ground_that_keeps_moving_is_given_up_and_nothing_is_written(house, decisions):
    ann = await house.person("ann")
    tries = []

    async def decide(who):
        tries.append(who)
        await house.people.grant(None, "ann", Bundle.VIEWER, room=None, until_ms=None)
        return noted("r-1")

    with pytest.raises(Stale):
        await decisions.carry(ann, decide)

    assert len(tries) == TRIES_MAX
    assert await house.store.reports() == []
