"""The client library as npm installs it, in the lines of docs/client.md, with players of others."""

import json
import re
import shutil
import subprocess
import sys

import httpx
import pytest
from playwright.sync_api import expect

from bench.server import Server
from tests.clients.conftest import ROOM, SETTINGS, filled
from tests.clients.test_players import MODULES, page, site  # noqa: F401 -- fixtures
from tests.house.tree import ROOT

BLOCK = re.compile(r"<!-- try: (\w+) -->\n```\w+\n(.*?)```", re.DOTALL)
BLOCKS = dict(BLOCK.findall((ROOT / "docs/client.md").read_text("utf-8")))
PAGE = """<!doctype html><meta charset="utf-8">
<script type="importmap">{"imports": {"danmaku-client": "/danmaku-client/dist/index.js"}}</script>
<div id="player" style="width:640px;height:360px"></div>
<div style="position:relative;width:640px;height:360px">
<video src="/film.mp4" muted style="position:absolute;width:640px"></video>
<div id="screen" style="position:absolute;width:640px;height:360px"></div></div>
<script src="/dplayer/dist/DPlayer.min.js"></script>
<script src="/artplayer/dist/artplayer.js"></script>
<script src="/artplayer-plugin-danmuku/dist/artplayer-plugin-danmuku.js"></script>
<script src="/danmu.js/dist/index.js"></script>
<script src="/nplayer/dist/index.min.js"></script>
<script src="/@nplayer/danmaku/dist/index.min.js"></script>
<script src="/danmaku/dist/danmaku.js"></script>"""

# What each player holds, as it keeps it; an emptied item is none.
HELD = {
    "artplayer": "() => queue.map((one) => one.text)",
    "dplayer": """() => {
        const plain = document.createElement('textarea');
        return player.danmaku.dan.map((one) => {
            plain.innerHTML = one.text;
            return plain.value;
        });
    }""",
    "danmujs": "() => player.state.comments.map((one) => one.txt)",
    "nplayer": "() => player.danmaku.getItems().map((one) => one.text)",
    "danmaku": "() => player.comments.map((one) => one.text)",
}
LOOK = {
    "artplayer": """window.queue = [];
        player.on('artplayerPluginDanmuku:loaded', (queue) => { window.queue = queue; });"""
}
PLAY = """() => Promise.all([...document.querySelectorAll('video')].map((video) => {
    video.muted = true;
    return video.play();
}))"""
CURRENT = "() => Math.max(...[...document.querySelectorAll('video')].map((one) => one.currentTime))"
# One player keeps the element of what it has taken off, wholly transparent, for the next comment.
UNSEEN = """(text) => ![...document.querySelectorAll('body *')].some((one) =>
    one.children.length === 0 && one.textContent === text
    && one.checkVisibility({opacityProperty: true, visibilityProperty: true}))"""
# How a person sends in each; two have no way of their own.
SEND = {
    "dplayer": "(text) => player.danmaku.send({text, color: 0xffffff, type: 0}, () => {})",
    "nplayer": "(text) => player.danmaku.send({text, type: 'scroll', color: '#ffffff'})",
    "artplayer": """(text) => player.plugins.artplayerPluginDanmuku.option
        .beforeEmit({text, mode: 0, color: '#ffffff', time: 1})""",
    "danmujs": "(text) => room.send({text})",
    "danmaku": "(text) => room.send({text})",
}
PLAYERS = sorted(HELD)


@pytest.fixture(scope="module")
def house(site, tmp_path_factory):  # noqa: F811 -- a fixture
    """A server that lists the other site, and a room with every awkward comment."""
    listed = {"SERVER__ORIGINS": json.dumps([site.rstrip("/")])}
    with Server(tmp_path_factory.mktemp("library"), SETTINGS | listed) as server:
        wire = httpx.HTTPTransport(uds=str(server.desk))
        with httpx.Client(transport=wire, base_url="http://desk", timeout=60) as desk:
            yield filled(f"http://{server.address}", desk)


@pytest.fixture
def client(house, page):  # noqa: F811 -- a fixture
    return Client(house, page)


class Client:
    """A page of the other site with lines of the docs, and the room as others see it."""

    def __init__(self, house, page):  # noqa: F811 -- no fixture
        self.house, self.page = house, page
        self.said = []
        page.on("console", lambda one: self.said.append(one.text))
        page.set_content(PAGE)

    def run(self, kind):
        if kind in ("artplayer", "dplayer", "nplayer"):  # these bring a video of their own
            self.page.evaluate("() => document.querySelector('video').remove()")
        lines = BLOCKS[kind].replace("https://danmaku.example", self.house.url)
        lines = lines.replace("TOKEN", self.house.token).replace("'demo'", f"'{ROOM}'")
        kept = (
            ""
            if kind == "room"
            else f"Object.assign(window, {{room, player}});{LOOK.get(kind, '')}"
        )
        self.page.add_script_tag(content=lines + kept + "window.ran = true;", type="module")
        self.page.wait_for_function("window.ran")

    def texts(self):
        """Of the comments that stand, as the server's own list has them."""
        rows = json.loads(self.house.get(f"/api/rooms/{ROOM}/comments?limit=1000"))["comments"]
        return [row["text"] for row in rows if row["kind"] == "comment"]

    def api(self, path, **fields):
        headers = {"Authorization": f"Bearer {self.house.token}"}
        url = f"{self.house.url}/api/rooms/{ROOM}/{path}"
        answer = httpx.post(url, json=fields or None, headers=headers, trust_env=False)
        return answer.raise_for_status().json()

    def until_held(self, kind, texts):
        """Wait until the player holds these texts, each as often as given."""
        wanted = json.dumps(texts)
        sort = f"JSON.stringify(({HELD[kind]})().filter((text) => text !== '').sort())"
        # Sorted over there: the languages order what lies beyond the first plane differently.
        self.page.wait_for_function(f"() => {sort} === JSON.stringify({wanted}.sort())")


def test_there_are_lines_for_each():
    assert set(BLOCKS) == {"room", "python", *HELD}


def test_lines_of_a_room_follow_and_send(client):
    client.run("room")

    assert "published" in client.said
    assert any(line.endswith("hello true") for line in client.said)
    assert "hello" in client.texts()


def test_lines_of_python_follow_and_send(house):
    lines = BLOCKS["python"].replace("TOKEN", house.token).replace("'demo'", f"'{ROOM}'")
    address = house.url.removeprefix("http://")

    run = subprocess.run(
        [sys.executable, "-c", lines.replace("danmaku.example", address)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.stdout == "published hello from Python\n", run.stderr


@pytest.mark.parametrize("kind", PLAYERS)
def test_a_player_shows_the_record_and_what_becomes_of_it(client, kind):
    client.run(kind)
    client.until_held(kind, client.texts())

    other = client.api("comments", id=f"{kind}-1", text=f"from elsewhere <x-b>{kind}</x-b>")
    client.until_held(kind, client.texts())
    own = f"<x-i>{kind}</x-i> & own"
    client.page.evaluate(SEND[kind], own)
    client.page.wait_for_function("own => room.comments().some(({text}) => text === own)", arg=own)
    assert own in client.texts()
    client.until_held(kind, client.texts())  # once: not as an echo besides
    client.api(f"comments/{other['number']}/recall")

    client.until_held(kind, client.texts())
    assert f"from elsewhere <x-b>{kind}</x-b>" not in client.texts()
    assert client.page.locator("x-i, x-b").count() == 0


@pytest.mark.parametrize("kind", PLAYERS)
def test_a_player_draws_text_and_takes_off_what_is_recalled(client, kind):
    client.run(kind)
    client.until_held(kind, client.texts())
    text = f"drawn in <x-b>{kind}</x-b>"
    drawn = client.page.get_by_text(text, exact=True)
    client.page.evaluate(PLAY)
    client.page.wait_for_function(f"() => ({CURRENT})() > 0.2")

    # As somebody sends it who is a second ahead.
    ahead_ms = int(client.page.evaluate(CURRENT) * 1000) + 1000
    number = client.api("comments", id=f"{kind}-2", text=text, position_ms=ahead_ms)["number"]

    expect(drawn.first).to_be_visible(timeout=10_000)
    client.api(f"comments/{number}/recall")
    client.page.wait_for_function(UNSEEN, arg=text, timeout=3_000)
    assert client.page.locator("x-b").count() == 0


def test_a_script_tag_is_enough(client):
    client.page.add_script_tag(path=MODULES / "danmaku-client/dist/danmaku-client.js")

    assert client.page.evaluate("() => typeof DanmakuClient.Room") == "function"


def test_its_types_are_whole(tmp_path):
    node = ROOT / "frontend/node_modules"
    (tmp_path / "node_modules").mkdir()
    shutil.copytree(MODULES / "danmaku-client", tmp_path / "node_modules/danmaku-client")
    (tmp_path / "used.ts").write_text(
        "import { forDanmaku, type Heard, Room } from 'danmaku-client';\n"
        "const room = new Room({ server: 'https://danmaku.example', room: 'demo' });\n"
        "const end: () => void = room.on('comment', (one: Heard) => one.text.length);\n"
        "export const both = [end, forDanmaku(room).attach];\n"
    )
    options = "--noEmit --strict --target ES2022 --module ESNext --moduleResolution Bundler"

    run = subprocess.run(
        ["node", node / "typescript/bin/tsc", *options.split(), "used.ts"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert run.returncode == 0, run.stdout
