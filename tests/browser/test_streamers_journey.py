"""A streamer's way through the house, from the first form to the day her tools are cut back."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from danmaku.demo.rooms import CLIP_URL

FELT_MS = 1_000
ASKED = [
    "comment.recall",
    "comment.restore",
    "comment.review",
    "account.mute",
    "report.answer",
    "moderator.invite",
]


@pytest.fixture
def room(house):
    return house.room(live=True)


@pytest.fixture
def mia(visits, room):
    return visits.room(room, "mia")


@pytest.fixture
def bob(visits, room):
    return visits.room(room, "bob")


def console(house, visits, room, login="mia"):
    """The console's own page."""
    page = visits.page(login)
    page.goto(f"{house.url}/rooms/{room}/keeping")
    return page


def refused(act):
    """The code of what the API refuses."""
    with pytest.raises(httpx.HTTPStatusError) as answer:
        act()
    return answer.value.response.json()["code"]


def notice(viewer):
    return viewer.page.locator("#live-notice")


def test_a_new_room_goes_by_a_neutral_name_until_its_own_is_approved(house, visits):
    opened = {"room": "official", "title": "Officia1 Admin", "media_url": CLIP_URL}
    house.as_("opal", "POST", "/api/rooms", opened)
    guest = visits.room("official")
    title = guest.page.locator("#room-title")
    expect(title).to_have_text(re.compile("^room [0-9a-f]+$"))
    opal = visits.page("opal")
    opal.goto(f"{house.url}/rooms/official/manage")
    expect(opal.locator("#names")).to_contain_text("waits for a person")

    rey = visits.page("rey")
    rey.goto(f"{house.url}/names")
    rey.locator(".held-item").filter(has_text="Officia1 Admin").get_by_text("Approve").click()

    expect(title).to_have_text("Officia1 Admin", timeout=FELT_MS)


def test_with_comments_on_two_people_talk(room, visits, bob):
    ann = visits.room(room, "ann")

    ann.say("is anybody here")
    expect(bob.row(1)).to_contain_text("is anybody here", timeout=FELT_MS)
    bob.say("yes, me")

    expect(ann.row(2)).to_contain_text("yes, me", timeout=FELT_MS)


def apply(form):
    form.get_by_label("I accept the clauses").check()
    form.get_by_role("button", name="Apply").click()


def test_tools_are_asked_for_with_their_duties_the_clauses_and_a_proof(house, visits):
    house.newcomer("nia", "Nia")
    room = house.room_of("nia")
    form = console(house, visits, room, "nia")

    expect(form.locator("#own")).to_contain_text("Powers bring duties")
    expect(form.locator("#apply input[name=powers]")).to_have_count(len(ASKED))
    form.get_by_role("button", name="Apply").click()  # stopped by the browser: no clauses yet
    expect(form.locator("#apply")).to_be_visible()
    apply(form)
    expect(form.locator("main")).to_contain_text("not_verified")
    form.get_by_role("link", name="Verify who you are").click()
    form.get_by_role("button", name="Verify me").click()
    form.goto(f"{house.url}/rooms/{room}/keeping")
    apply(form)

    expect(form.locator("#own")).to_contain_text("is being looked at")
    expect(form.locator("#apply")).to_have_count(0)


def test_tools_that_are_granted_in_part_reach_the_open_player(house, visits):
    house.account("pia", "Pia")
    room = house.room_of("pia")
    bob, pia = visits.room(room, "bob"), visits.room(room, "pia")
    bob.say("the first word")
    expect(pia.row(1)).to_be_visible()
    expect(pia.row(1).locator(".row-mute")).to_have_count(0)
    apply(console(house, visits, room, "pia"))

    eve = visits.page("eve")
    eve.goto(f"{house.url}/applications")
    sheet = eve.locator("section.sheet").filter(has_text="(pia)")
    expect(sheet).to_contain_text("Document")
    sheet.get_by_label("invite moderators").uncheck()
    sheet.get_by_label("Days").fill("30")
    sheet.get_by_role("button", name="Grant").click()

    expect(notice(pia)).to_contain_text("new tools", timeout=FELT_MS)
    notice(pia).get_by_role("link").click()
    pia.joined()
    pia.row(1).locator("summary").click()
    for tool in (".row-recall", ".row-mute"):
        expect(pia.row(1).locator(tool)).to_be_visible()
    expect(pia.page.locator("#streamer")).to_be_visible()
    pia.page.locator("#keeper a").click()
    expect(pia.page.locator("#reports")).to_be_visible()
    expect(pia.page.locator("#own")).to_contain_text("until")
    expect(pia.page.locator("#moderators")).to_have_count(0)  # not granted


def test_slow_mode_is_counted_down_within_a_second(mia, bob):
    bob.say("just in time")
    expect(bob.row(1)).to_be_visible()

    set_policy(mia, "slow_ms", "10000")

    expect(bob.note).to_contain_text("one comment every 10 s", timeout=FELT_MS)
    send = bob.page.locator("#composer-send")
    expect(send).to_have_text(re.compile(r"^([1-9]|10) s$"), timeout=FELT_MS)
    expect(send).to_be_disabled()


def set_policy(mia, name, value):
    """Set one field of the panel in the player."""
    form = mia.page.locator("#streamer form").filter(has=mia.page.locator(f"[name={name}]"))
    form.locator(f"[name={name}]").select_option(value)
    with mia.page.expect_response("**/policy"):
        form.get_by_role("button").click()


def test_every_limit_is_set_in_the_player_and_said_to_the_others(visits, room, mia, bob):
    limits = mia.page.locator("#limits")
    mia.page.locator(".streamer-limits summary").click()
    limits.get_by_label("Longest comment").fill("12")
    limits.get_by_label("Least level").fill("1")
    limits.get_by_label("Nothing twice").select_option("on")
    limits.get_by_label("Colours").select_option("off")
    limits.get_by_label("Sizes").select_option("off")
    limits.get_by_label("Top").uncheck()
    with mia.page.expect_response("**/policy"):
        limits.get_by_role("button").click()

    expect(bob.note).to_have_text("From level 1 on. Nothing is said twice here.", timeout=FELT_MS)
    bob.page.locator("details.picker summary").click()
    picker = bob.page.locator(".picker-panel")
    for gone in ("Colour", "Size"):
        expect(picker.get_by_text(gone, exact=True)).to_be_hidden()
    expect(picker.get_by_text("Top", exact=True)).to_be_hidden()
    expect(picker.get_by_text("Bottom", exact=True)).to_be_visible()
    bob.page.keyboard.press("Escape")
    bob.box.fill("much too long a text")
    expect(bob.page.locator("#composer-send")).to_be_disabled()
    expect(bob.page.locator("#composer-count")).to_have_text("20/12")
    bob.say("only once")
    expect(bob.row(1)).to_be_visible()
    ann = visits.room(room, "ann")
    expect(ann.note).to_have_text("From level 1 on. Nothing is said twice here.")
    ann.say("only once")
    expect(ann.note).to_have_class(re.compile("is-error"))
    assert ann.numbers() == [1]


def test_the_panel_fits_a_phone(visits, room):
    mia = visits.room(room, "mia", viewport={"width": 360, "height": 740})
    mia.page.locator(".streamer-limits summary").click()
    mia.page.locator("#review-mode select[name=mode]").select_option("delayed")

    expect(mia.page.locator("#delay")).to_be_visible()
    assert mia.page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_silence_is_counted_down_for_the_others_and_ends_by_itself(mia, bob):
    form = mia.page.locator("#streamer form[action$=silence]")
    form.locator("select").select_option("15")
    with mia.page.expect_response("**/silence"):
        form.get_by_role("button").click()

    send = bob.page.locator("#composer-send")
    expect(bob.note).to_contain_text("Silence", timeout=FELT_MS)
    expect(send).to_have_text(re.compile(r"^1[0-5] s$"), timeout=FELT_MS)
    mia.say("listen to me")
    expect(bob.row(1)).to_contain_text("listen to me", timeout=FELT_MS)

    form.locator("select").select_option("0")
    form.get_by_role("button").click()

    expect(send).to_have_text("Send", timeout=FELT_MS)
    bob.say("thank you")
    expect(mia.row(2)).to_contain_text("thank you")


def test_a_word_of_the_room_holds_the_next_comment_and_loosens_no_rule_of_the_site(
    house, room, mia, bob
):
    bob.say("the butler is here")
    expect(bob.row(1)).to_be_visible()
    mia.page.get_by_role("link", name="Manage room").click()
    words = mia.page.locator("#words")
    words.locator("textarea").fill("butler\n咕噜禁语")
    words.locator("select").select_option("hold")
    words.get_by_role("button").click()
    expect(words).to_contain_text("Saved")

    bob.say("the butler did it")
    expect(bob.note).to_contain_text("Held for review")
    bob.say("咕噜禁语")
    expect(bob.note).to_contain_text("may not be shown")

    assert bob.numbers() == [1]
    loose = {"words": ["咕噜禁语"], "action": "pass"}
    assert refused(lambda: house.as_("mia", "PUT", f"/api/rooms/{room}/words", loose)) == (
        "bad_message"
    )


def test_a_hidden_comment_is_gone_live_and_static_and_its_author_hears_why(house, room, mia, bob):
    bob.say("the butler did it")
    expect(mia.fly(1)).to_have_count(1)
    mia.row(1).locator("summary").click()
    mia.row(1).locator(".row-recall select").select_option("spoiler")
    mia.row(1).locator(".row-recall button").click()

    for viewer in (mia, bob):
        expect(viewer.row(1)).to_contain_text(
            "hidden by the room", ignore_case=True, timeout=FELT_MS
        )
        expect(viewer.fly(1)).to_have_count(0)
    expect(notice(bob)).to_contain_text("Spoiler", timeout=FELT_MS)
    expect(notice(bob).get_by_role("link")).to_have_attribute("href", "/me#measures")
    plain = httpx.get(f"{house.url}/rooms/{room}", trust_env=False).text
    assert "the butler did it" not in plain

    mia.row(1).get_by_role("button", name="Let it back").click()
    for viewer in (mia, bob):
        expect(viewer.row(1)).to_contain_text("the butler did it", timeout=FELT_MS)


def test_who_is_muted_for_the_session_is_refused_with_its_end(mia, bob):
    bob.say("again and again")
    expect(mia.row(1)).to_be_visible()
    mia.row(1).locator("summary").click()
    mia.row(1).locator(".row-mute select").select_option("session")
    mia.row(1).locator(".row-mute button").click()

    expect(notice(bob)).to_contain_text("comments suspended", timeout=FELT_MS)
    expect(notice(bob)).to_contain_text("Until")
    bob.say("and again")
    expect(bob.note).to_have_class(re.compile("is-error"))
    expect(bob.note).to_contain_text(re.compile(r"Until .*\d"))
    expect(bob.box).to_have_value("and again")
    assert bob.numbers() == [1]


def test_a_report_reaches_the_open_console_with_its_time_and_is_answered(
    house, room, visits, mia, bob
):
    bob.say("the butler did it")
    expect(mia.row(1)).to_be_visible()
    report = {"room": room, "number": 1, "category": "spoiler", "text": "It spoils the end."}
    house.as_("ann", "POST", "/api/reports", report)
    expect(notice(mia)).to_contain_text("A report waits", timeout=FELT_MS)

    keeping = console(house, visits, room)
    reports = keeping.locator("#reports")
    expect(reports).to_contain_text("It spoils the end.")
    expect(reports).to_contain_text(re.compile(r"Answer by .*\d"))
    reports.get_by_role("button", name="Right: hide it").click()

    expect(keeping.locator("#reports")).to_contain_text("Nothing waits")
    expect(keeping.locator("#duty")).to_contain_text(re.compile("1"))
    expect(bob.row(1)).to_have_class(re.compile("is-marker"), timeout=FELT_MS)


def test_anybody_sees_how_much_was_hidden_here_and_why(house, room, visits, mia, bob):
    for text in ("one", "two"):
        bob.say(text)
        expect(bob.box).to_have_value("")  # it was taken: until then nothing else is sent
    expect(mia.row(2)).to_be_visible()
    house.as_("mia", "POST", f"/api/rooms/{room}/comments/2/recall?category=off_topic")

    guest = visits.room(room)
    guest.page.get_by_role("link", name="Hidden here").click()

    expect(guest.page.locator("main")).to_contain_text("50.0")
    expect(guest.page.locator("main")).to_contain_text("Off topic")


def test_tools_that_the_platform_takes_back_leave_the_open_console_at_once(house, room, visits):
    house.account("nell", "Nell")
    grant_id = house.grant("nell", "moderator", room)
    nell, bob = visits.room(room, "nell"), visits.room(room, "bob")
    bob.say("hello")
    expect(nell.row(1)).to_be_visible()
    nell.row(1).locator("summary").click()
    expect(nell.row(1).locator(".row-mute")).to_be_visible()

    keep = {"keep": ["comment.recall"], "reason": "Muted half of the room."}
    house.as_("eve", "POST", f"/api/grants/{grant_id}/narrow", keep)

    expect(nell.row(1).locator(".row-mute")).to_be_hidden(timeout=FELT_MS)
    expect(nell.row(1).locator(".row-recall")).to_be_visible()
    expect(notice(nell)).to_contain_text("Muted half of the room.", timeout=FELT_MS)
    expect(notice(nell).get_by_role("link", name="appeal")).to_have_attribute("href", "/me")
