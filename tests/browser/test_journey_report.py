"""A viewer without an account, from the first look to the answer to what they reported.

Each step goes on where the one before it has ended; what needs no browser is done without one.
"""

import re
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.house import House
from tests.browser.room_page import MARKER, RoomPage
from tests.browser.sites import Line, line_to

COMMENTS_COUNT = 12
AUTHOR = "vic"
BACK_MS = 30_000  # more than a viewer ever waits before the next try
RECEIPT = re.compile(r'class="receipt".*?<code[^>]*>([^<]+)</code>', re.DOTALL)
FORM_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
NUMBER = re.compile(r'id="c(\d+)"')


@dataclass
class Walk:
    """The viewer in their browser, over a line that can be cut, and without any."""

    house: House
    room: str
    line: Line
    viewer: RoomPage
    plain: httpx.Client
    receipt: str = ""

    def get(self, path: str) -> str:
        return self.plain.get(path).raise_for_status().text

    def post(self, path: str, form: str, **fields: str) -> httpx.Response:
        token = FORM_TOKEN.search(self.get(form))
        assert token
        headers = {"Origin": self.house.url}
        return self.plain.post(path, data={"csrf": token[1], **fields}, headers=headers)


@pytest.fixture
def walk(house, visits: Visits):
    room = house.room(live=True)
    house.account(AUTHOR, "Vic")  # whose comments are held for a while once one was wrong
    for number in range(1, COMMENTS_COUNT + 1):
        house.comment(room, AUTHOR, f"said as {number}")
    browserless = httpx.Client(base_url=house.url, trust_env=False, timeout=30)
    with line_to(house.server.address) as line, browserless as plain:
        yield Walk(house, room, line, visits.room(room, url=line.url), plain)


def test_a_viewer_without_an_account_goes_the_whole_way(walk):
    find_everything_in_the_first_screen(walk)
    read_the_list_without_a_script(walk)
    find_in_the_list_what_flies(walk)
    clear_the_picture(walk)
    shield_a_word_and_a_person(walk)
    lose_the_line_and_miss_nothing(walk)
    be_told_to_register(walk)
    complain_of_number_twelve(walk)
    read_the_answer(walk)
    keep_the_link(walk)


def find_everything_in_the_first_screen(walk: Walk) -> None:
    page = walk.viewer.page
    for part in ("#player", ".room-list", ".report-link", ".site-head a[href='/report']"):
        expect(page.locator(part)).to_be_in_viewport()


def read_the_list_without_a_script(walk: Walk) -> None:
    listed = NUMBER.findall(walk.get(f"/rooms/{walk.room}"))
    assert [int(number) for number in listed] == list(range(COMMENTS_COUNT, 0, -1))


def find_in_the_list_what_flies(walk: Walk) -> None:
    walk.house.comment(walk.room, AUTHOR, "flying now")
    expect(walk.viewer.fly(13)).to_be_attached()
    expect(walk.viewer.row(13)).to_contain_text("flying now")
    assert "flying now" in walk.get(f"/rooms/{walk.room}")


def clear_the_picture(walk: Walk) -> None:
    walk.viewer.press_switch()
    expect(walk.viewer.flies).to_have_count(0)
    expect(walk.viewer.row(13)).to_be_visible()
    walk.viewer.press_switch()


def shield_a_word_and_a_person(walk: Walk) -> None:
    viewer = walk.viewer
    viewer.open_settings()
    viewer.shield("flying")
    viewer.close_settings()
    expect(viewer.row(13)).to_be_hidden()
    walk.house.comment(walk.room, "ann", "by somebody else")
    viewer.choose(14, "Shield this person")
    expect(viewer.row(14)).to_be_hidden()
    expect(viewer.page.locator("#open-kept-back")).to_contain_text("2")


def lose_the_line_and_miss_nothing(walk: Walk) -> None:
    walk.line.cut()
    expect(walk.viewer.page.locator("#connection")).to_have_attribute("data-state", "waiting")
    for number in range(15, 18):
        walk.house.comment(walk.room, AUTHOR, f"meanwhile {number}")
    walk.house.as_("mia", "POST", f"/api/rooms/{walk.room}/comments/16/recall")
    walk.line.mend()
    expect(walk.viewer.row(17)).to_be_visible(timeout=BACK_MS)
    assert walk.viewer.numbers() == list(range(17, 0, -1))
    expect(walk.viewer.row(16)).to_have_class(MARKER)
    assert "meanwhile 16" not in walk.viewer.page.content()


def be_told_to_register(walk: Walk) -> None:
    guest = walk.viewer.page.locator(".composer-guest")
    expect(guest.get_by_role("link", name="register")).to_be_visible()
    before = walk.get(f"/api/rooms/{walk.room}/comments")
    fields = {"id": "guest-1", "text": "without an account"}
    sent = walk.plain.post(f"/api/rooms/{walk.room}/comments", json=fields)
    assert (sent.status_code, sent.json()["code"]) == (401, "not_signed_in")
    assert walk.get(f"/api/rooms/{walk.room}/comments") == before


def complain_of_number_twelve(walk: Walk) -> None:
    """By somebody whom it harms, without a script: a page, a form, a receipt."""
    form = f"/complain?room={walk.room}&number=12"
    assert f'href="/report?room={walk.room}&amp;number=12"' in walk.get(f"/rooms/{walk.room}")
    fields = {"room": walk.room, "number": "12", "category": "privacy", "about": "comment"}
    done = walk.post("/complain", form, **fields, text="That is about me", contact="me@a.example")
    found = RECEIPT.search(done.raise_for_status().text)
    assert found
    walk.receipt = found[1]
    assert "It waits to be looked at" in walk.get(f"/receipts/{walk.receipt}")


def read_the_answer(walk: Walk) -> None:
    decide(walk.house, "complaint", walk.room, "upheld")
    expect(walk.viewer.row(12)).to_have_class(MARKER)
    page = walk.get(f"/receipts/{walk.receipt}")
    assert "The complaint was right" in page
    assert page.count("<time datetime=") == 2


def keep_the_link(walk: Walk) -> None:
    for number, said in ((11, "said as 11"), (12, "emoved")):
        assert said in walk.get(f"/rooms/{walk.room}/comments/{number}")


def decide(house: House, kind: str, room: str, outcome: str) -> None:
    """Let a reviewer decide the case of a room that waits."""
    asked = f"/api/cases?kind={kind}&room={room}&state=open"
    [case] = house.as_("rey", "GET", asked).json()["cases"]
    path = f"/api/cases/{case['case_id']}"
    house.as_("rey", "POST", f"{path}/claim")
    house.as_("rey", "POST", f"{path}/decide", {"outcome": outcome})


def press_over_the_picture(viewer: RoomPage, number: int) -> None:
    """Wait until a comment has come into the picture, and press it."""
    expect(viewer.fly(number)).to_be_attached()
    viewer.page.wait_for_function(IN_THE_PICTURE, arg=number)
    box = viewer.fly(number).bounding_box()
    assert box
    viewer.page.mouse.click(box["x"] + 15, box["y"] + box["height"] / 2)
    expect(viewer.page.locator("#fly-menu")).to_be_visible()


IN_THE_PICTURE = """(number) => {
  const item = document.querySelector(`.fly[data-number="${number}"]`);
  const right = item?.parentElement.getBoundingClientRect().right;
  return item && item.getBoundingClientRect().left + 80 < right;
}"""


def test_a_comment_is_reported_from_over_the_picture_in_three_presses(house, visits):
    room = house.room(live=True)
    guest = visits.room(room)
    house.comment(room, "bob", "an advert")
    press_over_the_picture(guest, 1)
    guest.page.locator("#fly-report").click()

    guest.page.locator("#report-reasons button[value=spam]").click()

    receipt = guest.page.locator("#report-note code")
    expect(receipt).to_have_text(re.compile(r"^\w{10,}$"))
    [report] = house.as_("mia", "GET", f"/api/rooms/{room}/reports").json()["reports"]
    assert (report["number"], report["category"]) == (1, "spam")
    guest.page.keyboard.press("Escape")
    guest.choose(1, "Report")
    guest.page.locator("#report-reasons button[value=attack]").click()
    expect(guest.page.locator("#report-note")).to_contain_text("You have reported this already")
    expect(guest.page.locator("#report-note code")).to_have_text(receipt.text_content() or "")


def test_a_comment_over_the_picture_stands_still_while_its_menu_is_open(house, visits):
    room = house.room(live=True)
    ann = visits.room(room, "ann")
    house.comment(room, "bob", "wait for me")
    press_over_the_picture(ann, 1)

    state = "(item) => item.getAnimations()[0].playState"
    assert ann.fly(1).evaluate(state) == "paused"
    expect(ann.page.locator("#fly-menu")).to_contain_text("wait for me")
    ann.page.keyboard.press("Escape")
    expect(ann.page.locator("#fly-menu")).to_be_hidden()
    assert ann.fly(1).evaluate(state) == "running"


def test_a_comment_goes_on_when_the_menu_of_another_is_opened(house, visits):
    room = house.room(live=True)
    ann = visits.room(room, "ann")
    house.comment(room, "bob", "the first")
    press_over_the_picture(ann, 1)
    house.comment(room, "bob", "the second", mode="top")

    press_over_the_picture(ann, 2)

    state = "(item) => item.getAnimations()[0].playState"
    expect(ann.page.locator("#fly-menu")).to_contain_text("the second")
    assert ann.fly(1).evaluate(state) == "running"
    assert ann.fly(2).evaluate(state) == "paused"


def test_a_menu_over_the_picture_shields_a_person(house, visits):
    room = house.room(live=True)
    ann = visits.room(room, "ann")
    house.comment(room, "bob", "too loud")
    press_over_the_picture(ann, 1)

    ann.page.locator("#fly-shield").click()

    expect(ann.row(1)).to_be_hidden()


def test_an_appeal_that_is_granted_puts_the_comment_at_its_place_with_its_mark(house, visits):
    room = house.room(live=True)
    house.comment(room, "bob", "before")
    ann = visits.room(room, "ann")
    ann.say("not what it seems")
    expect(ann.row(2)).to_be_visible()
    house.comment(room, "bob", "after")
    house.as_("rey", "POST", f"/api/rooms/{room}/comments/2/recall", {"category": "spam"})
    expect(ann.row(2)).to_have_class(MARKER)
    notice = ann.page.locator("#live-notice")
    notice.get_by_role("link", name="See it, and appeal").click()
    ann.page.locator("#measures").get_by_role("link", name="Appeal").first.click()
    ann.page.locator("textarea[name=text]").fill("It is a quotation.")

    ann.page.get_by_role("button", name="Appeal").click()
    ann.page.get_by_role("link", name="See how it stands").click()
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("It waits to be looked at")
    asked = house.as_("ria", "GET", f"/api/cases?kind=appeal&room={room}").json()["cases"]
    path = f"/api/cases/{asked[0]['case_id']}"
    house.as_("ria", "POST", f"{path}/claim")
    house.as_("ria", "POST", f"{path}/decide", {"outcome": "upheld"})

    ann.page.reload()
    expect(ann.page.locator("#outcome")).to_have_text("The appeal was granted.")
    ann.open()
    assert ann.numbers() == [3, 2, 1]
    expect(ann.row(2)).to_contain_text("not what it seems")
    expect(ann.row(2)).to_contain_text("restored")


def test_without_a_script_a_report_takes_three_presses(house, visits):
    room = house.room()
    house.comment(room, "bob", "an advert")
    guest = visits.page(java_script_enabled=False)
    guest.goto(f"{house.url}/rooms/{room}")

    guest.locator("#c1 summary").click()
    guest.locator("#c1").get_by_role("link", name="Report").click()
    guest.locator("button[name=category][value=spam]").click()

    expect(guest.locator(".receipt code")).to_have_text(re.compile(r"^\w{10,}$"))
    guest.get_by_role("link", name="See how it stands").click()
    guest.get_by_role("button", name="Take it back").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("It was taken back")
