"""What one viewer does, the other sees: over the picture and in the list, and the same anew."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from tests.browser.room_page import MARKER, OWN

# Notes each comment that is put over the picture before the list has its number.
NOTE_EARLY_FLIES = """
  window.early = [];
  new MutationObserver((records) => {
    for (const node of records.flatMap((record) => [...record.addedNodes])) {
      const number = node.dataset?.number;
      if (node.classList?.contains('fly') && !document.querySelector(`#c${number}`))
        window.early.push(number);
    }
  }).observe(document, { childList: true, subtree: true });
"""


@pytest.fixture
def room(house):
    return house.room(live=True)


@pytest.fixture
def ann(visits, room):
    return visits.room(room, "ann")


@pytest.fixture
def bob(visits, room):
    return visits.room(room, "bob")


def test_two_viewers_see_each_others_comment_over_the_picture_and_in_the_list(ann, bob):
    ann.say("good evening, bob")

    expect(bob.fly(1)).to_have_text("good evening, bob")
    expect(bob.row(1)).to_contain_text("Ann good evening, bob")
    expect(ann.fly(1)).to_have_text("good evening, bob")

    bob.say("晚上好 👋🏽 مرحبا")

    expect(ann.fly(2)).to_have_text("晚上好 👋🏽 مرحبا")
    expect(ann.row(2)).to_contain_text("Bob 晚上好 👋🏽 مرحبا")
    assert ann.numbers() == bob.numbers() == [2, 1]


def test_number_of_a_comment_is_in_the_list_when_it_flies(ann, bob):
    bob.page.evaluate(NOTE_EARLY_FLIES)

    for number in range(1, 6):
        ann.say(f"one more, {number}")
        expect(bob.fly(number)).to_be_attached()

    assert bob.page.evaluate("() => window.early") == []


def test_own_first_comment_is_acknowledged_and_marked_as_own(ann, bob):
    ann.say("my first words here")

    expect(ann.box).to_have_value("")
    expect(ann.row(1)).to_have_class(OWN)
    expect(ann.row(1).get_by_text("Take back")).to_have_count(1)
    expect(ann.page.locator(".fly-own")).to_have_count(1)
    expect(bob.row(1)).not_to_have_class(OWN)
    expect(bob.page.locator(".fly-own")).to_have_count(0)


def test_comment_taken_back_leaves_picture_and_list_of_everybody_and_keeps_its_marker(ann, bob):
    ann.say("I should not have said this")
    expect(bob.fly(1)).to_be_attached()

    ann.choose(1, "Take back")

    for viewer in (ann, bob):
        expect(viewer.fly(1)).to_have_count(0)
        expect(viewer.row(1)).to_have_class(MARKER)
        expect(viewer.row(1)).to_contain_text("Withdrawn by its author")
        assert "I should not" not in viewer.page.content()


def test_comment_hidden_by_a_moderator_comes_back_when_restored(house, visits, room, bob):
    house.comment(room, "ann", "harmless after all")
    tom = visits.room(room, "tom")

    tom.choose(1, "Hide")

    expect(bob.row(1)).to_contain_text("Hidden by the room")

    house.as_("tom", "POST", f"/api/rooms/{room}/comments/1/restore")

    for viewer in (tom, bob):
        expect(viewer.row(1)).to_contain_text("Ann harmless after all")
        expect(viewer.row(1)).not_to_have_class(MARKER)


def test_page_opened_while_comments_pour_in_has_each_once(house, visits, room):
    with ThreadPoolExecutor(max_workers=1) as crowd:
        pouring = crowd.submit(pour, house, room, 150)
        viewers = [visits.room(room) for _ in range(3)]
        pouring.result()

    for viewer in viewers:
        expect(viewer.row(150)).to_be_attached()
        numbers = viewer.numbers()
        assert numbers == list(range(150, 150 - len(numbers), -1))


def pour(house, room: str, count: int) -> None:
    for number in range(1, count + 1):
        house.comment(room, "bob", f"one of many, {number}")


def test_page_read_anew_equals_the_page_that_followed_live(house, room, ann, bob):
    house.comment(room, "mia", "welcome", mode="top", color=0xFE0302)
    ann.say("first")
    bob.say("second")
    expect(ann.box).to_have_value("")  # until an answer is there, the composer sends nothing more
    ann.say("third, which goes")
    expect(ann.row(4)).to_be_attached()
    ann.choose(4, "Take back")
    house.as_("mia", "POST", f"/api/rooms/{room}/comments/3/recall")
    house.as_("mia", "POST", f"/api/rooms/{room}/comments/3/restore")
    house.as_("mia", "POST", f"/api/rooms/{room}/comments/1/recall")
    for viewer in (ann, bob):
        expect(viewer.row(1)).to_have_class(MARKER)
        expect(viewer.row(4)).to_have_class(MARKER)

    for viewer in (ann, bob):
        followed = viewer.rows()
        viewer.reload()
        assert viewer.rows() == followed
