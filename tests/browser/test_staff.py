"""A new reviewer passes the training, is on duty, and works; a decision is looked at again."""

import pytest
from playwright.sync_api import expect

from danmaku.actions.sample_texts import sample_questions
from tests.browser.keys import press


@pytest.fixture
def room(house):
    return house.room()


@pytest.fixture
def nina(house, visits):
    """Somebody who was made a reviewer a moment ago."""
    house.account("nina", "Nina")
    house.grant("nina", "reviewer", None)
    return visits.page("nina")


def answer(page, choices):
    for place, choice in enumerate(choices):
        page.locator(f"input[name=q{place}][value='{choice}']").check()
    page.locator("#test button").click()


def test_a_new_reviewer_passes_the_training_and_is_on_duty(house, room, nina):
    house.comment(room, "ann", "buy something")
    fields = {"room": room, "number": 1, "category": "spam"}
    house.as_("bob", "POST", "/api/reports", fields)
    nina.goto(f"{house.url}/review?room={room}")
    nina.locator("#cases > li a").first.click()
    expect(nina.locator("#case-page")).to_be_visible()
    case = nina.url
    press(nina, "c")
    expect(nina.get_by_text("Training has to be completed first.")).to_be_visible()

    nina.get_by_role("link", name="Training", exact=True).click()
    expect(nina.locator("#record")).to_contain_text("before you can claim")
    answer(nina, [one.right for one in sample_questions().questions])
    expect(nina.locator("#result")).to_contain_text("Passed")
    expect(nina.locator("#record")).to_contain_text("You have passed")

    nina.goto(case)
    press(nina, "c")
    expect(nina.locator("#state")).to_have_text("claimed")

    nina.get_by_role("link", name="Roster", exact=True).click()
    nina.get_by_role("button", name="Begin duty").click()
    expect(nina.locator("#duty")).to_contain_text("You are on duty until")
    expect(nina.locator("#cover")).to_contain_text("1 on duty")
    row = nina.locator("#staff tr").filter(has_text="nina")
    expect(row.locator("td").nth(3)).to_have_text("1")
    nina.get_by_role("button", name="End duty").click()
    expect(nina.locator("#duty")).to_contain_text("You are not on duty")


def test_the_pages_fit_a_telephone_and_work_by_keyboard(house, visits):
    rey = visits.page("rey")
    rey.set_viewport_size({"width": 360, "height": 780})

    for path in ("/training", "/roster", "/rechecks"):
        rey.goto(f"{house.url}{path}")
        assert rey.evaluate("document.documentElement.scrollWidth") <= 360

    rey.goto(f"{house.url}/training")
    rey.locator("input[name=q0]").first.focus()
    rey.keyboard.press("ArrowDown")
    expect(rey.locator("input[name=q0]").nth(1)).to_be_checked()
