"""A newcomer's whole way: registering, being verified, sending, being stopped, appealing, leaving.

One person, one browser, one demo as it is started by whoever tries it out; each step goes on where
the one before it has ended.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from bench.server import Server
from tests.browser.conftest import Visits
from tests.browser.house import House
from tests.browser.room_page import MARKER, OWN, RoomPage

LOGIN, NAME, PASSWORD = "newcomer", "River Reed", "a-long-enough-password"
HELLO, HELD, REFUSED = "hello from the river", "wobblesnark at dawn", "grumblewock at noon"
HURRIED = {  # one comment in four seconds
    "DEMO": "true",
    "LOG_LEVEL": "warning",
    "ADMISSION__SENDS_PER_S": "0.25",
    "ADMISSION__SENDS_BURST": "1",
}
OWN_MARK_MS = 1_000  # of a busy machine; a quiet one takes a fifth of it


@dataclass
class Walk:
    """The newcomer in a tab of theirs, somebody who looks on, and the house that both are in."""

    house: House
    room: str
    ann: RoomPage
    bob: RoomPage
    folder: Path

    @property
    def page(self) -> Page:
        return self.ann.page

    def follow(self, words: str) -> None:
        """Go where a refusal leads."""
        self.ann.note.get_by_role("link", name=words).click()

    def say(self, text: str) -> None:
        """Send, and once more after the wait if it was too soon."""
        free = expect(self.page.locator("#composer-send"))
        free.to_be_enabled()
        self.ann.say(text)
        expect(self.ann.note).not_to_have_text("Sending …")
        if "Too fast" in (self.ann.note.text_content() or ""):
            free.to_be_enabled()
            self.ann.box.press("Enter")

    def is_public(self, text: str) -> bool:
        listed = self.house.as_("bob", "GET", f"/api/rooms/{self.room}/comments").text
        return text in listed or text in self.bob.page.content()


@pytest.fixture
def walk(tmp_path, chromium):
    with Server(tmp_path, HURRIED) as server:
        house = House(server)
        visits = Visits(chromium, house, {})
        room = house.room(title="A quiet room")
        ann = RoomPage(visits.page(), f"{house.url}/rooms/{room}")
        yield Walk(house, room, ann, visits.room(room, "bob"), tmp_path)
        visits.close()
        house.close()
        assert visits.complaints == []


def test_a_newcomer_goes_the_whole_way(walk):
    register(walk)
    be_led_to_verification(walk)
    go_on_with_the_same_words_once_verified(walk)
    read_the_note_on_civility_before_the_first_comment(walk)
    be_too_fast(walk)
    be_held(walk)
    be_refused(walk)
    take_back_what_was_said(walk)
    read_a_warning_before_the_next_comment(walk)
    appeal_and_be_right(walk)
    look_at_what_is_held_about_oneself(walk)
    leave(walk)


def register(walk: Walk) -> None:
    """What binds is shown with its date; without a yes there is no account."""
    page = walk.page
    page.goto(walk.ann.url)
    page.get_by_role("link", name="register").click()
    form = page.locator("form[action='/register']")
    for link, kind in (("User agreement", "agreement"), ("Personal data", "privacy")):
        address = f"/documents/{kind}?version=1"
        expect(form.get_by_role("link", name=link)).to_have_attribute("href", address)
    expect(form.locator("time")).to_have_count(2)
    form.locator("input[name=name]").fill(LOGIN)
    form.locator("input[name=display_name]").fill(NAME)
    form.locator("input[name=password]").fill(PASSWORD)
    form.evaluate("(form) => { form.noValidate = true; }")  # as a browser that checks nothing
    form.locator("button").click()
    expect(page.get_by_role("alert")).to_contain_text("no account is opened")

    form.locator("input[name=password]").fill(PASSWORD)
    form.locator("input[name=accept]").check()
    form.locator("button").click()

    expect(page).to_have_url(walk.ann.url)
    expect(page.locator(".you")).to_have_text(NAME)


def be_led_to_verification(walk: Walk) -> None:
    walk.ann.joined()

    walk.ann.say(HELLO)

    expect(walk.ann.note).to_contain_text("Your identity has to be verified first.")
    expect(walk.ann.box).to_have_value(HELLO)
    assert not walk.is_public(HELLO)
    walk.follow("Verify who you are")
    expect(walk.page.get_by_role("heading", level=1)).to_have_text("Who you are")


def go_on_with_the_same_words_once_verified(walk: Walk) -> None:
    """Every tab goes on, the one that is open already too."""
    other_tab = RoomPage(walk.page.context.new_page(), walk.ann.url).open()

    walk.page.get_by_role("button", name="Verify me").click()

    walk.ann.joined()
    expect(walk.ann.box).to_have_value(HELLO)
    other_tab.say("in the other tab")
    expect(other_tab.note).to_contain_text("Please accept the current terms first.")
    other_tab.page.close()


def read_the_note_on_civility_before_the_first_comment(walk: Walk) -> None:
    ann, page = walk.ann, walk.page
    ann.box.press("Enter")
    walk.follow("Read and accept")
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you speak (sample)")

    page.get_by_role("button", name="Accept").click()
    ann.joined()
    page.evaluate(WATCH_OWN_ROW)
    ann.box.press("Enter")

    expect(ann.row(1)).to_have_class(OWN)
    expect(ann.row(1)).to_contain_text(f"{NAME} {HELLO}")
    assert page.evaluate("() => window.ownRowMs") <= OWN_MARK_MS
    expect(walk.bob.row(1)).to_contain_text(HELLO)
    expect(walk.bob.row(1)).not_to_have_class(OWN)


# From the moment that Enter is pressed until one's own row stands in the list.
WATCH_OWN_ROW = """() => {
  let pressedMs = 0;
  document.addEventListener('keydown', () => { pressedMs = performance.now(); }, true);
  const list = document.querySelector('#list');
  new MutationObserver((_, watching) => {
    if (!list.querySelector('.is-own')) return;
    window.ownRowMs = performance.now() - pressedMs;
    watching.disconnect();
  }).observe(list, { childList: true, subtree: true, attributes: true });
}"""


def be_too_fast(walk: Walk) -> None:
    walk.ann.say("and again")

    expect(walk.ann.note).to_have_text("Too fast. Please wait a moment.")
    expect(walk.page.locator("#composer-send")).to_have_text(re.compile(r"^[1-4] s$"))
    expect(walk.ann.box).to_have_value("and again")


def be_held(walk: Walk) -> None:
    walk.say(HELD)

    expect(walk.ann.note).to_contain_text("Held for review")
    expect(walk.page.locator("#own-list li")).to_have_text(re.compile(f"{HELD}.*waits for review"))
    assert not walk.is_public(HELD)


def be_refused(walk: Walk) -> None:
    walk.say(REFUSED)

    expect(walk.ann.note).to_contain_text("(Demonstration)")
    expect(walk.ann.note.get_by_role("link", name="Appeal")).to_be_visible()
    expect(walk.page.locator("#own-list li").first).to_contain_text("refused: Demonstration")
    assert not walk.is_public(REFUSED)


def take_back_what_was_said(walk: Walk) -> None:
    walk.ann.choose(1, "Take back")

    for looking in (walk.ann, walk.bob):
        expect(looking.row(1)).to_have_class(MARKER)
        expect(looking.row(1)).to_contain_text("Withdrawn by its author")


def read_a_warning_before_the_next_comment(walk: Walk) -> None:
    page, warning = walk.page, {"step": "warn", "category": "other", "basis": "rule 3"}
    words = {"note": "Mind your words.", "login": LOGIN}
    walk.house.as_("rey", "POST", "/api/measures", warning | words)
    expect(page.locator("#live-notice")).to_contain_text("Mind your words.")

    walk.say("a civil word")
    walk.follow("Read the warning")
    expect(page.locator("#measures")).to_contain_text("Mind your words.")
    page.get_by_role("button", name="I have read this").click()

    walk.ann.joined()
    expect(walk.ann.box).to_have_value("a civil word")
    walk.say("a civil word")
    expect(walk.ann.row(2)).to_contain_text("a civil word")


def appeal_and_be_right(walk: Walk) -> None:
    """The receipt comes at once; what is granted appears at its place, marked, and never flies."""
    page, house = walk.page, walk.house
    page.goto(f"{house.url}/me")
    refused = page.locator("#comments tr").filter(has_text=REFUSED)
    expect(refused).to_contain_text("Not published")
    refused.get_by_role("link", name="Appeal").click()
    page.locator("textarea[name=text]").fill("It is the name of a bird.")

    page.get_by_role("button", name="Appeal").click()

    expect(page.locator(".receipt code")).not_to_be_empty()
    case = house.as_("rey", "POST", "/api/cases/next", {"kinds": ["appeal"]}).json()["case"]
    house.as_("rey", "POST", f"/api/cases/{case['case_id']}/decide", {"outcome": "upheld"})
    expect(walk.bob.row(3)).to_contain_text(f"{REFUSED} approved later")
    expect(walk.bob.fly(3)).to_have_count(0)
    walk.ann.open()
    expect(walk.ann.row(3)).to_have_class(OWN)
    expect(page.locator("#own-list li")).to_have_text(re.compile(HELD))


def look_at_what_is_held_about_oneself(walk: Walk) -> None:
    page, target = walk.page, walk.folder / "export.zip"
    page.locator(".you").click()
    expect(page.locator("#measures")).to_contain_text("Warning")
    expect(page.locator("#comments")).to_contain_text(HELD)

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Export everything").click()
    downloading.value.save_as(target)

    with ZipFile(target) as archive:
        assert archive.testzip() is None
        comments = archive.read("comments.jsonl").decode()
    assert all(text in comments for text in (HELLO, HELD, REFUSED))
    page.get_by_role("link", name="Credit").click()
    expect(page.locator("#score")).to_contain_text("80")
    expect(page.locator("#reasons")).to_contain_text("Warning")


def leave(walk: Walk) -> None:
    """What goes now, what on which date and why is told before anything does."""
    page = walk.page
    page.goto(f"{walk.house.url}/me")
    page.get_by_role("link", name="Give up the account").click()
    sheet = page.locator(".sheet")
    for heading in ("At once", re.compile(r"On \d{4}-\d\d-\d\d"), "What stays"):
        expect(sheet.get_by_role("heading", name=heading)).to_be_visible()
    expect(sheet).to_contain_text("The law asks that")

    page.locator("input[name=login]").fill(LOGIN)
    page.get_by_role("button", name="Give up the account").click()

    expect(page.get_by_role("status").first).to_contain_text("You have given this account up.")
    for number in (2, 3):
        expect(walk.bob.row(number)).to_contain_text("Account closed")
    assert not walk.is_public(REFUSED)
