"""The kit passes servers that keep the protocol, and says what is wrong with others."""

import asyncio

import pytest

from bench.faults import FaultyStore, PublishesFirst, dropping, with_record
from danmaku.conformance.encodings import Dialect
from danmaku.conformance.server import asked
from danmaku.conformance.verdicts import Outcome
from danmaku.domain.account import Bundle
from danmaku.domain.facts import CommentRecalled
from tests.conformance.small_house import (
    FAULTS,
    TOKEN,
    Broadcasts,
    HoldsComments,
    LeavesAFieldOut,
    NeverAnswers,
    OldHouse,
    SaysOtherwiseInMsgpack,
    SmallHouse,
    SpeaksOneDialect,
)
from tests.live.site import FAST, running, settings_of
from tests.patience import PATIENCE_S


async def results_of(url, token, **told):
    return [result async for result in asked(url, token, **told)]


def faults(results):
    return {result.check for result in results if result.outcome is Outcome.FAILED}


async def kinds_in(site, room):
    return {entry["kind"] for entry in (await site.record(room)).entries.values()}


@pytest.fixture
async def site(tmp_path):
    gateway = FAST["gateway"] | {"hello_ms_max": 1000}
    async with running(settings_of(tmp_path / "data", gateway=gateway)) as site:
        yield site


async def test_our_server_keeps_the_protocol_in_every_dialect(site):
    operator, room = await site.person("ann", Bundle.OPERATOR), await site.room()

    results = await results_of(f"ws://{site.address}/rooms/{room}/live", operator.token)

    assert {result.dialect for result in results} == set(Dialect)
    unwell = [result.line() for result in results if result.outcome is not Outcome.PASSED]
    assert unwell == []


async def test_the_kit_writes_in_a_room_of_its_own_and_closes_it(site):
    operator, room = await site.person("ann", Bundle.OPERATOR), await site.room()
    url = f"ws://{site.address}/rooms/{room}/live"

    await results_of(url, operator.token, dialects=[Dialect.JSON])

    rooms = (await site.api.get("/api/rooms")).json()["rooms"]
    own = {one["room"]: one["state"]["status"] for one in rooms if one["room"] != room}
    assert list(own.values()) == ["closed"]
    assert await kinds_in(site, room) == {"room"}


@pytest.mark.parametrize("bundles", [None, ()], ids=["no token", "no power to open rooms"])
async def test_the_kit_writes_nothing_where_it_has_no_room(site, bundles):
    token = None if bundles is None else (await site.person("ann", *bundles)).token
    room = await site.room()
    url = f"ws://{site.address}/rooms/{room}/live"

    results = await results_of(url, token, dialects=[Dialect.MSGPACK])

    assert faults(results) == set()
    skipped = {result.check for result in results if result.outcome is Outcome.SKIPPED}
    assert skipped > {"send.published", "send.again", "recall.live"}
    assert await kinds_in(site, room) == {"room"}


@pytest.mark.parametrize("house", [SmallHouse, Broadcasts])
async def test_another_server_that_keeps_the_protocol_passes(house):
    async with house().open() as url:
        results = await results_of(url, TOKEN, is_given=True)

    unwell = [result.line() for result in results if result.outcome is not Outcome.PASSED]
    assert unwell == []


async def test_a_batch_may_hold_as_much_as_is_replayed():
    async with OldHouse(OldHouse.REPLAYED_MAX).open() as url:
        results = await results_of(url, None, only=["resume.whole"])

    assert [result.line() for result in results if result.outcome is not Outcome.PASSED] == []


async def test_a_room_may_hold_more_than_is_replayed():
    async with OldHouse(OldHouse.REPLAYED_MAX + 1).open() as url:
        results = await results_of(url, TOKEN, is_given=True)

    assert [result.line() for result in results if result.outcome is not Outcome.PASSED] == []


async def test_where_comments_are_held_nothing_is_asked_of_what_is_shown():
    async with HoldsComments().open() as url:
        results = await results_of(url, TOKEN, is_given=True, dialects=[Dialect.JSON])

    skipped = {result.check for result in results if result.outcome is Outcome.SKIPPED}
    assert faults(results) == set()
    assert skipped > {"send.published", "send.recorded", "recall.live"}


async def test_a_check_ends_where_no_answer_comes():
    async with NeverAnswers().open() as url, asyncio.timeout(PATIENCE_S):
        told = {"only": ["send.recorded"], "dialects": [Dialect.JSON], "limit_s": 1}
        results = await results_of(url, TOKEN, is_given=True, **told)

    assert faults(results) == {"send.recorded"}


async def found_in(fault):
    async with fault().open() as url:
        dialects = [Dialect.JSON]
        return faults(await results_of(url, TOKEN, is_given=True, dialects=dialects, limit_s=3))


async def test_every_fault_is_found_by_the_check_that_names_it():
    found = dict(zip(FAULTS, await asyncio.gather(*map(found_in, FAULTS)), strict=True))

    assert [fault for fault, checks in found.items() if FAULTS[fault] not in checks] == []
    assert [fault for fault, checks in found.items() if "hello.welcome" in checks] == []


async def test_the_shape_of_messages_is_judged_where_nothing_else_is_asked():
    async with LeavesAFieldOut().open() as url:
        told = {"only": ["message.shape"], "dialects": [Dialect.JSON]}
        results = await results_of(url, TOKEN, is_given=True, **told)

    assert faults(results) == {"message.shape"}


OF_OURS = {
    "send.recorded": lambda core: PublishesFirst(core, every=1),
    "recall.live": lambda core: FaultyStore(core, dropping(CommentRecalled)),
}


@pytest.mark.parametrize("check", OF_OURS)
async def test_a_fault_of_our_own_house_is_found(tmp_path, check):
    def refit(core):
        return with_record(core, OF_OURS[check](core))

    async with running(settings_of(tmp_path / "data"), refit) as site:
        operator, room = await site.person("ann", Bundle.OPERATOR), await site.room()
        url = f"ws://{site.address}/rooms/{room}/live"
        told = {"only": [check], "dialects": [Dialect.JSON], "limit_s": 5}

        assert faults(await results_of(url, operator.token, **told)) == {check}


async def test_dialects_that_disagree_are_found_in_each_of_them():
    told = {"is_given": True, "only": ["send.published", "dialects.agree"]}
    async with SaysOtherwiseInMsgpack().open() as url:
        both = await results_of(url, TOKEN, dialects=[Dialect.JSON, Dialect.MSGPACK], **told)
        alone = await results_of(url, TOKEN, dialects=[Dialect.JSON], **told)

    agreeing = [result.outcome for result in both + alone if result.check == "dialects.agree"]
    assert agreeing == [Outcome.FAILED, Outcome.FAILED, Outcome.SKIPPED]


async def test_a_dialect_that_is_not_spoken_is_found():
    async with SpeaksOneDialect().open() as url:
        dialects = [Dialect.MSGPACK]
        results = await results_of(url, TOKEN, is_given=True, dialects=dialects, limit_s=1)

    assert "hello.welcome" in faults(results)
