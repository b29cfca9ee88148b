import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.ids import RoomId
from danmaku.domain.room import ReviewMode


@pytest.fixture
async def eve(stage):
    return await stage.person("eve", Bundle.CHIEF_EDITOR)


async def test_the_brake_is_pulled_for_all_and_for_a_room_and_each_is_lifted(stage, eve):
    room = await stage.room()

    await eve.post_form("/controls", mode="closed", minutes="2", reason="a wave")
    await eve.post_form("/controls", room=room, mode="every", minutes="30")
    laid = [(one.scope, one.mode) for one in stage.core.offices.controls.in_force()]
    page = await eve.get("/controls")
    await eve.post_form("/controls/lift")
    await eve.post_form("/controls/lift", room=room)

    assert sorted(laid, key=str) == [(RoomId(room), ReviewMode.EVERY), (None, ReviewMode.CLOSED)]
    assert page.text.count('action="/controls/lift"') == len(laid)
    assert stage.core.offices.controls.in_force() == ()


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"room": "nowhere"}, 404), ({"mode": "machine"}, 400), ({"minutes": "0"}, 400)],
)
async def test_what_makes_no_sense_is_refused(stage, eve, fields, status):
    refused = await eve.post_form("/controls", **({"mode": "closed", "minutes": "2"} | fields))

    assert refused.status_code == status
    assert stage.core.offices.controls.in_force() == ()


async def test_what_carries_out_an_order_is_lifted_there_alone(eve):
    order = {"reference": "no. 1", "act": "every", "minutes": "30"}
    assert (await eve.post_form("/orders", **order)).status_code == 303

    page = await eve.get("/controls")

    assert "no. 1" in page.text
    assert 'action="/controls/lift"' not in page.text


async def test_it_is_for_those_who_may(stage):
    rey = await stage.person("rey", Bundle.REVIEWER)

    assert (await rey.get("/controls")).status_code == 403
    assert (await stage.guest().get("/controls")).status_code == 303
