"""Keys pressed as somebody presses them: on a page that has come whole."""

from playwright.sync_api import Page


def press(page: Page, *keys: str) -> None:
    """A key that comes before the page's script is nobody's, as with every page."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)
