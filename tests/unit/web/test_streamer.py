from danmaku.domain.account import Bundle
from danmaku.domain.room import ReviewMode
from tests.unit.web.conftest import OUR_SITE


async def furnished(stage):
    room = await stage.room(slow_ms=3000)
    return room, await stage.person("mia", (Bundle.STREAMER, room)), await stage.person("ann")


async def policy_of(stage, room):
    return (await stage.core.rooms.live(room)).state.policy


async def test_toggle_switches_comments_off_and_on(stage):
    room, mia, ann = await furnished(stage)

    off = await mia.post_form(f"/rooms/{room}/policy", comments="off")
    refused = await ann.post_form(f"/rooms/{room}/comments", text="hello")
    on = await mia.post_form(f"/rooms/{room}/policy", comments="on")
    sent = await ann.post_form(f"/rooms/{room}/comments", text="hello")

    assert (off.status_code, on.status_code) == (303, 303)
    assert (refused.status_code, sent.status_code) == (409, 303)
    assert 'value="hello"' in refused.text


async def test_form_changes_what_it_names_and_nothing_else(stage):
    room, mia, _ = await furnished(stage)

    await mia.post_form(f"/rooms/{room}/policy", mode="every")
    policy = await policy_of(stage, room)

    assert (policy.mode, policy.slow_ms) == (ReviewMode.EVERY, 3000)


async def test_review_of_every_comment_holds_the_next(stage):
    room, mia, ann = await furnished(stage)

    await mia.post_form(f"/rooms/{room}/policy", mode="every")
    sent = await ann.post_form(f"/rooms/{room}/comments", text="hello")

    assert sent.headers["location"] == f"/rooms/{room}?said=held"


async def test_forms_lead_back_to_the_page_they_stood_on(stage):
    room, mia, _ = await furnished(stage)
    manage = f"/rooms/{room}/manage"
    headers = {"Origin": OUR_SITE, "Referer": OUR_SITE + manage}

    done = await mia.client.post(
        f"/rooms/{room}/broadcast", data={"csrf": mia.csrf, "action": "start"}, headers=headers
    )

    assert done.headers["location"] == manage
    assert (await stage.core.rooms.live(room)).state.is_broadcasting


async def test_page_and_forms_are_for_who_manages_the_room(stage):
    room, mia, ann = await furnished(stage)

    page, foreign = await mia.get(f"/rooms/{room}/manage"), await ann.get(f"/rooms/{room}/manage")
    changed = await ann.post_form(f"/rooms/{room}/policy", comments="off")
    guest = await stage.guest().post_form(f"/rooms/{room}/policy", comments="off")

    assert (page.status_code, foreign.status_code) == (200, 403)
    assert (changed.status_code, guest.status_code) == (403, 401)
    assert (await policy_of(stage, room)).mode is ReviewMode.MACHINE
    assert "&lt;iframe src=&#34;http://danmaku.test/embed/demo&#34;" in page.text


async def test_unknown_fields_and_values_are_refused(stage):
    room, mia, _ = await furnished(stage)

    for fields in ({"owner": "mia"}, {"mode": "closed"}, {"comments": "maybe"}, {"slow_ms": "x"}):
        answer = await mia.post_form(f"/rooms/{room}/policy", **fields)
        assert answer.status_code == 400
