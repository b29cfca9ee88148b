"""The way to report is in the first screen of every page, on a phone, for whoever looks.

Pages are found in the code, so that a new one is measured too.
"""

import importlib
import pkgutil
import re
from itertools import product

import pytest

from danmaku import web

PHONE = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True}
FILES = re.compile(r"\.(ass|css|csv|js|jsonl|json|py|so|txt|vtt|xml|zip)$|export$|^/heads$")
PICTURES = {"/overlay/{room}"}  # laid over a broadcast, where nobody can press anything
VISITORS = (None, "ann", "mia", "rey", "eve", "ins")


def addresses():
    """What a browser can ask for by itself, as its routes are written."""
    for module in pkgutil.iter_modules(web.__path__):
        router = getattr(importlib.import_module(f"danmaku.web.{module.name}"), "router", None)
        for route in () if router is None else router.routes:
            if "GET" in route.methods:
                yield route.path


PAGES = sorted(
    {"/there-is-no-such-page"}
    | {one for one in addresses() if not one.startswith("/api/") and not FILES.search(one)}
    - PICTURES
)


@pytest.fixture(scope="module")
def room(house):
    room = house.room()
    house.comment(room, "bob", "something wrong")
    return room


def filled(route, room):
    """An address of a route; what is not there is answered by a page as well."""
    known = {"room": room, "number": "1", "kind": "agreement"}
    return re.sub(r"\{(\w+)\}", lambda named: known.get(named[1], "1"), route)


def test_the_pages_were_found():
    assert {"/", "/rooms/{room}", "/report", "/me/appeal", "/review", "/rules"} <= set(PAGES)


@pytest.mark.parametrize("login", VISITORS)
def test_the_way_to_report_is_in_the_first_screen(house, visits, room, login):
    page = visits.page(login, **PHONE)
    missing = {}
    for route in PAGES:
        answer = page.goto(house.url + filled(route, room), wait_until="domcontentloaded")
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        found = page.evaluate(IN_SIGHT)
        if not found:
            missing[route] = answer.status

    assert missing == {}


# Links and buttons that report, whole in the first screen, uncovered, and large enough to press.
IN_SIGHT = """() => {
  scrollTo(0, 0);
  const doors = document.querySelectorAll(
    'a[href^="/report"], a[href^="/complain"], .art-control-danmaku-report');
  return [...doors].filter((door) => {
    const { left, top, right, bottom, width, height } = door.getBoundingClientRect();
    const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    if (!door.checkVisibility() || !inside || width < 20 || height < 18) return false;
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return hit !== null && (door.contains(hit) || hit.contains(door));
  }).map((door) => door.textContent.trim());
}"""


@pytest.mark.parametrize(("lang", "words"), [("en", "Report"), ("zh-CN", "举报投诉")])
def test_it_is_said_in_the_readers_own_language(house, visits, lang, words):
    page = visits.page(**PHONE, locale=lang)
    page.goto(house.url)

    assert words in page.evaluate(IN_SIGHT)


@pytest.mark.parametrize(("login", "path"), [*product((None, "ann"), ("/report", "/complain"))])
def test_its_pages_fit_a_phone(house, visits, room, login, path):
    page = visits.page(login, **PHONE)
    page.goto(f"{house.url}{path}?room={room}&number=1")

    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
