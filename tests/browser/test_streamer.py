"""What a streamer sets is felt in every other browser within a second."""

import re

import pytest
from playwright.sync_api import expect

FELT_MS = 1_000


@pytest.fixture
def room(house):
    return house.room(live=True)


@pytest.fixture
def mia(visits, room):
    return visits.room(room, "mia")


@pytest.fixture
def bob(visits, room):
    return visits.room(room, "bob")


def toggle_comments(mia) -> None:
    with mia.page.expect_response("**/policy"):
        mia.page.locator("#comments-toggle").click()


def choose(mia, name: str, value: str) -> None:
    form = mia.page.locator("#streamer form").filter(has=mia.page.locator(f"select[name={name}]"))
    form.locator(f"select[name={name}]").select_option(value)
    with mia.page.expect_response("**/policy"):
        form.get_by_role("button").click()


def test_comments_off_closes_every_box_and_keeps_the_list_and_on_opens_them_again(
    house, room, mia, bob
):
    bob.say("before the break")
    expect(bob.row(1)).to_be_visible()
    bob.box.fill("half written")

    toggle_comments(mia)

    expect(bob.box).to_be_disabled(timeout=FELT_MS)
    expect(bob.note).to_contain_text("Comments are off")
    expect(bob.row(1)).to_contain_text("before the break")
    answer = bob.page.request.get(f"{house.url}/api/rooms/{room}/comments")
    assert [each["number"] for each in answer.json()["comments"]] == [1]
    expect(mia.page.locator("#comments-toggle")).to_have_text("Turn comments on")

    toggle_comments(mia)

    expect(bob.box).to_be_enabled(timeout=FELT_MS)
    expect(bob.box).to_have_value("half written")
    bob.box.press("Enter")
    expect(bob.row(2)).to_contain_text("half written")


def test_slow_mode_counts_down_and_keeps_the_text(mia, bob):
    choose(mia, "slow_ms", "10000")
    expect(bob.note).to_have_text("Slow mode: one comment every 10 s.", timeout=FELT_MS)

    bob.say("my turn")
    expect(bob.row(1)).to_be_visible()
    bob.say("again already")

    send = bob.page.locator("#composer-send")
    expect(send).to_be_disabled()
    expect(send).to_have_text(re.compile(r"^([1-9]|10) s$"))
    expect(bob.box).to_have_value("again already")
    expect(send).to_have_text("Send", timeout=12_000)
    bob.box.press("Enter")
    expect(bob.row(2)).to_contain_text("again already")


def test_slow_mode_refusal_over_another_page_shows_the_wait_and_keeps_the_text(
    visits, room, mia, bob
):
    choose(mia, "slow_ms", "10000")
    also_bob = visits.room(room, "bob")
    bob.say("my turn")
    expect(also_bob.row(1)).to_be_visible()

    also_bob.say("from my other browser")

    expect(also_bob.note).to_contain_text("Too fast")
    expect(also_bob.box).to_have_value("from my other browser")
    expect(also_bob.page.locator("#composer-send")).to_have_text(re.compile(r"^([1-9]|10) s$"))


def test_reviewed_comment_is_seen_by_nobody_until_it_is_approved_and_enters_late(
    house, room, visits, mia, bob
):
    choose(mia, "mode", "every")
    expect(bob.note).to_contain_text("reviewed before it appears", timeout=FELT_MS)

    bob.say("please look at this")

    expect(bob.note).to_contain_text("Held for review")
    expect(bob.page.locator(".own-list")).to_contain_text("please look at this waits for review")
    expect(mia.page.locator(".own-list")).to_be_hidden()
    assert bob.numbers() == mia.numbers() == []
    rey = visits.page("rey")
    rey.goto(f"{house.url}/review/held?room={room}")
    held = rey.locator(".held-item")
    expect(held).to_contain_text("please look at this")

    held.get_by_role("button", name="Approve").click()

    for viewer in (mia, bob):
        expect(viewer.row(1)).to_contain_text("Bob please look at this")
        expect(viewer.row(1)).to_contain_text("approved later")
        expect(viewer.fly(1)).to_have_count(0)
        expect(viewer.page.locator(".own-list")).to_be_hidden()


def test_rejected_comment_is_shown_to_its_author_alone_with_the_reason(
    house, room, visits, mia, bob
):
    choose(mia, "mode", "every")
    expect(bob.note).to_contain_text("reviewed before it appears")
    bob.say("an advertisement")
    expect(bob.note).to_contain_text("Held for review")
    rey = visits.page("rey")
    rey.goto(f"{house.url}/review/held?room={room}")

    rey.locator(".held-item select").select_option("spam")
    rey.locator(".held-item").get_by_role("button", name="Reject").click()
    expect(rey.locator(".held-item").filter(has_text="an advertisement")).to_have_count(0)

    bob.reload()
    expect(bob.page.locator(".own-list")).to_contain_text("an advertisement refused: Spam")
    assert bob.numbers() == []


def test_closed_room_takes_no_comments_and_keeps_its_list(house, room, bob):
    bob.say("the last word")
    expect(bob.row(1)).to_be_visible()

    house.close_room(room)

    expect(bob.box).to_be_disabled()
    expect(bob.note).to_contain_text("This room is closed")
    expect(bob.row(1)).to_contain_text("the last word")
