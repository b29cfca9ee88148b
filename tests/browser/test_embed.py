"""A room in a frame on another site: for listed sites alone, with a visitor of theirs."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import FrameLocator, Page, expect


@pytest.fixture
def room(house):
    return house.room(live=True)


def framed(page: Page, origin: str, address: str) -> FrameLocator:
    page.goto(f"{origin}/?{urlencode({'show': address})}")
    return page.frame_locator("iframe")


def token_for(house, room: str, subject: str, name: str) -> str:
    fields = {"subject": subject, "name": name, "room": room, "verified": True}
    token = house.as_("opal", "POST", "/api/embed-tokens", fields).json()["token"]
    house.accept(token)
    return token


def test_listed_site_shows_the_room_and_its_visitor_comments_in_it(
    house, foreign_site, room, visits
):
    token = token_for(house, room, "visitor-7", "Kim of elsewhere")
    bob = visits.room(room, "bob")
    address = f"{house.url}/embed/{room}#token={token}"
    frame = framed(visits.page(), foreign_site.origin, address)
    expect(frame.locator("body")).to_have_attribute("data-connection", "joined")

    frame.locator("#composer input[name=text]").fill("hello from a frame")
    frame.locator("#composer-send").click()

    expect(frame.locator('.fly[data-number="1"]')).to_have_text("hello from a frame")
    expect(bob.row(1)).to_contain_text("Kim of elsewhere hello from a frame")
    bob.say("hello over there")
    expect(frame.locator('.fly[data-number="2"]')).to_have_text("hello over there")


def test_visitor_without_a_token_watches_only(house, foreign_site, room, visits):
    frame = framed(visits.page(), foreign_site.origin, f"{house.url}/embed/{room}")

    expect(frame.locator("body")).to_have_attribute("data-connection", "joined")
    expect(frame.locator("#composer")).to_be_hidden()
    house.comment(room, "bob", "seen in the frame")
    expect(frame.locator('.fly[data-number="1"]')).to_be_attached()


@pytest.mark.parametrize("path", ["/embed/{room}", "/rooms/{room}", "/sign-in"])
def test_unlisted_site_gets_no_frame(house, foreign_site, room, visits, path):
    page = visits.page("ann")
    address = house.url + path.format(room=room)

    framed(page, foreign_site.other_origin, address)

    page.wait_for_load_state("networkidle")
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]
    [complaint] = visits.complaints
    assert "frame-ancestors" in complaint
    visits.complaints.clear()


def test_listed_site_may_frame_nothing_but_the_embedded_room(house, foreign_site, room, visits):
    page = visits.page("ann")

    framed(page, foreign_site.origin, f"{house.url}/rooms/{room}")

    page.wait_for_load_state("networkidle")
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]
    [complaint] = visits.complaints
    assert "frame-ancestors" in complaint
    visits.complaints.clear()
