"""Players, unmodified, on a page of another site: they show every comment, and run none."""

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import sync_playwright

from tests.clients.conftest import ROOM
from tests.house.tree import ROOT

MODULES = ROOT / ".clients/npm/node_modules"
CLIP = ROOT / "danmaku/demo/media/clip.mp4"
PAGE = """<!doctype html><meta charset="utf-8"><div id="player" style="width:640px;height:360px">
</div><script src="/dplayer/dist/DPlayer.min.js"></script>
<script src="/artplayer/dist/artplayer.js"></script>
<script src="/artplayer-plugin-danmuku/dist/artplayer-plugin-danmuku.js"></script>"""

DPLAYER = """async ([api, id, token]) => {
  const container = document.getElementById('player');
  const player = new DPlayer({container, video: {url: 'none.mp4'}, danmaku: {id, api, token}});
  while (!player.danmaku.dan || !player.danmaku.dan.length) {
    await new Promise((wake) => setTimeout(wake, 50));
  }
  const ITEMS = '.dplayer-danmaku-item:not(.dplayer-danmaku-item--demo)';  // that one measures
  const items = player.danmaku.dan;
  player.danmaku.draw(items);
  return {
    count: items.length,
    texts: [...container.querySelectorAll(ITEMS)].map((one) => one.innerText),
    elements: container.querySelectorAll(`${ITEMS} *`).length,
  };
}"""
SEND = """async ([api, id, token, text]) => {
  const container = document.getElementById('player');
  const danmaku = {id, api, token, user: 'somebody else'};
  const player = new DPlayer({container, video: {url: 'none.mp4'}, danmaku});
  await new Promise((sent) => {
    player.danmaku.send({text, color: 16777215, type: 0}, sent);
  });
}"""
ARTPLAYER = """async ([url]) => {
  const art = new Artplayer({
    container: '#player', url: 'none.mp4', plugins: [artplayerPluginDanmuku({danmuku: url})],
  });
  const loaded = await new Promise((done, failed) => {
    art.on('artplayerPluginDanmuku:loaded', done);
    art.on('artplayerPluginDanmuku:error', failed);
  });
  return loaded.map((one) => [one.text, one.time, one.mode, one.color]);
}"""


class _Files(SimpleHTTPRequestHandler):
    def translate_path(self, path):
        """Where a file lies; there is one film."""
        return str(CLIP) if path == "/film.mp4" else super().translate_path(path)

    def do_GET(self):
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_):
        """Stay silent."""


@pytest.fixture(scope="module")
def site():
    assert MODULES.exists(), "tools/clients.sh has not been run"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(MODULES)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(site):
    """The other site's page; a comment that runs opens a dialogue, and that is seen."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        dialogues = []
        page.on("dialog", lambda one: (dialogues.append(one.message), one.dismiss()))
        page.goto(site)
        yield page
        assert dialogues == []
        browser.close()


@pytest.mark.parametrize("base", ["/", "/dplayer/"])
def test_dplayer_shows_every_comment_and_runs_none(record, page, base):
    shown = page.evaluate(DPLAYER, [record.url + base, ROOM, record.token])
    page.wait_for_timeout(300)  # as long as a broken picture takes to say that it is broken

    assert shown["count"] == len(record.shown)
    assert set(shown["texts"]) == record.shown
    assert shown["elements"] == 0


def test_artplayer_shows_every_comment(record, page):
    loaded = page.evaluate(ARTPLAYER, [f"{record.url}/rooms/{ROOM}/record.xml"])

    assert {text for text, *_ in loaded} == record.shown
    assert {mode for _, _, mode, _ in loaded} == {0, 1, 2}


def test_what_dplayer_sends_is_in_the_record(record, page):
    text = "it's <i>sent</i> & kept"
    record.open_room("sent-to")

    page.evaluate(SEND, [f"{record.url}/", "sent-to", record.token, text])

    [comment] = json.loads(record.get("/api/rooms/sent-to/comments"))["comments"]
    assert comment["text"] == text
    assert "somebody" not in comment["name"]
