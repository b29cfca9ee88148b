"""A room's page in somebody's browser, in the words of who looks at it."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

OWN = re.compile(r"\bis-own\b")
MARKER = re.compile(r"\bis-marker\b")

# What a reader sees of each row, and what the page's own script relies on.
# A row that has not been drawn yet has no inner text, so each is drawn as it is read.
READ_ROWS = """() => [...document.querySelectorAll('#list > li.row')].map((row) => {
row.style.contentVisibility = 'visible';
const read = {
  number: Number(row.dataset.number),
  position: Number(row.dataset.position),
  author: row.dataset.author,
  classes: [...row.classList].sort().join(' '),
  time: row.querySelector('.row-time').textContent,
  said: row.querySelector('.row-body').innerText.replace(/\\s+/g, ' ').trim(),
  link: row.querySelector('.row-number').getAttribute('href'),
  actions: [...row.querySelectorAll('.row-actions button, .row-actions a')].map(
    (action) => action.textContent.trim()),
  hidden: row.hidden,
};
row.style.contentVisibility = '';
return read;
})"""

READ_FLYING = """() => [...document.querySelectorAll('.fly')].map((item) => {
  const [flight] = item.getAnimations();
  return {
    number: Number(item.dataset.number),
    elapsed_ms: Number(flight.currentTime),
  };
})"""


@dataclass
class RoomPage:
    """One person at one room's page."""

    page: Page
    url: str

    def open(self) -> "RoomPage":
        """Go there and wait until the page follows the room."""
        self.page.goto(self.url)
        self.joined()
        return self

    def reload(self) -> None:
        self.page.reload()
        self.joined()

    def joined(self) -> None:
        expect(self.page.locator("#connection")).to_have_attribute("data-state", "joined")

    # --- doing

    @property
    def box(self) -> Locator:
        return self.page.locator("#composer input[name=text]")

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def choose(self, number: int, action: str) -> None:
        """Pick an action from a row's menu."""
        self.row(number).locator("summary").click()
        self.row(number).get_by_text(action, exact=True).click()

    def set(self, **settings: float) -> None:
        """Move sliders of the open settings panel, in their own units."""
        for name, value in settings.items():
            slider = self.page.locator(f"#settings-form input[name={name}]")
            slider.evaluate(SLIDE, str(value))

    def open_settings(self) -> None:
        self.page.locator("#open-settings").click()

    def close_settings(self) -> None:
        self.page.keyboard.press("Escape")

    def shield(self, word: str) -> None:
        self.page.locator("#shield-word").fill(word)
        self.page.locator("#shield-add").click()

    def press_switch(self) -> None:
        self.page.locator("#danmaku-switch").click()

    # --- seeing

    @property
    def note(self) -> Locator:
        return self.page.locator("#composer-note")

    def row(self, number: int) -> Locator:
        return self.page.locator(f"#c{number}")

    def rows(self) -> list[dict[str, object]]:
        return self.page.evaluate(READ_ROWS)

    def numbers(self) -> list[int]:
        return [row["number"] for row in self.rows()]

    def fly(self, number: int) -> Locator:
        """The comment over the picture."""
        return self.page.locator(f'.fly[data-number="{number}"]')

    @property
    def flies(self) -> Locator:
        return self.page.locator(".fly")

    def flying(self) -> dict[int, dict[str, object]]:
        """Everything over the picture, by number."""
        return {item["number"]: item for item in self.page.evaluate(READ_FLYING)}

    # --- the video

    def seek(self, seconds: float) -> None:
        """Move the video's hand and wait until it stands there."""
        self.page.evaluate(SEEK, seconds)

    def play(self) -> None:
        self.page.evaluate("() => document.querySelector('video').play()")

    def pause(self) -> None:
        self.page.evaluate("() => document.querySelector('video').pause()")

    def media_ms(self) -> float:
        return self.page.evaluate("() => document.querySelector('video').currentTime * 1000")


SLIDE = """(slider, value) => {
  slider.value = value;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
}"""

SEEK = """(seconds) => new Promise((done) => {
  const video = document.querySelector('video');
  const move = () => {
    video.addEventListener('seeked', () => requestAnimationFrame(() => done()), { once: true });
    video.currentTime = seconds;
  };
  if (video.readyState >= 1) move();
  else video.addEventListener('loadedmetadata', move, { once: true });
})"""
