"""A chief editor's way: from the first look at a fresh house to its copy that is brought back.

What is drafted, approved and ordered has its walk in `test_editors_filings.py`.
"""

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import expect

from bench.server import Server, free_port
from danmaku.demo.rooms import PASSWORD
from danmaku.store.vault import VAULT_FILE
from tests.browser.days import PROGRAM, Days
from tests.browser.house import UNHURRIED
from tests.services import KEY, Verifying, serving

GONE = {"category": "fraud", "basis": "rule 3", "note": "Stop this."}
RULES = """
[[rule]]
id = "trade"
category = "spam"
class = "house"
action = "hold"
words = ["bluebarge"]
"""
LEGAL_NAME, NUMBER = "王小明", "11010519491231002X"
MINUTE_S = 60
BACK_MS = 60_000  # more than a page ever waits to come back, and to load anew after that


@pytest.fixture(scope="module")
def documents():
    """A service that finds every document true."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(Verifying().app)) as url,
    ):
        yield f"{url}/ask"


@pytest.fixture(scope="module")
def house(tmp_path_factory, documents):
    """A house of this file's own: what is done here binds everybody in it."""
    folder = tmp_path_factory.mktemp("editor")
    key = folder / "verifier.key"
    key.write_bytes(KEY)
    identity = {"IDENTITY__DOCUMENT_URL": documents, "IDENTITY__KEY_FILE": str(key)}
    settings = UNHURRIED | {"DEMO": "true"} | identity
    with Server(folder, settings, program=PROGRAM) as server:
        house = Days(server)
        yield house
        house.close()


@pytest.fixture(scope="module")
def sessions():
    return {}


@pytest.fixture
def eve(visits):
    return visits.page("eve")


def danmaku(data_dir, *words):
    """The command line; how it ended and what it said."""
    command = [sys.executable, "-m", "danmaku", "--data-dir", str(data_dir), *words]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def told(house, *words):
    """What the command line says of a running house, as JSON."""
    ended = danmaku(house.server.data_dir, *words, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def registered(house, visits, login, number=NUMBER):
    """Somebody at their page of who they are, registered and verified as far as they could be."""
    page = visits.page()
    page.goto(f"{house.url}/register")
    for name, value in (("name", login), ("display_name", login.title()), ("password", PASSWORD)):
        page.locator(f"input[name={name}]").fill(value)
    page.locator("input[name=accept]").check()
    page.locator("main button.primary").click()
    page.wait_for_url(f"{house.url}/**")
    page.goto(f"{house.url}/account/identity")
    form = page.locator("form[action$='/document']")
    form.locator("input[name=legal_name]").fill(LEGAL_NAME)
    form.locator("input[name=number]").fill(number)
    form.locator("button").click()
    return page


def verified_colleague(house, visits, login):
    """The page of somebody who may be given an office: proven to be who they are."""
    house.newcomer(login, login.title())
    page = visits.page(login)
    page.goto(f"{house.url}/account/identity")
    page.locator("form[action$='/sandbox'] button").click()
    expect(page.locator(".notice-good")).to_be_visible()
    return page


def test_a_fresh_house_is_told_what_it_lacks_and_does_not_open_to_the_public(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(f'[server]\nport = {free_port()}\naudience = "public"\n')
    options = ("--config", str(file))

    looked = danmaku(tmp_path / "data", *options, "doctor", "--json")
    started = danmaku(tmp_path / "data", *options, "serve")

    checks = {one["check"]: one for one in json.loads(looked.stdout)}
    lacking = {name for name, one in checks.items() if not one["ok"]}
    assert (looked.returncode, started.returncode) == (1, 2)
    assert {"chief editor", "texts", "verifier"} <= lacking
    assert {"vault key", "terms"} <= checks.keys()
    assert "verifier, chief_editor, texts" in started.stderr


def test_a_closed_platform_refuses_in_every_room_and_opens_by_itself(house, visits, eve):
    for login in ("cleo", "dora"):
        house.account(login, login.title())
    rooms = [visits.room(house.room(), login) for login in ("cleo", "dora")]
    eve.goto(f"{house.url}/controls")
    eve.locator("#set select").select_option("closed")
    eve.locator("#set input[name=minutes]").fill("2")
    eve.locator("#set input[name=reason]").fill("a wave")
    eve.locator("#set button").click()
    expect(eve.locator("#in-force li")).to_contain_text("every room")

    for one in rooms:
        one.say("during")
        expect(one.note).to_contain_text("Comments are closed for now.")
    house.skip(2 * MINUTE_S + 1)
    for one in rooms:
        one.say("after")

        expect(one.page.locator("#list")).to_contain_text("after")
        assert len(one.rows()) == 1
    eve.reload()
    expect(eve.locator("#in-force li")).to_have_count(0)


def test_whoever_is_barred_was_suspended_by_another_and_does_not_come_back(house, visits, eve):
    page = registered(house, visits, "mal")
    expect(page.locator(".notice-good")).to_be_visible()
    suspended = {"step": "suspend", "login": "mal", "lasts_ms": 3_600_000} | GONE
    house.as_("rey", "POST", "/api/measures", suspended)

    eve.goto(f"{house.url}/measures?login=mal")
    form = eve.locator("form[action='/measures'][method='post']")
    form.locator("select[name=step]").select_option("forbid")
    form.locator("select[name=category]").select_option("fraud")
    form.locator("input[name=basis]").fill("rule 3")
    form.locator("button").last.click()
    eve.goto(f"{house.url}/filings?kind=blacklist&only=open")
    eve.locator("#filings a").first.click()
    again = registered(house, visits, "mallory")

    expect(eve.locator("#state")).to_have_text("draft")
    page.goto(f"{house.url}/me")
    expect(page.locator("#measures a[href^='/me/appeal']").first).to_be_visible()
    expect(again.locator("[role=alert]")).to_have_text("This account may not comment.")
    expect(again.locator(".notice-good")).to_have_count(0)


def test_powers_that_were_taken_are_appealed_for_from_ones_own_page(house, visits, eve):
    room = house.room()
    grant = house.grant("bob", "moderator", room)
    taken = {"keep": ["comment.review"], "reason": "hid too much"}
    house.as_("eve", "POST", f"/api/grants/{grant}/narrow", taken)
    bob = visits.page("bob", viewport={"width": 360, "height": 780})

    bob.goto(f"{house.url}/me#ended")
    expect(bob.locator("#ended")).to_contain_text("hid too much")
    assert bob.evaluate("document.documentElement.scrollWidth") <= 360
    bob.locator("#ended a[href^='/me/appeal']").first.click()
    bob.locator("textarea[name=text]").fill("I hid spoilers only.")
    bob.locator("form.sheet button.primary").click()
    expect(bob.locator("code.secret")).to_be_visible()

    eve.goto(f"{house.url}/review?kind=appeal&room={room}")
    eve.locator(".case-row a").first.click()
    expect(eve.locator("#subject")).to_contain_text("hid too much")
    expect(eve.locator("#hindrance")).to_be_visible()


def test_the_duty_page_has_a_row_for_each_duty_and_says_what_a_gap_is(house, eve):
    eve.goto(f"{house.url}/duty")

    rows = eve.locator("#duties li[data-green]")
    gaps = eve.locator("#duties li[data-green=no]")
    assert rows.count() > 30
    assert gaps.filter(has=eve.locator(".field-error")).count() == gaps.count()


def try_a_text(house, page):
    """What the rules in force say of it, and what those in shadow would."""
    page.goto(f"{house.url}/editor/rules")
    page.locator("#try input[name=text]").fill("a bluebarge")
    page.locator("#try button").click()
    expect(page.locator("#opinions tr", has_text="shadow")).to_contain_text("trade")
    expect(page.locator("#opinions tr", has_text="in force")).not_to_contain_text("trade")


def test_a_rule_set_is_imported_tried_and_does_to_the_past_what_its_report_said(house, visits, eve):
    room = house.room()
    for text in ("a bluebarge", "hello", "the bluebarge again"):
        house.comment(room, "bob", text)
    eve.goto(f"{house.url}/editor/rules")
    drafting = eve.locator("form[action='/editor/rules']")
    drafting.locator("textarea").fill(RULES)
    drafting.locator("input[name=why]").fill("a wave")
    drafting.locator("button").click()
    number = eve.url.rpartition("/")[2]

    eve.goto(f"{house.url}/editor/rules")
    eve.locator(f"form[action$='/{number}/shadow'] button").click()
    house.comment(room, "bob", "one more bluebarge")
    expect(eve.locator("#sets li").first).to_contain_text("shadow")
    try_a_text(house, visits.page("rey"))
    eve.goto(f"{house.url}/editor/rules/{number}")
    eve.locator("#difference button").click()
    expect(eve.locator("#counts")).to_contain_text("3 would be acted on")
    eve.locator("select[name=treatment]").select_option("hold")
    eve.locator("#execute input[name=why]").fill("a wave")
    for button in ("#execute button", f"form[action$='/{number}/active'] button"):
        with eve.expect_navigation():  # nothing can be loaded anew while it is on its way
            eve.locator(button).click()

    def done():
        eve.reload()
        return eve.locator("#scans li").first

    while "ended" not in done().inner_text():
        eve.wait_for_timeout(100)
    expect(eve.locator("#scans li").first).to_contain_text("3 of 3 measures")
    said = " ".join(row["said"] for row in visits.room(room, "ann").rows())
    assert "bluebarge" not in said
    assert "hello" in said
    assert house.comment(room, "bob", "a late bluebarge") == "held"


def lost_and_brought_back(house, backup, key):
    """The disk is lost; the operator has the backup, its key, and that of the vault elsewhere."""
    data_dir = house.server.data_dir
    vault_key = (data_dir / VAULT_FILE).read_bytes()
    house.server.stop()
    shutil.rmtree(data_dir)
    ended = danmaku(data_dir, "restore", backup, "--into", data_dir, "--key", key)
    assert ended.returncode == 0, ended.stderr
    (data_dir / VAULT_FILE).write_bytes(vault_key)
    house.skip(0)  # the clock of this house is kept there, too
    house.server.start()


def test_what_was_backed_up_is_brought_back_whole_and_open_pages_load_anew(
    house, visits, sessions, tmp_path
):
    room, backup, key = house.room(), str(tmp_path / "backup"), str(tmp_path / "key")
    for text in ("one", "two", "three"):
        house.comment(room, "ann", text)
    page = visits.room(room)
    before = page.rows()
    assert danmaku(house.server.data_dir, "backup", "key", key).returncode == 0
    told(house, "backup", backup, "--key", key)
    house.comment(room, "ann", "lost with the disk")
    expect(page.row(4)).to_contain_text("lost with the disk")

    lost_and_brought_back(house, backup, key)
    sessions.clear()  # nobody is signed in by a backup

    expect(page.row(4)).to_have_count(0, timeout=BACK_MS)
    assert page.rows() == before
    assert {one["state"] for one in told(house, "verify")} == {"sound"}
    house.comment(room, "ann", "in another life")
    expect(page.row(4)).to_contain_text("in another life")
    assert page.numbers() == [4, 3, 2, 1]


def test_a_new_agreement_binds_from_its_minute_and_is_accepted_on_the_way(house, visits, tmp_path):
    house.account("emil", "Emil")
    emil = visits.room(house.room(), "emil")
    file = tmp_path / "agreement.md"
    file.write_text("# 用户协议\n请文明发言。\n---\n# Agreement\nBe civil.\n", "utf-8")
    at = datetime.fromtimestamp(int(house.now_s()) + MINUTE_S, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    words = ("document", "issue", "agreement", str(file), "--mandatory", "--from", at)
    issued = danmaku(house.server.data_dir, *words)
    assert "Version 2" in issued.stdout + issued.stderr

    emil.say("before")
    expect(emil.page.locator("#list")).to_contain_text("before")
    house.skip(MINUTE_S)
    emil.say("after")
    expect(emil.note).to_contain_text("Please accept the current terms first.")
    assert len(emil.rows()) == 1

    emil.note.get_by_role("link", name="Read and accept").click()
    expect(emil.page.locator("main")).to_contain_text("Be civil.")
    emil.page.locator("form[action='/accept'] button").click()
    emil.open()
    emil.say("accepted")
    expect(emil.page.locator("#list")).to_contain_text("accepted")


def test_whoever_is_appointed_for_an_hour_works_at_once_and_for_that_hour(house, visits):
    staff = {"rhea": ("reviewer", "/review"), "ines": ("inspector", "/inspect")}
    pages = {login: verified_colleague(house, visits, login) for login in staff}

    def may_look():
        answers = (pages[login].goto(f"{house.url}{desk}") for login, (_, desk) in staff.items())
        return [answer.status for answer in answers]

    before = may_look()
    for login, (bundle, _) in staff.items():
        words = ("account", "grant", login, bundle, "--hours", "1")
        assert danmaku(house.server.data_dir, *words).returncode == 0
    during = may_look()
    house.as_("ines", "GET", "/api/inspection/figures")
    [given] = [row for row in told(house, "account", "grants", "ines") if row["until_ms"]]
    house.skip_to(given["until_ms"] / 1000 - MINUTE_S)
    at_last = may_look()
    house.skip(MINUTE_S + 1)

    assert given["bundle"] == "inspector"
    assert (before, during, at_last) == ([403] * 2, [200] * 2, [200] * 2)
    assert pages["rhea"].goto(f"{house.url}/review").status == 403
    pages["ines"].goto(f"{house.url}/inspect")
    expect(pages["ines"]).to_have_url(re.compile("/sign-in"))
    with pytest.raises(httpx.HTTPStatusError) as dead:
        house.as_("ines", "GET", "/api/inspection/figures")
    assert dead.value.response.status_code == 401


def ask_who_it_is(house, page, login):
    page.goto(f"{house.url}/disclosures")
    for name, value in (("login", login), ("purpose", "an inquiry"), ("basis", "letter 7")):
        page.locator(f"#ask input[name={name}]").fill(value)
    page.locator("#ask button").click()
    expect(page.locator("#waiting li", has_text=login).first).to_be_visible()


def test_who_somebody_is_is_told_once_between_two_and_each_step_is_entered(house, visits, eve):
    of_sam = "110101199003070118"
    expect(registered(house, visits, "sam", of_sam).locator(".notice-good")).to_be_visible()
    house.account("iris", "Iris")
    house.office("iris", "inspector", until_ms=int(1000 * (house.now_s() + 60 * MINUTE_S)))
    iris = visits.page("iris")
    ask_who_it_is(house, iris, "sam")
    ask_who_it_is(house, eve, "sam")
    by_eve, by_iris = (eve.locator("#waiting li", has_text=f"by {who}") for who in ("eve", "iris"))

    expect(by_eve.locator("form")).to_have_count(0)
    expect(iris.locator("#waiting form")).to_have_count(0)
    by_iris.locator("form[action$='/agree'] button").click()
    expect(by_iris).to_contain_text("agreed")
    expect(by_iris.locator("form")).to_have_count(0)
    iris.reload()
    iris.locator("#waiting form[action$='/read'] button").click()
    expect(iris.locator("#told")).to_contain_text(LEGAL_NAME)
    expect(iris.locator("#told")).to_contain_text(of_sam)

    iris.goto(f"{house.url}/disclosures")
    assert of_sam not in iris.content()
    expect(iris.locator("#waiting li")).to_have_count(0)
    iris.goto(f"{house.url}/inspect")
    steps = {"disclosure_asked": "2", "disclosure_agreed": "1", "identity_read": "1"}
    for kind, count in steps.items():
        expect(iris.locator("tr", has_text=kind).locator("td").last).to_have_text(count)
