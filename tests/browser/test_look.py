"""Language, light, width, keys and motion: the page fits whoever comes."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
OWN_PAGES = (
    "/me",
    "/me/credit",
    "/me/appeal?room={room}&seq=2",
    "/me/leave",
    "/account/identity",
    "/account/sessions",
    "/invitations",
)
HOUSE_PAGES = (
    "/about",
    "/privacy",
    "/rules",
    "/terms",
    "/documents/agreement",
    "/documents/civility",
    "/documents/operator_clauses",
)
STAFF_PAGES = (
    ("rey", "/review"),
    ("rey", "/review/held"),
    ("rey", "/review/care"),
    ("rey", "/review/cases/{case}"),
    ("rey", "/names"),
    ("rey", "/patrol"),
    ("rey", "/bulk"),
    ("rey", "/bulk/{scan}"),
    ("rey", "/measures"),
    ("rey", "/measures/{measure}"),
    ("rey", "/training"),
    ("rey", "/roster"),
    ("rey", "/rechecks"),
    ("rey", "/editor/rules"),
    ("tom", "/rooms/{room}/keeping"),
    ("tom", "/review/held?room={room}"),
    ("eve", "/controls"),
    ("eve", "/applications"),
    ("eve", "/disclosures"),
    ("eve", "/legal-holds"),
    ("eve", "/filings"),
    ("eve", "/filings/{filing}"),
    ("eve", "/filings/{period}"),
    ("eve", "/orders"),
    ("eve", "/duty"),
    ("eve", "/handling"),
    ("ins", "/inspect"),
    ("ins", "/review/cases/{case}"),
    ("ins", "/handling"),
    ("opal", "/load"),
    ("opal", "/webhooks"),
)
PAGES = (  # path, who looks
    ("/", None),
    ("/rooms/{room}", "mia"),
    ("/rooms/{room}", None),
    ("/rooms/{room}?before=40", "ann"),
    ("/rooms/{room}/comments/1", "ann"),
    ("/rooms/{room}/manage", "mia"),
    ("/rooms/{room}/keeping", "mia"),
    ("/rooms/{room}/hidden", None),
    ("/rooms/{room}/search?q=a", None),
    ("/overlay/{room}/dock", "mia"),
    ("/account", "ann"),
    ("/sign-in", None),
    ("/register", None),
    ("/report?room={room}&number=1", None),
    ("/complain?room={room}&number=1", None),
    ("/receipts", None),
    ("/receipts/{receipt}", None),
    ("/transparency", None),
    ("/reset/there-is-none", None),
    ("/handling", "ann"),  # refused
    *((path, login) for login, path in STAFF_PAGES),
    ("/rooms/there-is-none", None),
    *((path, "ann") for path in OWN_PAGES),
    *((path, None) for path in HOUSE_PAGES),
    ("/embed/{room}", None),
    ("/docs", None),
)
WITH_NEWS = {"/patrol", "/review"}  # a stream that stays open: the network never rests
LONG = "一条很长很长的弹幕" * 5 + "and-a-word-that-no-line-can-hold" * 2


@pytest.fixture(scope="module")
def room(house):
    """A room with everything that takes space: long names and words, held ones, many comments."""
    room = house.room(title="弹幕直播间 with a title that is longer than a phone is wide · really")
    house.account(f"long-{room}", "一个名字很长的观众 with a name")
    for number in range(50):
        house.comment(room, f"long-{room}", f"{LONG[:90]}{number}")
    house.comment(room, "ann", "wobblesnark " + "x" * 80)
    house.as_("mia", "POST", f"/api/rooms/{room}/comments/3/recall")
    return room


@pytest.fixture(scope="module")
def places(house, room):
    """Where that room's affairs are handled: a report, a measure, a bulk recall, filings."""
    told = {"room": room, "category": "spam"}
    case = house.as_("tom", "POST", "/api/reports", told | {"number": 7, "text": LONG}).json()
    [listed] = house.as_("rey", "GET", f"/api/cases?room={room}&kind=report").json()["cases"]
    house.as_("rey", "POST", f"/api/rooms/{room}/comments/8/recall", {"category": "spam"})
    measures = house.as_("rey", "GET", "/api/measures").json()["measures"]
    wanted = told | {"why": "a flood"}
    scan = house.as_("rey", "POST", "/api/bulk-recalls/preview", wanted).json()
    weakness = {"title": LONG, "text": LONG, "risk": "low"}
    filing = house.as_("rey", "POST", "/api/filings/vulnerabilities", weakness).json()
    day = {"from_ms": 0, "to_ms": 86_400_000}
    period = house.as_("rey", "POST", "/api/filings/reports", day).json()
    return {
        "room": room,
        "receipt": case["receipt"],
        "case": listed["case_id"],
        "measure": measures[0]["measure_id"],
        "scan": scan["scan"],
        "filing": filing["filing"],
        "period": period["filing"],
    }


@pytest.mark.parametrize(("path", "login"), PAGES)
def test_every_page_fits_a_phone_and_tells_times_in_words(house, visits, places, path, login):
    page = visits.page(login, **PHONE)

    page.goto(house.url + path.format(**places))

    if path not in WITH_NEWS:
        page.wait_for_load_state("networkidle")
    assert page.evaluate(WIDER) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert re.findall(r".*\d{4}-\d\d-\d\dT\d\d:.*", page.locator("body").inner_text()) == []


@pytest.mark.parametrize("path", ["/report", "/complain"])
def test_fields_in_a_line_begin_at_one_height_whatever_hint_follows_them(house, visits, path):
    page = visits.page(**PHONE)

    page.goto(house.url + path)

    [room, number] = [page.locator(f".pair input[name={name}]") for name in ("room", "number")]
    assert room.evaluate(BOX) == number.evaluate(BOX)


BOX = "(field) => { const { y, height } = field.getBoundingClientRect(); return [y, height]; }"


# Elements that reach beyond the screen where nothing cuts them off or scrolls.
WIDER = """() => {
  const cut = (element) => {
    for (let up = element.parentElement; up; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    return false;
  };
  return [...document.body.querySelectorAll('*')]
    .filter((each) => each.checkVisibility() && !cut(each))
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    .map((each) => each.outerHTML.slice(0, 120));
}"""


def test_language_follows_the_browser_and_the_switch_is_remembered(house, visits, room):
    page = visits.page(locale="zh-CN")
    page.goto(f"{house.url}/rooms/{room}")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#list-title")).to_contain_text("弹幕列表")

    page.get_by_role("button", name="English").click()

    expect(page).to_have_url(f"{house.url}/rooms/{room}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#list-title")).to_contain_text("Comments")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_script_speaks_the_language_of_its_page(house, visits):
    room = house.room()
    ann = visits.room(room, "ann", locale="zh-CN")

    expect(ann.page.locator("#connection")).to_have_text("实时更新")
    ann.say("咕噜待审")

    expect(ann.note).to_have_text(re.compile("审核"))


def test_script_tells_times_in_the_language_of_its_page(house, visits):
    room = house.room()
    ann = visits.room(room, "ann", locale="en-GB")
    ann.page.get_by_role("button", name="中文").click()
    ann.joined()

    ann.say("at what time")

    expect(ann.row(1).locator(".row-number")).to_have_attribute("title", re.compile(r"^\d{4}/\d"))


def test_another_language_keeps_what_is_being_reported(house, visits, room):
    page = visits.page()
    page.goto(f"{house.url}/report?room={room}&number=5")
    expect(page.locator(".about-what")).to_contain_text("#5")

    page.get_by_role("button", name="中文").click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator(".about-what")).to_contain_text("#5")


def brightness(page: Page) -> float:
    """Of the page's ground, from 0 (black) to 255."""
    color = page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", color)[:3])
    return (red + green + blue) / 3


def test_dark_mode_follows_the_system_and_the_button_is_remembered(house, visits, room):
    page = visits.page(color_scheme="dark")
    page.goto(f"{house.url}/rooms/{room}")
    assert brightness(page) < 60

    page.locator("#theme").click()

    assert brightness(page) > 200
    page.reload()
    assert brightness(page) > 200


def test_keyboard_reaches_and_uses_everything_on_the_way_to_a_comment(visits, house):
    room = house.room(live=True)
    ann = visits.room(room, "ann")
    keys = ann.page.keyboard
    reached = tab_to(ann.page, "#danmaku-switch")
    assert reached[0] == "skip"
    assert ann.page.evaluate(OUTLINE) != "none"
    keys.press("Space")
    expect(ann.page.locator("#danmaku-switch")).to_have_attribute("aria-checked", "false")
    keys.press("Space")

    tab_to(ann.page, "#open-settings")
    keys.press("Enter")
    expect(ann.page.locator("#settings")).to_be_visible()
    keys.press("Escape")
    expect(ann.page.locator("#settings")).to_be_hidden()
    expect(ann.page.locator("#open-settings")).to_be_focused()

    tab_to(ann.page, "#composer input[name=text]")
    keys.type("typed and sent")
    tab_to(ann.page, "#composer-send")
    keys.press("Enter")

    expect(ann.row(1)).to_contain_text("typed and sent")
    tab_to(ann.page, "#c1 summary")
    keys.press("Enter")
    tab_to(ann.page, "#c1 .row-recall button")
    keys.press("Enter")
    expect(ann.row(1)).to_contain_text("Withdrawn by its author")


OUTLINE = "() => getComputedStyle(document.activeElement).outlineStyle"
PRESSES_MAX = 80


def tab_to(page: Page, wanted: str) -> list[str]:
    """Press Tab until `wanted` has the focus; the classes of what was passed."""
    passed = []
    for _ in range(PRESSES_MAX):
        page.keyboard.press("Tab")
        passed.append(page.evaluate("() => document.activeElement.className"))
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return passed
    pytest.fail(f"the Tab key never reached {wanted}: {passed}")


def test_nothing_moves_for_who_wants_less_motion(visits, house):
    room = house.room(live=True)
    ann = visits.room(room, "ann", reduced_motion="reduce")

    house.comment(room, "bob", "crossing for the others")

    expect(ann.fly(1)).to_be_visible()
    assert ann.page.evaluate(MOVING) == []


# Animations that run and change any place.
MOVING = """() => document.getAnimations()
  .filter(({ effect, playState }) => playState === 'running'
    && effect.getKeyframes().some((frame) => 'transform' in frame || 'left' in frame))
  .map(({ effect }) => effect.target.outerHTML)"""


@pytest.mark.parametrize(
    "path", ["/", "/rooms/{room}", "/report", "/sign-in", "/register", *OWN_PAGES, *HOUSE_PAGES]
)
def test_every_control_has_a_name(house, visits, room, path):
    page = visits.page("ann" if path in OWN_PAGES or "room}" in path else None)

    page.goto(house.url + path.format(room=room))

    page.wait_for_load_state("networkidle")
    assert page.evaluate(NAMELESS) == []


NAMELESS = """() => [...document.querySelectorAll('button, a, input, select, summary, textarea')]
  .filter((each) => each.checkVisibility() && each.type !== 'hidden')
  .filter((each) => !(
    each.getAttribute('aria-label') || each.labels?.length || each.innerText?.trim()
    || each.textContent.trim() || each.closest('.art-video-player')))
  .map((each) => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", [*OWN_PAGES, *HOUSE_PAGES, "/register", "/sign-in"])
def test_headings_tell_the_parts_of_a_page_one_level_at_a_time(house, visits, room, path):
    page = visits.page("ann" if path in OWN_PAGES else None)

    page.goto(house.url + path.format(room=room))

    levels = page.evaluate(LEVELS)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


LEVELS = """() => [...document.querySelectorAll('h1, h2, h3, h4')]
  .map((each) => Number(each.tagName[1]))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", *OWN_PAGES, *HOUSE_PAGES, "/register"])
def test_words_stand_out_from_their_ground(house, visits, room, path, scheme):
    page = visits.page("ann" if path in OWN_PAGES else None, color_scheme=scheme)

    page.goto(house.url + path.format(room=room))

    page.wait_for_load_state("networkidle")
    assert page.evaluate(FAINT) == []


# Texts whose contrast with what is painted behind them is less than 4.5 to 1.
FAINT = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [red, green, blue] = numbers(color).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let up = element; up; up = up.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(up);
      if (backgroundImage !== 'none') return null;
      if ((numbers(backgroundColor)[3] ?? 1) > 0.99) return backgroundColor;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  const faint = (...lights) => (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05) < 4.5;
  return [...document.querySelectorAll('main *')]
    .filter((each) => each.checkVisibility() && !each.closest('[disabled], .visually-hidden'))
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((each) => ground(each) !== null)
    .filter((each) => faint(light(getComputedStyle(each).color), light(ground(each))))
    .map((each) => each.outerHTML.slice(0, 120));
}"""
