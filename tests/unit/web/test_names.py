import re

import pytest

from danmaku.domain.account import Bundle
from tests.unit.web.conftest import HELD_TEXT, REFUSED_TEXT

DECEIT = "Officia1 Admin"


@pytest.fixture
async def cast(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    return room, await stage.person("ann"), mia, await stage.person("eve", Bundle.REVIEWER)


def waiting_in(page):
    return [int(found) for found in re.findall(r'action="/names/(\d+)/approve"', page)]


async def test_ones_own_page_takes_another_name_and_says_what_waits(cast):
    _, ann, _, _ = cast

    assert (await ann.post_form("/me/name", name="Annabel")).status_code == 303
    assert "<h1>Annabel</h1>" in (await ann.get("/me")).text

    await ann.post_form("/me/name", name=DECEIT)
    page = (await ann.get("/me")).text
    assert re.search("<h1>user [0-9a-f]{4}</h1>", page)
    assert f"“{DECEIT}” waits for a person (Passing for somebody else)" in page


async def test_a_refused_name_comes_back_as_it_was_typed(cast):
    _, ann, _, _ = cast

    answer = await ann.post_form("/me/name", name=REFUSED_TEXT)

    assert answer.status_code == 422
    assert f'value="{REFUSED_TEXT}"' in answer.text
    assert "<h1>Ann</h1>" in answer.text


async def test_reviewers_see_what_waits_and_decide(cast):
    room, ann, mia, eve = cast
    await ann.post_form("/me/name", name=DECEIT)
    await mia.post_form(f"/rooms/{room}/names", title=HELD_TEXT, summary="About films")
    page = (await eve.get("/names")).text
    name, title = waiting_in(page)
    assert DECEIT in page
    assert HELD_TEXT in page
    assert "/names" in (await eve.get("/review")).text

    await eve.post_form(f"/names/{name}/reject", category="fraud", note="Not you.")
    await eve.post_form(f"/names/{title}/approve")

    assert waiting_in((await eve.get("/names")).text) == []
    assert f"“{DECEIT}” is not shown: Fraud. Not you." in (await ann.get("/me")).text
    shown = (await ann.get(f"/rooms/{room}")).text
    assert (f">{HELD_TEXT}</h1>" in shown, ">About films</p>" in shown) == (True, True)
    assert "About films" in (await ann.get("/")).text


async def test_what_is_shown_is_taken_away_by_a_form(stage, cast):
    room, ann, _, eve = cast
    await stage.say(ann, room)
    fields = {"surface": "name", "room": room, "number": "1", "category": "attack", "note": "No."}

    assert (await eve.post_form("/names/take-away", **fields)).status_code == 303
    page = (await ann.get("/me")).text
    assert "“Ann” is not shown: " in page
    [name] = re.findall(r"/me/appeal\?name=(\d+)", page)
    assert f'name="name" value="{name}"' in (await ann.get(f"/me/appeal?name={name}")).text
    appealed = await ann.post_form("/me/appeal", name=name, text="It is my name.")
    assert "Your appeal is in" in appealed.text

    wrong = fields | {"number": "9", "login": ""}
    answer = await eve.post_form("/names/take-away", **wrong)
    assert (answer.status_code, 'value="9"' in answer.text) == (404, True)
    for number in ("²", "x"):
        answer = await eve.post_form("/names/take-away", **fields | {"number": number})
        assert answer.status_code == 400


async def test_only_reviewers_have_the_page(stage, cast):
    _, ann, mia, _ = cast
    for caller, status in ((stage.guest(), 303), (ann, 403), (mia, 403)):
        assert (await caller.get("/names")).status_code == status
    for caller in (ann, mia):
        assert (await caller.post_form("/names/1/approve")).status_code == 403
        answer = await caller.post_form("/names/take-away", surface="name", login="eve")
        assert answer.status_code == 403


async def test_the_streamers_page_says_what_waits_and_shows_what_was_refused(cast):
    room, ann, mia, _ = cast

    assert (await mia.post_form(f"/rooms/{room}/names", title="Official")).status_code == 303
    page = (await mia.get(f"/rooms/{room}/manage")).text
    assert "“Official” waits for a person" in page
    assert re.search(r'name="title"[^>]*value="room [0-9a-f]{4}"', page)

    answer = await mia.post_form(f"/rooms/{room}/names", title="Films", summary=REFUSED_TEXT)
    assert (answer.status_code, REFUSED_TEXT in answer.text) == (422, True)
    assert 'value="Films"' in answer.text

    assert (await ann.post_form(f"/rooms/{room}/names", title="Mine")).status_code == 403
