"""A recorded room plays its comments again, in step with the video."""

import pytest
from playwright.sync_api import expect

TRAVEL_MS = 8_000  # across the picture at normal speed
STEP_MS = 150  # a few frames of a busy browser
SOME_FRAMES = """() => new Promise((done) => {
  const frame = (left) => (left ? requestAnimationFrame(() => frame(left - 1)) : done());
  frame(10);
})"""
# A flight takes a new rate over with its next frame.
ALL_TWICE_AS_FAST = """() => [...document.querySelectorAll('.fly')]
  .every((item) => item.getAnimations()[0].playbackRate === 2)"""
POSITIONS_MS = {1: 2_000, 2: 10_000, 3: 20_000, 4: 21_000, 5: 30_000}


@pytest.fixture
def room(house):
    room = house.room()
    for number, position_ms in POSITIONS_MS.items():
        house.comment(room, "bob", f"comment {number}", position_ms=position_ms)
    return room


@pytest.fixture
def ann(visits, room):
    return visits.room(room, "ann")


def test_picture_begins_empty_and_a_comment_flies_when_its_moment_comes(ann):
    assert ann.flying() == {}

    ann.play()

    expect(ann.fly(1)).to_be_attached()
    assert ann.media_ms() >= POSITIONS_MS[1]
    assert set(ann.flying()) == {1}


def test_seek_shows_exactly_what_is_under_way_at_that_moment(ann):
    ann.seek(22)

    expect(ann.flies).to_have_count(2)
    under_way = {number: item["elapsed_ms"] for number, item in ann.flying().items()}
    assert under_way == {
        3: pytest.approx(2_000, abs=STEP_MS),
        4: pytest.approx(1_000, abs=STEP_MS),
    }

    ann.seek(3)

    expect(ann.fly(1)).to_be_attached()
    assert set(ann.flying()) == {1}

    ann.seek(45)

    expect(ann.flies).to_have_count(0)


def test_pause_stops_the_comments_where_they_are(ann):
    ann.seek(20.5)
    ann.play()
    expect(ann.fly(4)).to_be_attached()

    ann.pause()
    ann.page.wait_for_function(
        "() => document.querySelector('.fly').getAnimations()[0].playState === 'paused'"
    )
    stood = ann.flying()
    ann.page.evaluate(SOME_FRAMES)

    assert ann.flying() == stood
    for number, item in stood.items():
        place_ms = ann.media_ms() - POSITIONS_MS[number]
        assert item["elapsed_ms"] == pytest.approx(place_ms, abs=3 * STEP_MS)


def test_speed_of_the_video_is_the_speed_of_its_comments(ann):
    ann.seek(20.5)
    ann.page.evaluate("() => { document.querySelector('video').playbackRate = 2; }")
    ann.play()

    expect(ann.flies).to_have_count(2)
    ann.page.wait_for_function(ALL_TWICE_AS_FAST)


def test_offset_moves_comments_against_the_video(ann):
    ann.open_settings()
    ann.set(offset=5)
    ann.close_settings()

    ann.seek(26)

    expect(ann.flies).to_have_count(2)
    assert ann.flying()[3]["elapsed_ms"] == pytest.approx(1_000, abs=STEP_MS)

    ann.seek(22)

    expect(ann.flies).to_have_count(1)
    assert ann.flying()[2]["elapsed_ms"] == pytest.approx(7_000, abs=STEP_MS)


def test_time_of_a_row_is_a_way_to_its_moment(ann):
    ann.row(5).locator(".row-time").click()

    expect(ann.fly(5)).to_be_attached()
    assert ann.media_ms() == pytest.approx(POSITIONS_MS[5], abs=2_000)


def test_comment_on_a_moment_lies_at_that_moment(ann, visits, room):
    ann.seek(12)

    ann.say("this very frame")

    expect(ann.row(6)).to_contain_text("00:12")
    expect(ann.fly(6)).to_be_attached()
    bob = visits.room(room, "bob")
    bob.seek(13)
    expect(bob.fly(6)).to_be_attached()


def test_comment_that_is_recalled_is_not_played_again(house, ann, room):
    house.as_("mia", "POST", f"/api/rooms/{room}/comments/3/recall")
    expect(ann.row(3)).to_contain_text("Hidden by the room")

    ann.seek(22)

    expect(ann.fly(4)).to_be_attached()
    assert set(ann.flying()) == {4}


def test_broadcast_that_has_ended_is_a_video_with_its_comments(house, visits):
    room = house.room(live=True)
    ann = visits.room(room, "ann")
    ann.say("on the air")
    expect(ann.fly(1)).to_be_attached()
    mia = visits.page("mia")
    mia.goto(f"{house.url}/rooms/{room}/manage")

    with ann.page.expect_navigation():
        mia.get_by_role("button", name="End broadcast").click()
    ann.joined()

    said_ms = ann.rows()[0]["position"]
    ann.row(1).locator(".row-time").click()
    expect(ann.fly(1)).to_be_attached()
    assert ann.media_ms() == pytest.approx(said_ms, abs=2_000)
    ann.seek(40)
    expect(ann.flies).to_have_count(0)
    ann.say("said afterwards")
    expect(ann.row(2)).to_contain_text("00:40")
