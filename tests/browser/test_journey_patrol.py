"""A reviewer at the patrol wall, and taking a flood away as one."""

import pytest
from playwright.sync_api import expect

FELT_MS = 1_000
MEASURED_MS = 3_000  # for what goes through another process


@pytest.fixture
def room(house):
    return house.room(live=True)


@pytest.fixture
def wall(house, visits):
    page = visits.page("rey")
    page.goto(f"{house.url}/patrol")
    return page


def card(page, room):
    return page.locator(f".patrol-room[data-room={room}]")


def test_what_is_said_stands_on_the_wall_and_one_key_recalls_it(house, visits, wall, room):
    bob = visits.room(room, "bob")
    house.comment(room, "bob", "something to look at")
    said = card(wall, room).locator(".patrol-comment", has_text="something to look at")
    expect(said).to_be_visible(timeout=FELT_MS)

    said.focus()
    wall.keyboard.press("r")

    expect(said).to_have_class("patrol-comment is-recalled", timeout=FELT_MS)
    expect(bob.page.locator("#list .row.is-marker")).to_have_count(1, timeout=FELT_MS)
    expect(said).to_be_focused()


def test_a_room_at_risk_is_looked_at_first_for_half_an_hour(house, wall, room):
    house.comment(room, "bob", "the first of it")
    said = card(wall, room).locator(".patrol-comment")
    expect(said).to_be_visible(timeout=FELT_MS)

    said.focus()
    wall.keyboard.press("e")

    expect(card(wall, room).locator("[data-imposed]")).to_be_visible(timeout=FELT_MS)
    assert house.comment(room, "bob", "the second of it") == "held"
    controls = house.as_("eve", "GET", "/api/controls").json()["controls"]
    [control] = [one for one in controls if one["room"] == room]
    left_ms = control["until_ms"] - wall.evaluate("Date.now()")
    assert 29 * 60_000 < left_ms <= 30 * 60_000


def test_the_wall_is_narrowed_to_a_room(house, wall, room):
    house.comment(room, "bob", "hello there")
    expect(card(wall, room)).to_be_visible(timeout=FELT_MS)

    wall.keyboard.press("/")
    wall.locator("input[name=room]").fill("no such room")
    wall.keyboard.press("Enter")

    expect(wall.locator("#no-rooms")).to_be_visible()


@pytest.mark.parametrize("by", ["login", "like"])
def test_a_flood_is_counted_recalled_and_brought_back(house, visits, room, by):
    viewer = visits.room(room, "bob")
    for n in range(12):
        house.comment(room, "bob", f"flood number {n}")
    house.comment(room, "tom", "a word between")
    page = visits.page("rey")
    page.goto(f"{house.url}/bulk?room={room}")
    page.locator(f"input[name={by}]").fill({"login": "bob", "like": f"{room}-1"}[by])
    page.locator("input[name=why]").fill("a flood")
    page.get_by_role("button", name="Preview").click()

    expect(page.locator("#counts")).to_have_attribute("data-comments", "12")
    expect(page.locator("#sample li")).to_have_count(12)
    markers = viewer.page.locator("#list .row.is-marker")
    expect(markers).to_have_count(0)

    page.locator("#execute").click()
    expect(markers).to_have_count(12, timeout=MEASURED_MS)
    expect(page.locator("#one")).to_have_attribute("data-phase", "ended")

    page.locator("#undo").click()
    expect(page.locator("#one")).to_have_attribute("data-phase", "undone")
    expect(markers).to_have_count(0)
    restored = viewer.page.locator("#list .row", has_text="flood number").filter(
        has_text="restored"
    )
    expect(restored).to_have_count(12)


@pytest.mark.parametrize("path", ["/patrol", "/bulk"])
def test_it_fits_a_phone(house, visits, room, path):
    house.comment(room, "bob", "averylongwordwithoutanybreak" * 3)
    page = visits.page("rey", viewport={"width": 360, "height": 740})
    page.goto(f"{house.url}{path}")
    expect(page.locator("h1")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
