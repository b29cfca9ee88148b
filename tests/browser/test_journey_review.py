"""A reviewer's working day at the console, by keyboard, with a colleague at the next desk."""

import json
import re
import shutil
import sys
from contextlib import closing
from itertools import count, cycle
from sqlite3 import connect
from subprocess import run

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.keys import press

FELT_MS = 1_000
HELD_TEXT = "well wobblesnark it is"
AUTHORS = count(1)
REPORTERS = cycle(("ann", "bob", "mia"))


@pytest.fixture
def room(house):
    return house.room()


@pytest.fixture
def author(house):
    """Somebody new each time: what is decided here costs them credit."""
    login = f"author{next(AUTHORS)}"
    house.account(login, login.title())
    return login


@pytest.fixture
def rey(visits):
    return visits.page("rey")


@pytest.fixture
def ria(visits):
    return visits.page("ria")


def report(house, room, number, category="spam", text="an advert"):
    """By one after another: each may report so often."""
    fields = {"room": room, "number": number, "category": category, "text": text}
    return house.as_(next(REPORTERS), "POST", "/api/reports", fields).json()["receipt"]


def queue_of(house, page, room):
    page.goto(f"{house.url}/review?room={room}")
    return page.locator("#cases > li")


def open_case(house, page, room):
    queue_of(house, page, room).first.locator("a").click()
    expect(page.locator("#case-page")).to_be_visible()
    return page.url


def claim_case(house, page, room):
    url = open_case(house, page, room)
    press(page, "c")
    expect(page.locator("#state")).to_have_text("claimed")
    return url


def decide(page, key):
    """Alone: whatever waits in other rooms stays where it is."""
    page.locator("input[name=onward]").uncheck()
    press(page, key)
    expect(page.locator("#state")).to_have_text("decided")


def overturned_of(house, page, login):
    """How many of somebody's decisions were changed, as the roster says."""
    page.goto(f"{house.url}/roster")
    row = page.locator("#staff tr").filter(has_text=login)
    return int(row.locator("td").last.inner_text().partition(" ")[0])


def test_the_queue_is_by_class_and_age_and_a_new_report_shows_in_it_within_a_second(
    house, room, author, rey
):
    for text in ("first of all", "buy this now", "third"):
        house.comment(room, author, text)
    report(house, room, 1, "spoiler")
    report(house, room, 2, "fraud")
    rows = queue_of(house, rey, room)
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("buy this now")
    rows.last.locator("input").check()

    report(house, room, 3, "porn")

    expect(rows).to_have_count(3, timeout=FELT_MS)
    expect(rows.nth(1)).to_contain_text("third")
    expect(rows.last.locator("input")).to_be_checked()
    expect(rows.locator(".blurred")).to_have_text("third")


def test_what_is_claimed_shows_whose_it_is_to_others_who_cannot_take_it(
    house, room, author, rey, ria
):
    house.comment(room, author, "look here")
    report(house, room, 1)
    rows = queue_of(house, ria, room)
    expect(rows).to_have_count(1)

    url = claim_case(house, rey, room)

    expect(rey.locator(".lease")).to_contain_text(re.compile(r"rey \d+:\d\d left"))
    expect(rows.locator(".lease")).to_contain_text(
        re.compile(r"rey \d+:\d\d left"), timeout=FELT_MS
    )
    ria.goto(url)
    expect(ria.locator("#decide")).to_have_text("rey works on it.")
    case_id = url.rpartition("/")[2]
    with pytest.raises(httpx.HTTPStatusError) as refused:
        house.as_("ria", "POST", f"/api/cases/{case_id}/claim")
    assert refused.value.response.json()["code"] == "not_granted"


def test_a_case_shows_its_hit_what_was_around_it_whom_it_concerns_and_leads_to_the_player(
    house, room, author, rey
):
    house.comment(room, "ann", "long before", position_ms=500)
    house.comment(room, "ann", "at that moment", position_ms=4_100)
    assert house.comment(room, author, HELD_TEXT, position_ms=4_000) == "held"

    open_case(house, rey, room)

    expect(rey.locator("#text mark")).to_have_text("wobblesnark")
    expect(rey.locator("#text")).to_have_text(HELD_TEXT)
    expect(rey.locator("#around")).to_contain_text("long before")
    expect(rey.locator("#beside")).to_contain_text("at that moment")
    expect(rey.locator("#author")).to_contain_text(f"({author})")
    for kept_back in ("legal", "identity"):
        expect(rey.locator("#author")).not_to_contain_text(kept_back)
    press(rey, "g")
    expect(rey).to_have_url(f"{house.url}/rooms/{room}#t=4000")
    expect(rey.locator("#player video")).to_have_js_property("currentTime", 4)


def test_a_confirmed_report_is_one_act_that_everybody_feels(house, room, author, visits, rey):
    house.comment(room, author, "send me your savings")
    receipt = report(house, room, 1, "fraud")
    credit = house.as_(author, "GET", "/api/me/credit").json()["score"]
    writer, viewer = visits.room(room, author), visits.room(room)
    expect(viewer.row(1)).to_contain_text("savings")
    claim_case(house, rey, room)
    expect(rey.locator("#decide select[name=category]")).to_have_value("fraud")

    rey.locator("input[name=onward]").uncheck()
    press(rey, "d")

    expect(viewer.row(1)).to_have_class(re.compile("is-marker"), timeout=FELT_MS)
    expect(writer.page.locator("#live-notice")).not_to_be_empty(timeout=FELT_MS)
    expect(rey.locator("#state")).to_have_text("decided")
    filed = house.as_("ria", "GET", f"/api/receipts/{receipt}").json()
    assert (filed["state"], filed["outcome"]) == ("decided", "upheld")
    [taken] = [
        one
        for one in house.as_(author, "GET", "/api/me/measures").json()["measures"]
        if one["room"] == room
    ]
    assert (taken["step"], taken["category"]) == ("delete", "fraud")
    measure = taken["measure_id"]
    evidence = house.as_("rey", "GET", f"/api/measures/{measure}/evidence").json()
    assert evidence["comment"]["text"] == "send me your savings"
    assert house.as_(author, "GET", "/api/me/credit").json()["score"] < credit
    rey.goto(f"{house.url}/filings?kind=item&only=open")
    rey.locator("#filings a").first.click()
    expect(rey.locator("main")).to_contain_text(room)


def test_what_is_released_appears_at_its_place(house, room, author, visits, rey):
    house.comment(room, "ann", "the first")
    house.comment(room, author, HELD_TEXT, position_ms=2_000)
    viewer = visits.room(room)
    claim_case(house, rey, room)

    decide(rey, "a")

    expect(viewer.row(2)).to_contain_text(HELD_TEXT, timeout=FELT_MS)
    expect(viewer.row(2)).to_contain_text("00:02")
    expect(viewer.row(2)).to_contain_text("approved later")


def test_an_appeal_against_ones_own_decision_is_somebody_elses(house, room, author, rey, ria):
    house.comment(room, author, "it is my own film")
    report(house, room, 1)
    overturned = overturned_of(house, rey, "rey")
    claim_case(house, rey, room)
    decide(rey, "d")
    house.as_(author, "POST", "/api/appeals", {"room": room, "number": 1, "text": "it is mine"})

    rey.goto(f"{house.url}/review?room={room}&kind=appeal")
    rey.locator("#cases a").click()

    expect(rey.locator("#hindrance")).to_be_visible()
    expect(rey.locator("#decide")).to_have_count(0)
    claim_case(house, ria, room)
    expect(ria.locator("#subject")).to_contain_text("What is appealed against")
    decide(ria, "a")
    [row] = house.as_("ann", "GET", f"/api/rooms/{room}/comments").json()["comments"]
    assert (row["text"], row["restored"]) == ("it is my own film", True)
    assert overturned_of(house, rey, "rey") == overturned + 1


def test_many_are_picked_and_decided_by_keys_alone(house, room, author, rey):
    for number in range(3):
        house.comment(room, author, f"{HELD_TEXT} {number}")
    rows = queue_of(house, rey, room)
    expect(rows).to_have_count(3)

    press(rey, "j", "x", "j", "x")
    expect(rey.locator("#picked-count")).to_have_text("2")
    rey.locator("#batch-decide").focus()
    press(rey, "Enter")

    expect(rey.locator("#done")).to_contain_text("2 decided.")
    own = house.as_(author, "GET", f"/api/rooms/{room}/own").json()["comments"]
    assert sorted(one["status"] for one in own) == ["held", "published", "published"]


def test_the_keys_are_told_and_typing_is_no_key(house, room, rey):
    queue_of(house, rey, room)

    press(rey, "?")
    expect(rey.locator("#keys")).to_be_visible()
    press(rey, "Escape")
    expect(rey.locator("#keys")).to_be_hidden()

    rey.locator(".filters input[name=room]").fill("")
    rey.locator(".filters input[name=room]").press_sequentially("n?x")
    expect(rey.locator(".filters input[name=room]")).to_have_value("n?x")
    expect(rey).to_have_url(re.compile(r"/review\?room="))


def test_what_may_hurt_is_covered_and_a_pause_is_suggested_in_that_browser_alone(
    house, room, author, rey, ria
):
    house.comment(room, author, "a hard thing to read")
    report(house, room, 1, "porn")
    rey.goto(f"{house.url}/review/care")
    rey.locator("select[name=cover]").select_option("fold")
    rey.locator("input[name=grey]").check()
    rey.locator("input[name=break_decisions]").fill("1")
    rey.get_by_role("button", name="Save").click()

    claim_case(house, rey, room)
    expect(rey.locator("#text bdi")).to_be_hidden()
    expect(rey.locator("#case-page")).to_have_css("filter", "grayscale(1)")
    press(rey, "t")
    expect(rey.locator("#text bdi")).to_have_text("a hard thing to read")
    expect(rey.locator("#care")).to_be_hidden()
    decide(rey, "a")
    expect(rey.locator("#care")).to_contain_text("Take a pause")
    rey.locator("#break-over").click()
    expect(rey.locator("#care")).to_be_hidden()

    rey.goto(f"{house.url}/review/care")
    counts = rey.locator("#exposure tbody td")
    expect(counts.nth(1)).to_have_text("1")
    expect(counts.nth(3)).to_have_text("1")
    ria.goto(f"{house.url}/review/care")
    expect(ria.locator("select[name=cover]")).to_have_value("blur")
    expect(ria.locator("#exposure tbody tr")).to_have_count(0)


def test_the_console_fits_a_phone(house, room, author, visits):
    house.comment(room, author, "look here " * 8)
    report(house, room, 1, text="an advert " * 30)
    rey = visits.page(
        "rey", viewport={"width": 360, "height": 740}, locale="zh-CN", color_scheme="dark"
    )

    for go in (
        lambda: queue_of(house, rey, room),
        lambda: open_case(house, rey, room),
        lambda: rey.goto(f"{house.url}/review/care"),
        lambda: rey.goto(f"{house.url}/review/held"),
    ):
        go()
        assert rey.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_no_door_changes_what_is_written(house, room, rey, method):
    house.comment(room, "ann", "as it was said")
    for path in (f"/api/rooms/{room}/comments/1", f"/rooms/{room}/comments/1"):
        answer = rey.request.fetch(f"{house.url}{path}", method=method)
        assert answer.status in {403, 405}, path


def test_whoever_changes_the_written_past_by_hand_is_found_out(house, room, tmp_path):
    house.comment(room, "ann", "as it was said")
    lies = house.server.data_dir
    shutil.copy(lies / "head.key", tmp_path)
    with (
        closing(connect(lies / "record.sqlite")) as record,
        closing(connect(tmp_path / "record.sqlite")) as copy,
    ):
        record.backup(copy)
        turned = "UPDATE entry SET at_ms = at_ms + 1 WHERE chain = ? AND seq = 2"
        assert copy.execute(turned, [room]).rowcount == 1
        copy.commit()
    command = [sys.executable, "-m", "danmaku", "--data-dir", str(tmp_path), "verify", "--json"]

    ended = run(command, check=False, capture_output=True, text=True)

    wrong = [one for one in json.loads(ended.stdout) if one["state"] != "sound"]
    assert ended.returncode == 1
    assert [(one["chain"], one["state"].partition(":")[0]) for one in wrong] == [(room, "entry 2")]
