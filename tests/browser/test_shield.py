"""What a viewer chooses not to see is gone from picture and list, and they can look up why."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def room(house):
    return house.room(live=True)


@pytest.fixture
def ann(visits, room):
    return visits.room(room, "ann")


@pytest.fixture
def say(house, room):
    return lambda login, text, **style: house.comment(room, login, text, **style)


def test_switch_leaves_a_clean_picture_and_the_whole_list(ann, say):
    say("bob", "already flying")
    expect(ann.fly(1)).to_be_attached()

    ann.press_switch()
    say("bob", "only in the list")

    expect(ann.row(2)).to_be_visible()
    expect(ann.flies).to_have_count(0)

    ann.press_switch()
    say("bob", "flying again")

    expect(ann.fly(3)).to_be_attached()


def test_switch_stays_off_for_the_next_visit(ann, say):
    ann.press_switch()
    ann.reload()
    say("bob", "only in the list")

    expect(ann.row(1)).to_be_visible()
    expect(ann.flies).to_have_count(0)
    expect(ann.page.locator("#danmaku-switch")).to_have_attribute("aria-checked", "false")


def test_shielded_word_is_hidden_everywhere_and_the_list_of_shielded_says_why(ann, say):
    say("bob", "who is the murderer")
    say("bob", "a nice tune")
    expect(ann.fly(2)).to_be_attached()
    ann.open_settings()

    ann.shield("MURDERER")
    ann.close_settings()

    expect(ann.fly(1)).to_have_count(0)
    expect(ann.row(1)).to_be_hidden()
    expect(ann.row(2)).to_be_visible()
    say("mia", "the murderer again")
    expect(ann.page.locator("#open-kept-back")).to_have_text("Shielded (2)")
    expect(ann.fly(3)).to_have_count(0)

    ann.page.locator("#open-kept-back").click()

    kept = ann.page.locator("#kept-back li")
    expect(kept).to_have_text(
        ["#3the murderer againword: MURDERER", "#1who is the murdererword: MURDERER"]
    )


def test_shielded_word_that_is_dropped_shows_its_comments_again(ann, say):
    say("bob", "who is the murderer")
    ann.open_settings()
    ann.shield("murderer")
    expect(ann.row(1)).to_be_hidden()

    ann.page.get_by_role("button", name="Stop shielding murderer").click()
    ann.close_settings()

    expect(ann.row(1)).to_be_visible()


def test_shielded_person_is_hidden_from_the_menu_of_a_row(ann, say):
    say("bob", "first of mine")
    say("mia", "not mine")
    expect(ann.row(2)).to_be_visible()

    ann.choose(1, "Shield this person")
    say("bob", "second of mine")

    expect(ann.page.locator("#open-kept-back")).to_have_text("Shielded (2)")
    expect(ann.row(1)).to_be_hidden()
    expect(ann.row(3)).to_be_hidden()
    expect(ann.row(2)).to_be_visible()
    ann.open_settings()
    expect(ann.page.locator("#kept-back .tag").first).to_have_text("person: Bob")


def test_shielded_mode_is_hidden(ann, say):
    say("bob", "on top", mode="top")
    say("bob", "crossing")
    ann.open_settings()

    ann.page.locator("#settings-form input[name=mode][value=top]").check()
    ann.close_settings()

    expect(ann.row(1)).to_be_hidden()
    expect(ann.fly(1)).to_have_count(0)
    expect(ann.row(2)).to_be_visible()


def test_repeats_share_one_flight_which_counts_them(ann, say):
    for login in ("bob", "mia", "tom"):
        say(login, "六六六六六六")

    expect(ann.flies).to_have_count(1)
    expect(ann.page.locator(".fly-count")).to_have_text("×3")
    assert ann.numbers() == [3, 2, 1]


def test_repeats_fly_each_for_themselves_when_merging_is_off(ann, say):
    ann.open_settings()
    ann.page.locator("#settings-form input[name=merge]").uncheck()
    ann.close_settings()

    for login in ("bob", "mia", "tom"):
        say(login, "六六六六六六")

    expect(ann.flies).to_have_count(3)


def test_density_bounds_the_flights_but_neither_the_list_nor_ones_own(ann, say):
    ann.open_settings()
    ann.set(most=10)
    ann.close_settings()

    for number in range(1, 16):
        say("bob", f"a crowd of comments, {number}")
    expect(ann.row(15)).to_be_visible()
    assert len(ann.flying()) <= 10
    ann.say("mine is always shown")

    expect(ann.fly(16)).to_be_attached()
    assert ann.numbers() == list(range(16, 0, -1))
