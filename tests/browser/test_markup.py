"""The whole corpus of markup, through every text that others see, on the pages that show it.

The fixture `visits` fails the test in which a page's policy had to stop anything: what people write
does not even get as far as the policy.
"""

from playwright.sync_api import expect

from tests.browser.markup import TEXTS
from tests.browser.test_trust import NAME, has_run

REPORT_CHARS = 900  # of the texts that one report takes along


def in_long_texts():
    """All of the corpus in a few long texts."""
    joined = [""]
    for text in TEXTS:
        if len(joined[-1]) + len(text) >= REPORT_CHARS:
            joined.append("")
        joined[-1] = f"{joined[-1]} {text}".strip()
    return joined


def test_every_text_that_arrives_and_stays_is_shown_as_it_was_written(house, visits):
    room = house.room(live=True, title=TEXTS[1])
    house.account(f"mallory-{room}", NAME)
    ann, framed = visits.room(room, "ann"), visits.page()
    framed.goto(f"{house.url}/embed/{room}")
    expect(framed.locator("body")).to_have_attribute("data-connection", "joined")

    for text in TEXTS:
        assert house.comment(room, f"mallory-{room}", text) == "published"

    expect(ann.row(len(TEXTS))).to_be_visible()
    assert not has_run(framed)
    assert list_of(ann.page, f"{house.url}/rooms/{room}") == [*reversed(TEXTS)]


def list_of(page, address):
    """All of a room's list, page after page; nothing ran on any of them, nor before."""
    shown = []
    while True:
        assert not has_run(page)
        page.goto(address)
        shown += page.locator("#list .row-text").all_text_contents()
        older = page.locator("#list-older")
        if not older.count():
            assert not has_run(page)
            return shown
        address = address.partition("/rooms/")[0] + older.get_attribute("href")


def test_every_text_before_the_staff_is_shown_as_it_was_written(house, visits):
    room = house.room()
    house.account(f"mallory-{room}", NAME)
    house.as_("mia", "PATCH", f"/api/rooms/{room}", {"mode": "every"})
    for text in TEXTS:
        assert house.comment(room, f"mallory-{room}", text) == "held"
    rey = visits.page("rey")

    rey.goto(f"{house.url}/review/held?room={room}")
    shown = rey.locator(".held-text bdi").all_text_contents()
    rey.goto(f"{house.url}/review?room={room}")

    assert shown
    assert shown == [*TEXTS[: len(shown)]]
    assert not has_run(rey)


def test_every_long_text_to_the_staff_is_shown_as_it_was_written(house, visits):
    room, texts, rey = house.room(title=TEXTS[0]), in_long_texts(), visits.page("rey")
    house.comment(room, "bob", "buy something")
    for number, text in enumerate(texts):
        reporter = f"rep-{room}-{number}"  # of each account one report is shown
        house.newcomer(reporter, NAME)
        about = {"room": room, "number": 1, "category": "spam"}
        house.as_(reporter, "POST", "/api/reports", about | {"text": text, "contact": TEXTS[9]})

    rey.goto(f"{house.url}/review?room={room}")
    rey.locator("#cases > li a").first.click()

    shown = rey.locator("#case-page p[dir=auto]:not(.hint)").all_text_contents()
    assert set(texts) <= set(shown)
    assert not has_run(rey)
