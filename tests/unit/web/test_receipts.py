import pytest

from danmaku.actions.appeals import ASKED_BURST
from danmaku.domain.account import Bundle


async def filed(caller, room, **fields):
    sent = await caller.send("POST", "/api/reports", {"room": room, "category": "spam"} | fields)
    return sent.json()["receipt"]


async def test_whoever_has_a_receipt_sees_how_it_stands_and_takes_it_back(stage):
    room, guest = await stage.room(), stage.guest()
    receipt = await filed(guest, room)

    led = await guest.post_form("/receipts", receipt=f" {receipt} ")
    page = await guest.get(led.headers["location"])
    gone = await guest.post_form(f"/receipts/{receipt}/withdraw")
    after = await guest.get(gone.headers["location"])

    assert led.headers["location"] == f"/receipts/{receipt}"
    assert f'action="/receipts/{receipt}/withdraw"' in page.text
    assert "It was taken back" in after.text
    assert "/withdraw" not in after.text
    again = await guest.post_form(f"/receipts/{receipt}/withdraw")
    assert (again.status_code, 'class="field-error"' in again.text) == (404, True)


async def test_a_decision_is_shown_with_its_time_and_nothing_of_anybody(stage):
    room = await stage.room()
    await stage.say(await stage.person("ann"), room, "look here")
    bob, rey = await stage.person("bob"), await stage.person("rey", Bundle.REVIEWER)
    receipt = await filed(bob, room, number=1, text="an advert", contact="bob@a.test")
    rey = stage.by_token(rey)
    case_id = (await rey.send("POST", "/api/cases/next", {})).json()["case"]["case_id"]
    note = {"outcome": "upheld", "note": "inner words"}
    await rey.send("POST", f"/api/cases/{case_id}/decide", note)

    page = (await stage.guest().get(f"/receipts/{receipt}")).text
    own = (await bob.get("/me")).text

    assert "The report was right" in page
    assert page.count("<time datetime=") == 2
    for said in ("bob", "Bob", "Ann", "an advert", "inner words", "look here"):
        assert said not in page
    assert f'href="/receipts/{receipt}"' in own
    assert "The report was right" in own


async def test_what_was_filed_with_an_account_is_taken_back_by_it_alone(stage):
    room, bob = await stage.room(), await stage.person("bob")
    receipt = await filed(bob, room)

    seen = await stage.guest().get(f"/receipts/{receipt}")
    refused = await stage.guest().post_form(f"/receipts/{receipt}/withdraw")
    done = await bob.post_form(f"/receipts/{receipt}/withdraw")

    assert "/withdraw" not in seen.text
    assert (refused.status_code, done.status_code) == (404, 303)


@pytest.mark.parametrize("path", ["/receipts/nothing", "/api/receipts/nothing"])
async def test_nobody_finds_a_receipt_by_trying(stage, path):
    guest = stage.guest()

    answers = [(await guest.get(path)).status_code for _ in range(ASKED_BURST + 1)]

    assert answers == [404] * ASKED_BURST + [429]
    taken = await guest.send("POST", "/api/receipts/nothing/withdraw")
    assert taken.status_code == 429
