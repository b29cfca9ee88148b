"""The department's whole way: let in for a time, counting, taking a bundle along, checking it.

One inspector, one browser, one house; each step goes on where the one before it has ended.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from playwright.sync_api import Page, expect

from bench.server import Server
from danmaku.clock import now_ms
from danmaku.domain.times import HOUR_MS
from tests.browser.conftest import Visits
from tests.browser.house import UNHURRIED, House

TEXTS = [f"comment no. {n}" for n in range(1, 11)]
PURPOSE, BASIS = "an inquiry", "letter 7"


@dataclass
class Walk:
    """The inspector in a tab, a chief editor in another, and what was taken along."""

    house: House
    room: str
    page: Page
    eve: Page
    folder: Path
    seen: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.house.url}{path}")


def confirm_report(house: House, room: str, number: int) -> None:
    report = {"room": room, "number": number, "category": "fraud"}
    house.as_("ann", "POST", "/api/reports", report)
    [case] = house.as_("rey", "GET", f"/api/cases?room={room}").json()["cases"]
    path = f"/api/cases/{case['case_id']}"
    house.as_("rey", "POST", f"{path}/claim")
    house.as_("rey", "POST", f"{path}/decide", {"outcome": "upheld"})


@pytest.fixture
def walk(tmp_path, chromium):
    with Server(tmp_path, UNHURRIED | {"DEMO": "true"}) as server:
        house = House(server)
        visits = Visits(chromium, house, {})
        room = house.room(title="A quiet room")
        for text in TEXTS:
            house.comment(room, "bob", text)
        house.comment(room, "mia", "send me your savings")
        confirm_report(house, room, len(TEXTS) + 1)
        house.account("vera", "Vera")
        house.office("vera", "inspector", until_ms=now_ms() + HOUR_MS)
        options = {"accept_downloads": True}
        yield Walk(house, room, visits.page("vera", **options), visits.page("eve"), tmp_path)
        visits.close()
        house.close()
        assert visits.complaints == []


def test_the_department_goes_the_whole_way(walk):
    be_told_that_looks_are_entered(walk)
    count_again(walk)
    follow_a_case(walk)
    be_refused_every_write(walk)
    ask_who_somebody_is(walk)
    bundle = take_a_bundle_along(walk)
    check_it_alone(bundle)
    find_each_comment_in_it(walk, bundle)
    find_every_look_in_it(bundle)
    find_a_changed_byte(bundle)


def be_told_that_looks_are_entered(walk):
    walk.open("/inspect")

    expect(walk.page.get_by_text("your views are logged")).to_be_visible()
    expect(walk.page.get_by_role("link", name="Duties")).to_be_visible()


def count_again(walk):
    """A day by what was said, removed and done, and how long that took."""
    page = walk.page
    expect(page.locator("tr", has_text="Report").locator("td").nth(1)).to_have_text("1")
    page.get_by_label("Room", exact=False).first.fill(walk.room)
    page.locator("form[action='/inspect'] button").click()

    listed = walk.house.as_("bob", "GET", f"/api/rooms/{walk.room}/comments").json()["comments"]
    published = page.locator("tr", has_text="comment_published").locator("td").last
    expect(published).to_have_text(str(len(listed)))
    expect(page.locator("tr", has_text="Fraud").locator("td").last).to_have_text("1")


def follow_a_case(walk):
    walk.open(f"/review?state=decided&room={walk.room}")
    walk.page.locator("#cases a").first.click()

    course = walk.page.locator("#course li")
    expect(course.first).to_contain_text("opened")
    expect(course.filter(has_text="Comment removed")).to_have_count(1)
    expect(course.last).to_contain_text("decided · right")
    expect(course.last).to_contain_text("rey")
    expect(walk.page.locator("form[action*='/review/cases/']")).to_have_count(0)
    expect(walk.page.locator("main")).not_to_contain_text("legal name", ignore_case=True)


def be_refused_every_write(walk):
    for path, body in (
        (f"/api/rooms/{walk.room}/comments", {"id": "c", "text": "hello"}),
        ("/api/controls", {"mode": "closed", "lasts_ms": 60_000, "reason": "mine"}),
        ("/api/legal-holds", {"basis": "mine", "login": "bob"}),
    ):
        with pytest.raises(httpx.HTTPStatusError) as refused:
            walk.house.as_("vera", "POST", path, body)
        assert refused.value.response.status_code == 403


def ask_who_somebody_is(walk):
    walk.open("/disclosures")
    walk.page.locator("#ask input[name=login]").fill("bob")
    walk.page.locator("#ask input[name=purpose]").fill(PURPOSE)
    walk.page.locator("#ask input[name=basis]").fill(BASIS)
    walk.page.locator("#ask button").click()
    expect(walk.page.locator("#waiting form[action$='/read']")).to_have_count(0)

    walk.eve.goto(f"{walk.house.url}/disclosures")
    walk.eve.locator("#waiting form[action$='/agree'] button").click()
    walk.open("/disclosures")
    walk.page.locator("#waiting form[action$='/read'] button").click()

    expect(walk.page.locator("#told")).to_be_visible()


def take_a_bundle_along(walk):
    walk.open("/inspect")
    with walk.page.expect_download() as taking:
        walk.page.locator("form[action='/inspect/bundle'] button").click()
    file, folder = walk.folder / "bundle.zip", walk.folder / "bundle"
    taking.value.save_as(file)
    with ZipFile(file) as opened:
        opened.extractall(folder)
    return folder


def verified(folder):
    return subprocess.run(
        [sys.executable, "-I", "verify.py", "."],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


def check_it_alone(bundle):
    outcome = verified(bundle)

    assert outcome.returncode == 0, outcome.stdout
    assert outcome.stdout.endswith("whole\n")


def entries_in(bundle, chain):
    lines = (bundle / "chains" / f"{chain}.chain.jsonl").read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if "seq" in entry]


def find_each_comment_in_it(walk, bundle):
    entries = [json.dumps(one, ensure_ascii=False) for one in entries_in(bundle, walk.room)]
    listed = walk.house.as_("bob", "GET", f"/api/rooms/{walk.room}/comments").json()["comments"]

    said = [one["text"] for one in listed if one["kind"] == "comment"]
    assert sorted(said) == sorted(TEXTS)
    for text in TEXTS:
        [found] = [one for one in entries if re.search(rf"{re.escape(text)}(?!\d)", one)]
        assert "comment_published" in found


def find_every_look_in_it(bundle):
    said = json.dumps(entries_in(bundle, "@platform"))

    for page in ("/inspect", "/disclosures"):
        assert re.search(rf"record_viewed[^{{}}]*{page}|{page}[^{{}}]*record_viewed", said), page
    assert "identity_read" in said
    assert PURPOSE not in said


def find_a_changed_byte(bundle):
    [path] = (bundle / "chains").glob("own*.chain.jsonl")
    path.write_bytes(path.read_bytes().replace(b"comment no. 7", b"comment no. 8", 1))

    outcome = verified(bundle)

    assert outcome.returncode == 1
    assert re.search(r"ntry \d+ ", outcome.stdout), outcome.stdout
