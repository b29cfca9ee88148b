"""The chief editor and the department: a function assessed, an item, a day's report, an order."""

import re

import httpx
import pytest
from playwright.sync_api import expect


@pytest.fixture
def rey(visits):
    return visits.page("rey")


@pytest.fixture
def eve(visits):
    return visits.page("eve")


def opened(page, house, path):
    page.goto(f"{house.url}{path}")
    return page


def code_of(house, login, path, fields):
    with pytest.raises(httpx.HTTPStatusError) as refusal:
        house.as_(login, "POST", path, fields)
    return refusal.value.response.json()["code"]


def ready(page):
    page.get_by_role("button", name="Say it is ready").click()
    expect(page.locator("#state")).to_have_text("ready")
    return page.url


def approve(page, url, receipt):
    page.goto(url)
    page.get_by_role("button", name="Approve").click()
    page.locator("input[name=receipt]").fill(receipt)
    page.get_by_role("button", name="It was handed in").click()
    expect(page.locator("#state")).to_have_text("submitted")


def test_a_function_is_refused_until_its_drafted_assessment_is_approved(house, rey, eve):
    early = code_of(house, "eve", "/api/features/likes", {"on": True})
    opened(rey, house, "/filings").locator("#assess button").click()
    expect(rey.locator("#section-persons")).to_contain_text("Eve (eve)")
    url = ready(rey)
    expect(rey.get_by_role("button", name="Approve")).to_have_count(0)

    approve(eve, url, "2026-1")
    house.as_("eve", "POST", "/api/features/likes", {"on": True})
    house.as_("eve", "POST", "/api/features/likes", {"on": False})

    assert early == "not_granted"
    document = eve.goto(f"{url}/document")
    assert document is not None
    assert "Eve (eve)" in document.text()


def test_a_room_closed_for_good_is_an_item_that_waits_and_its_owner_is_told(house, visits, eve):
    room = house.room()
    fields = {"step": "close_comments", "category": "spam", "basis": "rule 3", "room": room}
    house.as_("eve", "POST", "/api/measures", fields)

    opened(eve, house, "/filings?kind=item&only=open").locator("#filings a").first.click()

    expect(eve.locator("#section-evidence")).to_contain_text(room)
    expect(eve.locator("#state")).to_have_text("draft")
    told = opened(visits.page("mia"), house, "/me").locator("#measures li", has_text=room)
    expect(told).to_contain_text("rule 3")
    expect(told.get_by_role("link", name="Appeal")).to_be_visible()


def test_the_days_report_is_approved_and_its_receipt_entered(house, rey, eve):
    opened(rey, house, "/filings").locator("#report form").first.get_by_role("button").click()
    approve(eve, ready(rey), "2026-2")

    opened(eve, house, "/filings?kind=period")

    expect(eve.locator("#filings")).to_contain_text("2026-2")


def test_an_order_is_carried_out_and_both_ends_are_in_the_list(house, eve):
    room = house.room()
    form = opened(eve, house, "/orders").locator("#enter")
    form.locator("input[name=reference]").fill("ref 123")
    form.locator("input[name=room]").fill(room)
    form.locator("input[name=minutes]").fill("60")
    form.get_by_role("button").click()
    expect(eve.locator("#orders li").first).to_contain_text("in force")
    said = {"id": "c-1", "text": "now?"}
    during = code_of(house, "bob", f"/api/rooms/{room}/comments", said)

    eve.locator("#orders li").first.locator("input[name=reason]").fill("It was taken back.")
    eve.locator("#orders li").first.get_by_role("button").click()

    expect(eve.locator("#orders li").first).to_contain_text(re.compile("ref 123.*ended", re.DOTALL))
    house.as_("bob", "POST", f"/api/rooms/{room}/comments", said | {"id": "c-2"})
    assert during == "room_paused"


def test_the_pages_fit_a_phone(house, visits):
    phone = visits.page("eve", viewport={"width": 360, "height": 780})
    for path in ("/filings", "/orders", "/controls"):
        phone.goto(f"{house.url}{path}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
