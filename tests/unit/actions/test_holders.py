import asyncio

import pytest

from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.measures import Step
from danmaku.errors import NotAllowed


async def revoke(house, who):
    """Take the newest grant of somebody back, as the operator does."""
    known = await house.people.standings.freshen(who)
    await house.people.revoke(None, who.login, known.grants[-1].grant_id)


async def test_the_last_chief_editor_stays_until_there_is_another(house):
    eve = await house.person("eve", Bundle.CHIEF_EDITOR)
    with pytest.raises(NotAllowed):
        await revoke(house, eve)
    with pytest.raises(NotAllowed):
        await house.offices.privacy.leaving.close(eve, login="eve")

    await house.person("ned", Bundle.CHIEF_EDITOR)
    await revoke(house, eve)

    assert len((await house.people.standings.freshen(eve)).grants) == 1


@pytest.mark.parametrize("leaves", [False, True])
async def test_of_the_last_two_who_go_at_one_instant_one_stays(house, leaves):
    cast = await house.cast(eve=Bundle.CHIEF_EDITOR, ned=Bundle.CHIEF_EDITOR, opal=Bundle.OPERATOR)
    eve, ned = cast["eve"], cast["ned"]
    ways = [
        house.people.revoke(cast["opal"], "eve", eve.grants[-1].grant_id),
        house.offices.privacy.leaving.close(ned, login="ned")
        if leaves
        else house.people.revoke(None, "ned", ned.grants[-1].grant_id),
    ]

    came = await asyncio.gather(*ways, return_exceptions=True)

    assert [type(one) for one in came].count(NotAllowed) == 1
    left = await house.store.holders_of(Bundle.CHIEF_EDITOR, house.clock())
    standings = [await house.people.standings.of(account) for account in left]
    assert len([one for one in standings if not one.is_closed]) == 1


async def test_a_chief_editor_who_may_do_nothing_is_no_successor(house):
    cast = await house.cast(eve=Bundle.CHIEF_EDITOR, ned=Bundle.CHIEF_EDITOR)
    await house.offices.measures.take(
        cast["eve"], MeasureDraft(Step.CLOSE, "fraud", "rule 1", login="ned")
    )

    with pytest.raises(NotAllowed):
        await revoke(house, cast["eve"])

    await revoke(house, cast["ned"])


async def test_of_two_such_grants_one_may_go(house):
    eve = await house.person("eve", Bundle.CHIEF_EDITOR, Bundle.CHIEF_EDITOR)

    await revoke(house, eve)

    with pytest.raises(NotAllowed):
        await revoke(house, eve)


async def test_other_grants_end_as_before(house):
    rey = await house.person("rey", Bundle.REVIEWER)

    await revoke(house, rey)

    assert [one.bundle for one in (await house.people.standings.freshen(rey)).grants] == [
        Bundle.VIEWER
    ]
