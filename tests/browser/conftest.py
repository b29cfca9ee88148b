"""A running house, a browser, and people who visit."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from bench.server import Server
from danmaku.demo.rooms import PASSWORD
from tests.browser.house import UNHURRIED, House
from tests.browser.room_page import RoomPage
from tests.browser.sites import ForeignSite

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
WAIT_MS = 30_000  # a condition that has not come by then will not

# Says what the console alone does not always say.
TELL_VIOLATIONS = """addEventListener('securitypolicyviolation', (violation) =>
  console.error('Policy stopped', violation.violatedDirective, violation.sample));"""

HERE = Path(__file__).parent

expect.set_options(timeout=WAIT_MS)


def pytest_collection_modifyitems(items):
    for item in items:  # of the whole run, not of this folder alone
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def foreign_site():
    with ForeignSite() as site:
        yield site


@pytest.fixture(scope="package")
def house(tmp_path_factory, foreign_site) -> Iterator[House]:
    listed = {"SERVER__EMBED_ORIGINS": f'["{foreign_site.origin}"]', "DEMO": "true"}
    with Server(tmp_path_factory.mktemp("house"), UNHURRIED | listed) as server:
        house = House(server)
        yield house
        house.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield browser
        browser.close()


class Visits:
    """Opens browsers for people, and notes what a page's own safety had to stop."""

    def __init__(self, chromium: Browser, house: House, states: dict[str, object]) -> None:
        self._chromium = chromium
        self._house = house
        self._states = states
        self._open = ExitStack()
        self.complaints: list[str] = []

    def close(self) -> None:
        self._open.close()

    def browser(self, login: str | None = None, **options: object) -> BrowserContext:
        """A browser of its own; with a login, one that is signed in."""
        state = None if login is None else self._signed_in(login)
        settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}} | options
        context = self._chromium.new_context(storage_state=state, **settings)
        context.set_default_timeout(WAIT_MS)
        self._open.callback(context.close)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("page", self._listen)
        return context

    def page(self, login: str | None = None, **options: object) -> Page:
        return self.browser(login, **options).new_page()

    def room(
        self, room: str, login: str | None = None, *, url: str | None = None, **options: object
    ) -> RoomPage:
        """Somebody at a room's page, which follows the room already."""
        address = f"{url or self._house.url}/rooms/{room}"
        return RoomPage(self.page(login, **options), address).open()

    def _signed_in(self, login: str) -> object:
        if login not in self._states:
            with self._chromium.new_context() as context:
                page = context.new_page()
                page.goto(f"{self._house.url}/sign-in")
                page.locator("input[name=name]").fill(login)
                page.locator("input[name=password]").fill(PASSWORD)
                page.locator("main button.primary").click()
                page.wait_for_url(f"{self._house.url}/")
                self._states[login] = context.storage_state()
        return self._states[login]

    def _listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Polic" in message.text:
            self.complaints.append(f"{message.page and message.page.url}: {message.text}")


@pytest.fixture(scope="package")
def sessions() -> dict[str, object]:
    """Who is signed in already, so that each person signs in once."""
    return {}


@pytest.fixture
def visits(chromium, house, sessions) -> Iterator[Visits]:
    """People's browsers; whatever they did, no page broke and none broke its own policy."""
    visits = Visits(chromium, house, sessions)
    yield visits
    visits.close()
    assert visits.complaints == []
