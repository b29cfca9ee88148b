"""A viewer whose line breaks comes back by themselves and misses nothing."""

from playwright.sync_api import expect

from tests.browser.room_page import MARKER
from tests.browser.sites import line_to

BACK_MS = 30_000  # more than a viewer ever waits before the next try


def test_cut_line_comes_back_with_what_was_missed_and_nothing_twice(house, visits):
    room = house.room(live=True)
    for number in range(1, 4):
        house.comment(room, "bob", f"before, {number}")
    with line_to(house.server.address) as line:
        ann = visits.room(room, url=line.url)
        line.cut()
        expect(ann.page.locator("#connection")).to_have_attribute("data-state", "waiting")
        for number in range(4, 24):
            house.comment(room, "bob", f"meanwhile, {number}")
        for number in (2, 10):
            house.as_("mia", "POST", f"/api/rooms/{room}/comments/{number}/recall")
        assert ann.numbers() == [3, 2, 1]

        line.mend()

        expect(ann.row(23)).to_be_visible(timeout=BACK_MS)
        assert ann.numbers() == list(range(23, 0, -1))
        for number in (2, 10):
            expect(ann.row(number)).to_have_class(MARKER)
            expect(ann.fly(number)).to_have_count(0)
        assert "meanwhile, 10" not in ann.page.content()
        followed = ann.rows()
        ann.reload()
        assert ann.rows() == followed


def test_comment_that_was_being_sent_when_the_line_broke_is_recorded_once(house, visits):
    room = house.room(live=True)
    with line_to(house.server.address) as line:
        # A cookie belongs to a host, not to a port: the session holds over the line too.
        ann = visits.room(room, "ann", url=line.url)
        line.cut()
        ann.say("into the void")
        expect(ann.page.locator("#connection")).to_have_attribute("data-state", "waiting")

        line.mend()

        expect(ann.row(1)).to_contain_text("into the void", timeout=BACK_MS)
        expect(ann.box).to_have_value("")
        assert ann.numbers() == [1]


def test_restarted_server_finds_its_viewers_again(house, visits):
    room = house.room()
    ann = visits.room(room, "ann")

    house.server.stop()
    expect(ann.page.locator("#connection")).not_to_have_attribute("data-state", "joined")
    house.server.start()
    house.comment(room, "bob", "we are back")

    expect(ann.row(1)).to_contain_text("we are back", timeout=BACK_MS)
