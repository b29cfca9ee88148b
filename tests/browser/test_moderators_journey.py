"""A streamer's moderator: invited, at work in one room, and let go."""

import re

import httpx
import pytest
from playwright.sync_api import expect

FELT_MS = 1_000


@pytest.fixture
def room(house):
    return house.room(live=True)


@pytest.fixture
def tom(visits, room):
    return visits.room(room, "tom")


@pytest.fixture
def bob(visits, room):
    return visits.room(room, "bob")


def notice(viewer):
    return viewer.page.locator("#live-notice")


def refused(act):
    with pytest.raises(httpx.HTTPStatusError) as answer:
        act()
    return answer.value.response.json()["code"]


def test_an_invitation_lists_its_powers_asks_for_proof_and_opens_one_room_with_no_more_than_that(
    house, room, visits
):
    house.newcomer("uma", "Uma")
    mia = visits.page("mia")
    mia.goto(f"{house.url}/rooms/{room}/keeping")
    invite = mia.locator("#moderators form").last
    invite.get_by_label("User name").fill("uma")
    for power in ("let them back", "review held comments", "mute people here", "answer reports"):
        invite.get_by_label(power).uncheck()
    invite.get_by_role("button", name="Invite").click()
    expect(mia.locator("#moderators")).to_contain_text("(uma) invited")

    uma = visits.page("uma")
    uma.goto(f"{house.url}/invitations")
    expect(uma.locator("main")).to_contain_text("hide comments")
    expect(uma.locator("main")).to_contain_text("Powers bring duties")
    expect(uma.locator("main")).to_contain_text("for people who are verified")
    uma.get_by_role("button", name="Accept").click()
    uma.get_by_role("link", name="Verify who you are").click()
    uma.get_by_role("button", name="Verify me").click()
    uma.goto(f"{house.url}/invitations")
    uma.get_by_role("button", name="Accept").click()

    expect(uma).to_have_url(f"{house.url}/rooms/{room}/keeping")
    expect(uma.locator("#own")).to_contain_text("hide comments")
    for part in ("#reports", "#moderators", "#apply"):
        expect(uma.locator(part)).to_have_count(0)
    other = house.room(live=True)
    assert uma.goto(f"{house.url}/rooms/{other}/keeping").status == 403


def test_a_moderator_hides_lets_back_and_mutes(tom, bob):
    bob.say("the butler did it")
    expect(tom.row(1)).to_be_visible()
    tom.row(1).locator("summary").click()
    tom.row(1).locator(".row-recall select").select_option("spoiler")
    tom.row(1).locator(".row-recall button").click()
    expect(bob.row(1)).to_have_class(re.compile("is-marker"), timeout=FELT_MS)

    tom.row(1).get_by_role("button", name="Let it back").click()
    expect(bob.row(1)).to_contain_text("the butler did it", timeout=FELT_MS)

    tom.row(1).locator("summary").click()
    tom.row(1).locator(".row-mute button").click()
    expect(notice(bob)).to_contain_text("comments suspended", timeout=FELT_MS)


def test_a_moderator_gives_no_powers_and_closes_no_room(house, room, tom):
    expect(tom.page.locator("#streamer")).to_have_count(0)
    ask = {"login": "bob", "powers": ["comment.recall"]}
    path = f"/api/rooms/{room}"

    assert refused(lambda: house.as_("tom", "POST", f"{path}/moderators", ask)) == "not_granted"
    for change in ({"mode": "closed"}, {"status": "closed"}):
        assert refused(lambda change=change: house.as_("tom", "PATCH", path, change)) == (
            "not_granted"
        )


def test_nobody_acts_on_an_own_comment(house, room, tom):
    tom.say("my own words")
    expect(tom.row(1)).to_be_visible()
    tom.row(1).locator("summary").click()
    expect(tom.row(1).locator(".row-mute")).to_have_count(0)
    path = f"/api/rooms/{room}/comments/1"
    house.as_("mia", "POST", f"{path}/recall?category=off_topic")

    assert refused(lambda: house.as_("tom", "POST", f"{path}/restore")) == "own_interest"
    assert refused(lambda: house.as_("tom", "POST", f"{path}/mute", {"term": "once"})) == (
        "own_interest"
    )


def test_what_is_stopped_in_its_seconds_is_received_by_nobody_else_and_its_author_is_told(
    house, room, visits, tom, bob
):
    ann = visits.room(room, "ann")
    delayed = {"mode": "delayed", "delay_ms": 10_000}
    house.as_("mia", "PATCH", f"/api/rooms/{room}", delayed)
    expect(bob.note).to_have_text("Comments appear after 10 s.", timeout=FELT_MS)
    heard = []
    ann.page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))),
    )
    ann.reload()

    bob.say("the butler did it")
    expect(bob.box).to_have_value("")  # it was taken: until then nothing else is sent
    bob.say("what a scene")

    waiting = tom.page.locator("#waiting li")
    expect(waiting).to_have_count(2, timeout=FELT_MS * 3)
    first = waiting.filter(has_text="the butler did it")
    expect(first).to_contain_text(re.compile(r"appears in ([1-9]|10) s"))
    expect(bob.note).to_contain_text("Appears in 10 s")
    own = bob.page.locator(".own-list")
    expect(own).to_contain_text("the butler did it appears soon")
    first.locator("select").select_option("spoiler")
    first.get_by_role("button", name="Stop").click()

    expect(own).to_contain_text("the butler did it refused: Spoiler", timeout=FELT_MS * 3)
    expect(notice(bob)).to_contain_text("A comment of yours was refused: Spoiler")
    for viewer in (ann, tom, bob):
        expect(viewer.row(1)).to_contain_text("what a scene", timeout=20_000)
        expect(viewer.row(1)).not_to_contain_text("approved later")
    expect(tom.page.locator("#waiting")).to_be_hidden()
    expect(own).not_to_contain_text("what a scene")
    assert ann.numbers() == tom.numbers() == bob.numbers() == [1]
    assert any("what a scene" in frame for frame in heard)
    assert not any("butler" in frame for frame in heard)


def test_what_is_let_through_early_appears_at_once(house, room, tom, bob):
    delayed = {"mode": "delayed", "delay_ms": 60_000}
    house.as_("mia", "PATCH", f"/api/rooms/{room}", delayed)
    expect(bob.note).to_contain_text("after 60 s", timeout=FELT_MS)
    bob.say("nothing wrong with this")

    tom.page.locator("#waiting").get_by_role("button", name="Let through").click()

    expect(bob.row(1)).to_contain_text("nothing wrong with this")


def test_what_waits_is_stopped_by_keyboard_alone_on_a_phone(house, room, visits, bob):
    tom = visits.room(room, "tom", viewport={"width": 360, "height": 740})
    delayed = {"mode": "delayed", "delay_ms": 60_000}
    house.as_("mia", "PATCH", f"/api/rooms/{room}", delayed)
    expect(bob.note).to_contain_text("after 60 s", timeout=FELT_MS)
    bob.say("the butler did it")
    expect(tom.page.locator("#waiting li")).to_be_visible()
    assert tom.page.evaluate("document.documentElement.scrollWidth") == 360

    tom.page.locator("#keeper a").focus()
    for key in ("Tab", "ArrowDown", "Tab", "Enter"):
        tom.page.keyboard.press(key)

    expect(bob.page.locator(".own-list")).to_contain_text("the butler did it refused: Off topic")
    expect(tom.page.locator("#waiting")).to_be_hidden()


def test_who_is_let_go_loses_the_tools_of_an_open_console_within_a_second(house, room, visits):
    house.account("tess", "Tess")
    house.grant("tess", "moderator", room)
    tess, bob = visits.room(room, "tess"), visits.room(room, "bob")
    bob.say("hello")
    expect(tess.row(1)).to_be_visible()
    tess.row(1).locator("summary").click()
    expect(tess.row(1).locator(".row-recall")).to_be_visible()
    mia = visits.page("mia")
    mia.goto(f"{house.url}/rooms/{room}/keeping")

    mia.locator("#moderators li").filter(has_text="(tess)").get_by_role("button").click()

    expect(tess.row(1).locator(".row-recall")).to_be_hidden(timeout=FELT_MS)
    expect(tess.row(1).locator(".row-mute")).to_be_hidden()
    expect(tess.page.locator("#keeper")).to_be_hidden()
