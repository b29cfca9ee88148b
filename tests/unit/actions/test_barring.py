import asyncio

import pytest

from danmaku.actions.measures import MeasureDraft
from danmaku.config import IdentitySettings
from danmaku.domain.account import Bundle
from danmaku.domain.identity import Kept, Strength
from danmaku.domain.ids import PLATFORM
from danmaku.domain.measures import Step
from danmaku.domain.people_facts import IdentityVerified, MeasureTaken
from danmaku.domain.persons import Person
from danmaku.errors import Code, Coded, DanmakuError, NotAllowed, Stale
from danmaku.ports import Append
from tests.unit.actions.house import house_on

DOCUMENT = Person(Strength.DOCUMENT, "11010519491231002X", "Wang")
PHONE = Person(Strength.PHONE, "+8613800138000")
FORBID = MeasureDraft(Step.FORBID, "fraud", "rule 1", login="ann")


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path, identity=IdentitySettings(accounts_of_one_max=3)) as house:
        yield house


@pytest.fixture
async def cast(house):
    """Ann and Ann's second account; Bob, who has only the phone of the second."""
    cast = await house.cast(ann=None, anna=None, rey=Bundle.REVIEWER, eve=Bundle.CHIEF_EDITOR)
    await house.room()
    for login, person in (("ann", DOCUMENT), ("anna", DOCUMENT), ("anna", PHONE)):
        await kept(house, cast[login], person)
    return cast


async def kept(house, who, person):
    return await house.proofs.vault.keep(who.account, person, accounts_max=3)


async def bar(house, cast, login="ann"):
    suspend = MeasureDraft(Step.SUSPEND, "fraud", "rule 1", login=login)
    await house.offices.measures.take(cast["rey"], suspend)
    forbid = MeasureDraft(Step.FORBID, "fraud", "rule 1", "Never again.", login=login)
    return await house.offices.measures.take(cast["eve"], forbid)


async def code_of(sending):
    try:
        await sending
    except DanmakuError as refusal:
        return refusal.code
    return None


async def test_every_account_of_a_barred_person_ends_and_each_is_told(house, cast):
    await bar(house, cast)

    for login in ("ann", "anna"):
        assert await code_of(house.say(cast[login])) is Code.IDENTITY_BARRED
    [row] = await house.offices.measures.own(cast["anna"])
    assert (row.fact.measure.step, row.fact.note) == (Step.FORBID, "Never again.")


async def test_by_whatever_is_known_of_any_of_them_the_person_does_not_come_back(house, cast):
    bob = await house.person("bob")
    await bar(house, cast)

    assert await kept(house, bob, DOCUMENT) is Kept.BARRED
    assert await kept(house, bob, PHONE) is Kept.BARRED


@pytest.mark.parametrize("place", ["", "-1"])
async def test_undoing_it_for_one_account_undoes_it_for_the_person(house, cast, place):
    bob = await house.person("bob")
    forbid = await bar(house, cast)

    await house.offices.measures.reverse(cast["eve"], forbid.measure_id + place, "A mistake.")

    assert await code_of(house.say(cast["anna"])) is None
    assert await kept(house, bob, PHONE) is Kept.KEPT
    assert await code_of(house.say(cast["ann"])) is Code.ACCOUNT_SUSPENDED  # by another measure


async def test_all_of_a_bar_is_one_commit(house, cast):
    await bar(house, cast)

    taken = [one for one in house.announced if isinstance(one.fact, MeasureTaken)]
    bars = [one.fact.measure for one in taken if one.fact.measure.step is Step.FORBID]
    assert {one.from_ms for one in bars} == {house.clock()}
    assert len({one.measure_id.partition("-")[0] for one in bars}) == 1


async def test_who_is_barred_is_not_barred_again(house, cast):
    await bar(house, cast)

    with pytest.raises(Coded) as refused:
        await bar(house, cast, "anna")

    assert refused.value.code is Code.DUPLICATE


async def test_nobody_bars_the_person_that_they_are(house, cast):
    await kept(house, cast["eve"], DOCUMENT)

    with pytest.raises(Coded) as refused:
        await bar(house, cast)

    assert refused.value.code is Code.OWN_INTEREST


async def test_the_second_person_is_named_and_one_alone_bars_nobody(house, cast):
    with pytest.raises(NotAllowed):
        await house.offices.measures.take(
            cast["eve"], MeasureDraft(Step.FORBID, "fraud", "rule 1", login="ann")
        )
    await bar(house, cast)

    [row, _] = await house.offices.measures.own(cast["ann"])
    assert (row.fact.actor, row.fact.second) == (cast["eve"].account, cast["rey"].account)


async def verify(house, who):
    """What a verification enters, the vault having seen no bar a moment ago."""
    fact = IdentityVerified(who.account, "phone", Strength.PHONE, None)
    await house.store.commit(Append(PLATFORM, fact))


async def decided(house, cast):
    """A bar of Ann's, as it is decided before Bob turns out to be the same person."""
    suspend = MeasureDraft(Step.SUSPEND, "fraud", "rule 1", login="ann")
    await house.offices.measures.take(cast["rey"], suspend)
    appends = await house.offices.measures.taking(cast["eve"], FORBID, "m1")
    bob = await house.person("bob")
    assert await kept(house, bob, DOCUMENT) is Kept.KEPT
    return appends, bob


async def test_who_would_be_verified_as_a_bar_is_written_is_refused(house, cast):
    appends, bob = await decided(house, cast)

    _, at_once = await asyncio.gather(house.store.commit(*appends), code_of(verify(house, bob)))

    assert at_once is Code.IDENTITY_BARRED
    assert await code_of(verify(house, bob)) is Code.IDENTITY_BARRED
    assert (await house.people.standings.of(bob.account)).identity is None


async def test_a_bar_that_did_not_know_of_a_verification_is_decided_again(house, cast):
    appends, bob = await decided(house, cast)
    await verify(house, bob)

    with pytest.raises(Stale):
        await house.store.commit(*appends)
    await house.offices.measures.take(cast["eve"], FORBID)

    known = await house.people.known("bob")
    assert await code_of(house.say(known)) is Code.IDENTITY_BARRED
