"""A room's comments over a broadcast: the page that a streamer's program draws, by a link."""

import re
import zlib

import pytest
from playwright.sync_api import Page, expect

SHOWN_AS = """(state) => {
  Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => state});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
GROUNDS = "() => [document.documentElement, document.body, document.querySelector('#stage')].map"
RUNNING = "() => document.querySelector('.fly').getAnimations()[0].playState"


@pytest.fixture
def room(house):
    return house.room(live=True)


@pytest.fixture
def link(house, room, visits) -> str:
    """What the streamer's own page gives them to paste."""
    page = visits.page("mia")
    page.goto(f"{house.url}/rooms/{room}/manage")
    page.locator("#links input[name=label]").fill("studio")
    page.locator("#links button", has_text="Make an address").click()
    return page.locator("#links code.secret").inner_text()


def overlay(visits, link: str, look: str = "", **options: object) -> Page:
    page = visits.page(**options)
    page.goto(f"{link}{look}")
    expect(page.locator("body")).to_have_attribute("data-connection", "joined")
    return page


def opacity_of_corner(picture: bytes) -> int:
    """Alpha of a PNG's first pixel, which stands as it is whatever its row is filtered by."""
    begins = picture.index(b"IDAT") + 4
    return zlib.decompressobj().decompress(picture[begins:], 5)[4]


def fly(page: Page, number: int):
    return page.locator(f'.fly[data-number="{number}"]')


def test_overlay_is_transparent_and_shows_what_is_said_as_text(house, room, link, visits):
    page = overlay(visits, link, "&size=40&names=1", color_scheme="dark")

    house.comment(room, "bob", "<img src=x onerror=alert(1)>")

    expect(fly(page, 1)).to_contain_text(": <img src=x onerror=alert(1)>")
    assert page.locator(".fly img").count() == 0
    assert fly(page, 1).evaluate("(one) => getComputedStyle(one).fontSize") == "40px"
    grounds = page.evaluate(f"{GROUNDS}((one) => getComputedStyle(one).backgroundColor)")
    assert grounds == ["rgba(0, 0, 0, 0)"] * 3
    assert opacity_of_corner(page.screenshot(omit_background=True, type="png")) == 0
    assert page.locator("input, button, a").count() == 0


def test_recall_takes_it_off_at_once_and_a_hidden_page_stands(house, room, link, visits):
    page = overlay(visits, link, "&speed=30")
    house.comment(room, "bob", "to be taken back")
    house.comment(room, "bob", "to stay")
    expect(fly(page, 2)).to_be_attached()

    house.as_("mia", "POST", f"/api/rooms/{room}/comments/1/recall")

    expect(fly(page, 1)).not_to_be_attached(timeout=2_000)
    assert page.evaluate(RUNNING) == "running"
    page.evaluate(SHOWN_AS, "hidden")
    assert page.evaluate(RUNNING) == "paused"
    house.comment(room, "bob", "unseen")
    house.as_("mia", "POST", f"/api/rooms/{room}/comments/2/recall")
    expect(fly(page, 2)).not_to_be_attached()
    page.evaluate(SHOWN_AS, "visible")
    house.comment(room, "bob", "seen again")
    expect(fly(page, 4)).to_be_attached()
    assert fly(page, 3).count() == 0


def test_no_more_begin_in_a_second_than_the_address_says(house, room, link, visits):
    page = overlay(visits, link, "&rate=2&speed=30")
    watcher = visits.room(room)

    for number in range(1, 9):
        house.comment(room, "bob", f"one of many, no. {number}")

    expect(watcher.row(8)).to_be_visible()
    begun = page.evaluate("() => document.getAnimations().map((one) => one.startTime).sort()")
    assert 2 <= len(begun) < 8
    assert all(third - first >= 900 for first, third in zip(begun, begun[2:], strict=False))


def test_revoked_link_falls_silent_and_opens_nothing(house, room, link, visits):
    page = overlay(visits, link)
    house.comment(room, "bob", "still there")
    expect(fly(page, 1)).to_be_attached()
    keeper = visits.page("mia")
    keeper.goto(f"{house.url}/rooms/{room}/manage")

    keeper.locator("#links tr", has_text="studio").get_by_role("button").click()

    expect(page.locator("body")).to_have_attribute("data-connection", "ended")
    expect(page.locator(".fly")).to_have_count(0)
    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("p")).to_have_text(re.compile("no longer good"))
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == (
        "rgba(0, 0, 0, 0)"
    )


def test_dock_lists_what_is_said_and_lets_the_keeper_hide_and_mute(house, room, visits):
    page = visits.page("mia", viewport={"width": 360, "height": 640})
    page.goto(f"{house.url}/overlay/{room}/dock")
    expect(page.locator("#connection")).to_have_attribute("data-state", "joined")

    house.comment(room, "bob", "not for this room")
    row = page.locator("#list .row", has_text="not for this room")
    expect(row).to_be_visible()
    expect(row.locator(".row-mute")).to_have_count(1)
    row.locator("summary").first.click()
    row.locator(".row-recall button").click()

    expect(page.locator("#list")).not_to_contain_text("not for this room")
    assert page.locator("video").count() == 0
    assert page.locator("#player, .site-head, .site-foot").locator("visible=true").count() == 0
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_dock_asks_a_guest_to_sign_in(house, room, visits):
    page = visits.page()

    page.goto(f"{house.url}/overlay/{room}/dock")

    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
