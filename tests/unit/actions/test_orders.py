import asyncio

import pytest

from danmaku.actions.appeals import AppealDraft
from danmaku.actions.orders import OrderDraft
from danmaku.domain.account import Bundle
from danmaku.domain.cases import CaseOutcome
from danmaku.domain.facts import CommentHeld, CommentPublished
from danmaku.domain.filing_facts import FilingKind, Line, OrderAct
from danmaku.domain.filings import FilingFilter
from danmaku.domain.ids import PLATFORM, Number, RoomId
from danmaku.domain.people_facts import ControlLifted, MeasureReversed, MeasureTaken
from danmaku.domain.room import ReviewMode
from danmaku.domain.rulings import Decision
from danmaku.domain.times import HOUR_MS
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn, Stale
from danmaku.ports import Append
from danmaku.store.verify import Sound
from tests.contract.soundness import steps_of
from tests.unit.actions.house import DEMO


@pytest.fixture
async def cast(house):
    await house.room()
    return await house.cast(ann=None, rey=Bundle.REVIEWER, eve=Bundle.CHIEF_EDITOR)


@pytest.fixture
def orders(house):
    return house.filing.orders


def order(act=OrderAct.CLOSED, **fields):
    lasts = {} if act is OrderAct.RECALL else {"lasts_ms": HOUR_MS}
    return OrderDraft("ref 123", act, **lasts | fields)


async def test_a_room_is_closed_under_the_reference_and_opens_by_itself(
    house, cast, orders, tmp_path
):
    order_id = await orders.enter(cast["eve"], order(room=DEMO, text="Suspend danmaku."))
    with pytest.raises(Coded) as refusal:
        await house.say(cast["ann"])
    [control] = house.offices.controls.in_force()
    assert await orders.end_due() == []
    house.clock.now_ms += HOUR_MS
    said = await house.say(cast["ann"])
    ended = await orders.end_due()

    assert refusal.value.code is Code.ROOM_PAUSED
    assert control.reference == "ref 123"
    assert isinstance(said.fact, CommentPublished)
    assert [row.fact.instruction_id for row in ended] == [order_id]
    assert await orders.end_due() == []
    [row] = await orders.listed(cast["rey"])
    assert (row.fact.text, row.ended.reference, row.ended.actor) == (
        "Suspend danmaku.",
        "ref 123",
        None,
    )
    assert all(isinstance(it, Sound) for it in steps_of(tmp_path))


async def test_an_order_is_answered_by_a_filing(house, cast, orders):
    order_id = await orders.enter(cast["eve"], order(OrderAct.EVERY))

    assert isinstance((await house.say(cast["ann"])).fact, CommentHeld)
    [filing] = await house.filing.filings.listed(None, FilingFilter())
    assert (filing.kind, filing.begun.subject) == (FilingKind.ORDER, f"order:{order_id}")
    assert filing.sections[0].lines[0] == Line("reference", "ref 123")


async def test_a_comment_is_recalled_and_comes_back_with_the_order(house, cast, orders):
    await house.say(cast["ann"])
    about = order(OrderAct.RECALL, room=DEMO, number=Number(1))
    order_id = await orders.enter(cast["eve"], about)
    gone = await house.texts()

    await orders.lift(cast["eve"], order_id, "It was taken back.")

    assert (gone, await house.texts()) == ({1: None}, {1: "hello everybody"})
    taken = next(e.fact for e in house.announced if isinstance(e.fact, MeasureTaken))
    assert taken.measure.basis == "ref 123"


async def test_an_account_is_suspended_for_a_time(house, cast, orders):
    await orders.enter(cast["eve"], order(OrderAct.SUSPEND, login="ann"))
    ann = await house.people.known("ann")
    with pytest.raises(Coded) as refusal:
        await house.say(ann)
    house.clock.now_ms += HOUR_MS

    assert refusal.value.code is Code.ACCOUNT_SUSPENDED
    assert isinstance((await house.say(ann)).fact, CommentPublished)


async def test_of_two_orders_over_one_place_at_once_the_first_is_entered(house, cast, orders):
    came = await asyncio.gather(
        orders.enter(cast["eve"], order(room=DEMO)),
        orders.enter(cast["eve"], order(OrderAct.EVERY, room=DEMO)),
        return_exceptions=True,
    )

    [row] = await orders.listed(None)
    assert row.fact.instruction_id in came
    assert [type(one) for one in came if not isinstance(one, str)] == [NotAllowed]
    [control] = house.offices.controls.in_force()
    assert control.mode.value == row.fact.act.value


async def test_whom_an_order_is_against_is_told_of_it_but_not_what_the_department_wrote(
    house, cast, orders
):
    text = "Suspend ann, whom ben has named to us."
    await orders.enter(cast["eve"], order(OrderAct.SUSPEND, login="ann", text=text))

    own = [entry async for entry in house.offices.privacy.own.entries(cast["ann"])]

    told = next(one.fields for one in own if one.kind == "order_entered")
    assert (told["reference"], "text" in told) == ("ref 123", False)
    assert text not in str(own)


async def test_the_house_does_not_loosen_what_is_ordered(house, cast, orders):
    controls = house.offices.controls
    order_id = await orders.enter(cast["eve"], order(room=DEMO))
    every = {"scope": DEMO, "mode": ReviewMode.EVERY, "lasts_ms": 1_000, "reason": "why"}
    for act in (
        lambda: controls.set(cast["eve"], **every),
        lambda: controls.lift(cast["eve"], scope=DEMO, reason="why"),
        lambda: orders.enter(cast["eve"], order(OrderAct.EVERY, room=DEMO)),
    ):
        with pytest.raises(NotAllowed):
            await act()

    await orders.lift(cast["eve"], order_id, "It was taken back.")

    assert controls.in_force() == ()
    with pytest.raises(NotFound):
        await orders.lift(cast["eve"], order_id, "Again.")


async def test_to_take_an_order_back_that_is_over_lifts_nothing_that_came_after_it(
    house, cast, orders
):
    controls = house.offices.controls
    first = await orders.enter(cast["eve"], order(room=DEMO))
    house.clock.now_ms += HOUR_MS
    await controls.set(
        cast["eve"], scope=DEMO, mode=ReviewMode.CLOSED, lasts_ms=HOUR_MS, reason="why"
    )

    await orders.lift(cast["eve"], first, "It was taken back.")

    assert [one.scope for one in controls.in_force()] == [DEMO]
    assert (await orders.listed(None))[0].ended is not None


async def test_an_order_given_again_outlives_the_first(house, cast, orders):
    first = await orders.enter(cast["eve"], order(room=DEMO))
    house.clock.now_ms += HOUR_MS
    again = await orders.enter(cast["eve"], order(room=DEMO))

    await orders.lift(cast["eve"], first, "It was taken back.")
    held = house.offices.controls.in_force()
    await orders.lift(cast["eve"], again, "It was taken back.")

    assert [one.reference for one in held] == ["ref 123"]
    assert house.offices.controls.in_force() == ()


@pytest.mark.parametrize("is_lifted", [True, False])
async def test_the_houses_own_stricter_control_goes_on_beneath_an_order(
    house, cast, orders, tmp_path, is_lifted
):
    controls, now_ms = house.offices.controls, house.clock()
    closed = {"scope": DEMO, "mode": ReviewMode.CLOSED, "lasts_ms": 3 * HOUR_MS, "reason": "why"}
    await controls.set(cast["eve"], **closed)
    order_id = await orders.enter(cast["eve"], order(OrderAct.EVERY, room=DEMO))
    both = await modes(house)
    if is_lifted:
        await orders.lift(cast["eve"], order_id, "It was taken back.")
    else:
        house.clock.now_ms += HOUR_MS
        await orders.end_due()

    left = await modes(house)

    assert both == {ReviewMode.EVERY: now_ms + HOUR_MS, ReviewMode.CLOSED: now_ms + 3 * HOUR_MS}
    assert left == {ReviewMode.CLOSED: now_ms + 3 * HOUR_MS}
    with pytest.raises(Coded) as refusal:
        await house.say(cast["ann"])
    assert refusal.value.code is Code.ROOM_PAUSED
    await controls.lift(cast["eve"], scope=DEMO, reason="over")
    assert await modes(house) == {}
    assert all(isinstance(it, Sound) for it in steps_of(tmp_path))


async def test_a_lift_that_did_not_know_of_an_order_lifts_nothing(house, cast, orders):
    order_id = await orders.enter(cast["eve"], order(room=DEMO))

    with pytest.raises(Stale):
        await house.store.commit(Append(PLATFORM, ControlLifted(DEMO, cast["eve"].account, "")))

    assert [*await modes(house)] == [ReviewMode.CLOSED]
    await orders.lift(cast["eve"], order_id, "It was taken back.")
    assert await modes(house) == {}


async def test_an_order_outlives_a_milder_control_of_the_house(house, cast, orders):
    mild = {"scope": DEMO, "mode": ReviewMode.DELAYED, "lasts_ms": 1_000, "reason": "why"}
    await house.offices.controls.set(cast["eve"], **mild)
    await orders.enter(cast["eve"], order(room=DEMO))
    house.clock.now_ms += 1_000

    assert [*await modes(house)] == [ReviewMode.CLOSED]


async def modes(house):
    """What holds in memory, which is what a server that starts now would read."""
    held = {one.mode: one.until_ms for one in house.offices.controls.in_force()}
    read = await house.store.controls(house.clock())
    assert {one.mode: one.until_ms for one in read} == held
    return held


async def test_what_carries_out_an_order_ends_with_the_order_alone(house, cast, orders):
    await house.say(cast["ann"])
    eve, measures = cast["eve"], house.offices.measures
    about = order(OrderAct.RECALL, room=DEMO, number=Number(1))
    recall = await orders.enter(eve, about)
    suspension = await orders.enter(eve, order(OrderAct.SUSPEND, login="ann"))
    taken = [row.fact.measure_id for row in await orders.listed(None)]
    ways = [measures.reverse(eve, one, "wrong") for one in taken]
    ways += [measures.reverse(None, one, "wrong") for one in taken]
    ways.append(house.comments.restore(eve, DEMO, Number(1)))
    appeal = AppealDraft(text="It was harmless.", room=DEMO, number=Number(1))
    await house.offices.casework.appeals.appeal(cast["ann"], appeal)
    eva, work = await house.person("eva", Bundle.CHIEF_EDITOR), house.offices.casework
    case = (await work.cases.claim_next(eva)).case
    ways.append(work.rulings.decide(eva, case.case_id, Decision(CaseOutcome.UPHELD, "other")))

    refused = await asyncio.gather(*ways, return_exceptions=True)
    after = await house.texts()
    for order_id in (recall, suspension):
        await orders.lift(eve, order_id, "It was taken back.")

    assert {type(one) for one in refused} == {NotAllowed}
    assert after == {1: None}
    assert await house.texts() == {1: "hello everybody"}
    assert isinstance((await house.say(await house.people.known("ann"))).fact, CommentPublished)


async def test_an_order_whose_measure_was_undone_alone_is_ended_all_the_same(house, cast, orders):
    order_id = await orders.enter(cast["eve"], order(OrderAct.SUSPEND, login="ann"))
    [row] = await orders.listed(None)
    undone = MeasureReversed(row.fact.measure_id, row.fact.account, cast["eve"].account)
    await house.store.commit(Append(PLATFORM, undone))

    await orders.lift(cast["eve"], order_id, "It was taken back.")

    assert (await orders.listed(None))[0].ended is not None


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (order(lasts_ms=None), BadMessage),
        (order(lasts_ms=32 * 24 * HOUR_MS), BadMessage),
        (OrderDraft(" ", OrderAct.CLOSED, lasts_ms=1), BadMessage),
        (order(OrderAct.RECALL), BadMessage),
        (order(OrderAct.RECALL, room=DEMO, number=Number(1), lasts_ms=1), BadMessage),
        (order(OrderAct.SUSPEND), BadMessage),
        (order(OrderAct.SUSPEND, login="ann", room=DEMO), BadMessage),
        (order(OrderAct.RECALL, room=DEMO, number=Number(1), login="ann"), BadMessage),
        (order(room=DEMO, number=Number(1)), BadMessage),
        (order(OrderAct.EVERY, login="ann"), BadMessage),
        (order(room=RoomId("nowhere")), NotFound),
        (order(OrderAct.RECALL, room=DEMO, number=Number(7)), NotFound),
        (order(OrderAct.SUSPEND, login="nobody"), NotFound),
    ],
)
async def test_what_cannot_be_carried_out_is_not_entered(cast, orders, draft, error):
    with pytest.raises(error):
        await orders.enter(cast["eve"], draft)

    assert await orders.listed(None) == []


async def test_what_is_recalled_already_is_not_recalled_by_an_order(house, cast, orders):
    await house.say(cast["ann"])
    await house.comments.recall(cast["ann"], DEMO, Number(1))

    with pytest.raises(NotFound):
        await orders.enter(cast["eve"], order(OrderAct.RECALL, room=DEMO, number=Number(1)))


async def test_a_named_editor_answers_for_orders(cast, orders):
    order_id = await orders.enter(cast["eve"], order())
    for login, error in (("guest", NotSignedIn), ("ann", NotAllowed), ("rey", NotAllowed)):
        with pytest.raises(error):
            await orders.enter(cast[login], order())
        with pytest.raises(error):
            await orders.lift(cast[login], order_id, "why")
    with pytest.raises(NotAllowed):
        await orders.listed(cast["ann"])
    with pytest.raises(BadMessage):
        await orders.lift(cast["eve"], order_id, " ")
