"""What ends by itself for those who keep a room, on a server whose clock the test sets."""

import re
from datetime import datetime

import httpx
import pytest
from playwright.sync_api import expect

from bench.server import Server
from tests.browser.conftest import Visits
from tests.browser.days import PROGRAM, Days
from tests.browser.house import UNHURRIED

HOUR_S = 3_600
RENEWAL_DAYS = 3
LAST_S = 12  # before a term is over: enough to open a page, little to wait


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    settings = {"DEMO": "true", "IDENTITY__RENEWAL_DAYS": str(RENEWAL_DAYS)}
    folder = tmp_path_factory.mktemp("days")
    with Server(folder, UNHURRIED | settings, program=PROGRAM) as server:
        house = Days(server)
        yield house
        house.close()


@pytest.fixture
def people(chromium, days):
    visits = Visits(chromium, days, {})
    yield visits
    visits.close()
    assert visits.complaints == []


def keeping(days, people, room):
    page = people.page("mia")
    page.goto(f"{days.url}/rooms/{room}/keeping")
    return page


def proven_until_s(days, people, login):
    """Until when somebody's proof is good, seconds since 1970, as their own page says."""
    page = people.page(login)
    page.goto(f"{days.url}/account/identity")
    proven = page.get_by_text("You are verified").locator("time")
    return datetime.fromisoformat(proven.get_attribute("datetime")).timestamp()


def test_a_report_that_is_left_alone_goes_to_the_platform_and_counts(days, people):
    room = days.room(live=True)
    days.comment(room, "bob", "the butler did it")
    report = {"room": room, "number": 1, "category": "spoiler", "text": "It spoils the end."}
    days.as_("ann", "POST", "/api/reports", report)
    console = keeping(days, people, room)
    expect(console.locator("#reports")).to_contain_text("It spoils the end.")
    [waiting] = days.as_("mia", "GET", f"/api/rooms/{room}/reports").json()["reports"]

    days.skip(25 * HOUR_S)

    console.reload()
    expect(console.locator("#reports")).to_contain_text("Nothing waits")
    expect(console.locator("#duty")).to_contain_text(re.compile(r"Left to the platform\s*1"))
    path = f"/api/rooms/{room}/reports/{waiting['seq']}/answer"
    with pytest.raises(httpx.HTTPStatusError) as late:
        days.as_("mia", "POST", path, {"finding": "upheld"})
    assert late.value.response.json()["code"] == "not_granted"
    days.as_("rey", "POST", path, {"finding": "upheld"})
    shown = days.as_("ann", "GET", f"/api/rooms/{room}/comments").json()["comments"]
    assert [one["kind"] for one in shown] == ["marker"]


def test_a_room_that_the_patrol_looks_at_first_is_open_again_after_half_an_hour(days, people):
    room = days.room(live=True)
    days.comment(room, "bob", "the first of it")
    wall = people.page("rey")
    wall.goto(f"{days.url}/patrol?room={room}")
    said = wall.locator(f".patrol-room[data-room={room}] .patrol-comment")
    said.focus()
    wall.keyboard.press("e")
    expect(wall.locator(f".patrol-room[data-room={room}] [data-imposed]")).to_be_visible()
    during = days.comment(room, "bob", "the second of it")

    days.skip(HOUR_S / 2 + 1)

    assert (during, days.comment(room, "bob", "the third of it")) == ("held", "published")


def test_powers_wait_while_a_proof_has_lapsed_and_are_back_when_it_is_renewed(days, people):
    days.account("tess", "Tess")
    room = days.room(live=True)
    days.grant("tess", "moderator", room)
    days.comment(room, "bob", "hello")
    days.skip_to(proven_until_s(days, people, "tess") - LAST_S)
    tess = people.room(room, "tess")
    tess.row(1).locator("summary").click()
    expect(tess.row(1).locator(".row-recall")).to_be_visible()

    # Nobody does anything: the term is over.
    notice = tess.page.locator("#live-notice")
    expect(notice).to_contain_text("wait until you are verified again", timeout=1000 * LAST_S * 2)
    expect(tess.row(1).locator(".row-recall")).to_be_hidden()
    path = f"/api/rooms/{room}/comments/1/recall"
    with pytest.raises(httpx.HTTPStatusError):
        days.as_("tess", "POST", path)
    tess.page.goto(f"{days.url}/rooms/{room}/keeping")
    expect(tess.page.locator("#own")).to_contain_text("wait until you are verified again")

    tess.page.get_by_role("link", name="Verify again").click()
    tess.page.get_by_role("button", name="Verify me").click()

    tess.page.goto(f"{days.url}/rooms/{room}/keeping")
    expect(tess.page.locator("#own")).not_to_contain_text("wait until")
    tess.open()
    tess.row(1).locator("summary").click()
    expect(tess.row(1).locator(".row-recall")).to_be_visible()
    days.as_("tess", "POST", path)
