import re

from danmaku.domain.account import Bundle


async def test_list_is_where_a_held_comment_is_approved_or_refused(stage):
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    origins = [await stage.hold(ann, room) for _ in range(2)]

    page = await rey.get("/review")
    forms = re.findall(r'action="(/review/demo/\d+/\w+)"', page.text)
    approved = await rey.post_form(f"/review/demo/{origins[0]}/approve")
    rejected = await rey.post_form(f"/review/demo/{origins[1]}/reject", category="other")

    assert forms == [f"/review/demo/{o}/{verb}" for o in origins for verb in ("approve", "reject")]
    assert (approved.status_code, rejected.status_code) == (303, 303)
    [listed] = (await ann.get("/api/rooms/demo/comments")).json()["comments"]
    assert (listed["number"], listed["late"]) == (1, True)
    own = (await ann.get("/api/rooms/demo/own")).json()["comments"]
    assert sorted(each["status"] for each in own) == ["published", "refused"]


async def test_a_rejection_accuses_nobody_of_what_was_not_chosen(stage):
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    await stage.hold(ann, room)

    page = await rey.get("/review")

    assert re.findall(r'<option value="(\w+)" selected', page.text) == ["other"]


async def test_moderator_sees_their_own_room_alone(stage):
    await stage.room("here")
    await stage.room("there")
    ann = await stage.person("ann")
    tom = await stage.person("tom", (Bundle.MODERATOR, "here"))
    await stage.hold(ann, "here")
    origin = await stage.hold(ann, "there")

    page = await tom.get("/review")
    elsewhere = await tom.get("/review?room=there")
    decided = await tom.post_form(f"/review/there/{origin}/approve")

    assert re.findall(r'action="/review/(\w+)/\d+/approve"', page.text) == ["here"]
    assert (elsewhere.status_code, decided.status_code) == (403, 403)


async def test_nobody_decides_in_their_own_matter(stage):
    await stage.room()
    rey = await stage.person("rey", Bundle.REVIEWER)
    origin = await stage.hold(rey, "demo")

    answer = await rey.post_form(f"/review/demo/{origin}/approve")

    assert answer.status_code == 403
    assert "your own matter" in answer.text
