"""With JavaScript off the record is whole: reading, sending, taking back and reporting by form."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.room_page import READ_ROWS

COMMENTS_COUNT = 130  # more than one page


@pytest.fixture
def room(house):
    return house.room()


@pytest.fixture
def ann(visits):
    return visits.page("ann", java_script_enabled=False)


def rows(page: Page) -> list[dict[str, object]]:
    return page.evaluate(READ_ROWS)


def numbers(page: Page) -> list[int]:
    return [row["number"] for row in rows(page)]


def send(page: Page, text: str) -> None:
    page.locator("#composer input[name=text]").fill(text)
    page.locator("#composer-send").click()


def test_list_is_complete_without_gaps_over_its_pages_newest_first(house, room, ann):
    for number in range(1, COMMENTS_COUNT + 1):
        house.comment(room, "bob", f"comment {number}")

    ann.goto(f"{house.url}/rooms/{room}")
    newest = numbers(ann)
    ann.locator("a[rel=next]").click()
    older = numbers(ann)

    assert newest + older == list(range(COMMENTS_COUNT, 0, -1))
    assert len(newest) < COMMENTS_COUNT
    expect(ann.locator("a[rel=next]")).to_have_count(0)
    ann.locator("a[rel=prev]").click()
    assert numbers(ann) == newest


def test_permanent_link_of_a_comment_shows_it_among_its_neighbours(house, room, ann):
    for text in ("before", "the one", "after"):
        house.comment(room, "bob", text)
    ann.goto(f"{house.url}/rooms/{room}")

    ann.locator("#c2 .row-number").click()

    expect(ann).to_have_url(f"{house.url}/rooms/{room}/comments/2")
    expect(ann.locator(".quote-text")).to_have_text("the one")
    expect(ann.locator("ol.rows .row-text")).to_have_text(["after", "the one", "before"])


def test_comment_is_sent_and_taken_back_by_form(house, room, ann):
    ann.goto(f"{house.url}/rooms/{room}")

    send(ann, "sent without a script")

    expect(ann.locator(".notice-good")).to_have_text("Sent as #1.")
    expect(ann.locator("#c1")).to_contain_text("Ann sent without a script")

    ann.locator("#c1 summary").click()
    ann.locator("#c1").get_by_role("button", name="Take back").click()

    expect(ann.locator(".notice-good")).to_have_text("Comment #1 has been taken back.")
    expect(ann.locator("#c1")).to_contain_text("Withdrawn by its author")
    assert "sent without a script" not in ann.content()


def test_held_comment_is_noticed_and_shown_to_its_author_alone(house, room, ann, visits):
    ann.goto(f"{house.url}/rooms/{room}")

    send(ann, "a wobblesnark appears")

    expect(ann.locator(".notice-good")).to_contain_text("Held for review")
    expect(ann.locator(".own-list")).to_contain_text("a wobblesnark appears")
    guest = visits.page()
    guest.goto(f"{house.url}/rooms/{room}")
    assert "wobblesnark" not in guest.content()
    assert numbers(guest) == []


def test_refused_comment_comes_back_with_its_reason_and_its_text_kept(house, room, ann):
    ann.goto(f"{house.url}/rooms/{room}")

    send(ann, "such a grumblewock")

    expect(ann.locator("#composer-note")).to_contain_text("This may not be shown.")
    expect(ann.locator("#composer input[name=text]")).to_have_value("such a grumblewock")
    assert numbers(ann) == []


def test_guest_reports_a_comment_by_form_and_gets_a_receipt(house, room, visits):
    house.comment(room, "bob", "something wrong")
    guest = visits.page(java_script_enabled=False)
    guest.goto(f"{house.url}/rooms/{room}")

    guest.locator("#c1 summary").click()
    guest.locator("#c1").get_by_role("link", name="Report").click()
    expect(guest.locator(".about-what")).to_contain_text("something wrong")
    guest.get_by_role("button", name="Attack on a person").click()

    expect(guest.locator(".receipt code")).to_have_text(re.compile(r"^\w{10,}$"))


def test_guest_is_led_to_sign_in_and_back_to_the_room(house, room, visits):
    guest = visits.page(java_script_enabled=False)
    guest.goto(f"{house.url}/rooms/{room}")

    guest.get_by_role("link", name="Sign in to comment").click()
    guest.locator("input[name=name]").fill("bob")
    guest.locator("input[name=password]").fill("not the password")
    guest.locator("main button.primary").click()
    expect(guest.locator(".field-error")).to_be_visible()
    guest.locator("input[name=password]").fill("danmaku-demo")
    guest.locator("main button.primary").click()

    expect(guest).to_have_url(f"{house.url}/rooms/{room}")
    expect(guest.locator("#composer")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "control"),
    [
        ("/me", "form[action='/documents/withdraw'] button"),
        ("/me", "a[href='/me/export']"),
        ("/me/credit", "#reasons"),
        ("/me/leave", "form[action='/me/leave'] button"),
        ("/account/sessions", "form[action='/account/sign-out-everywhere'] button"),
        ("/account/identity", ".notice-good"),
        ("/privacy", "#holdings td"),
        ("/rules", "#spam"),
    ],
)
def test_pages_about_oneself_and_the_house_need_no_script(house, ann, path, control):
    ann.goto(f"{house.url}{path}")

    expect(ann.locator("main").locator(control).first).to_be_visible()


def test_refusal_by_form_leads_to_an_appeal_with_a_receipt(house, room, ann):
    ann.goto(f"{house.url}/rooms/{room}")

    send(ann, "grumblewock, a bird")

    ann.locator("#composer-note").get_by_role("link", name="Appeal").click()
    refused = ann.locator("#comments tr").filter(has_text="grumblewock, a bird")
    refused.get_by_role("link", name="Appeal").click()
    ann.locator("textarea[name=text]").fill("It is a bird.")
    ann.get_by_role("button", name="Appeal").click()
    expect(ann.locator(".receipt code")).not_to_be_empty()
