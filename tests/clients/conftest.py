"""A running house with one room whose comments are as awkward as comments can be."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bench.server import Server
from tests.unit.formats.hostile import COLORS, MODES, PLACES_MS, TEXTS

HERE = Path(__file__).parent
ROOM = "awkward"
GONE = "recalled before anybody read it"
SETTINGS = {
    "ADMISSION__SENDS_PER_S": "1000",
    "ADMISSION__SENDS_BURST": "1000",
    "ADMISSION__WAVES_HELD": "false",
    "LOG_LEVEL": "warning",
}


def pytest_collection_modifyitems(items):
    for item in items:  # of the whole run, not of this folder alone
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.clients)


@dataclass
class Record:
    """The room from outside: `shown` are the texts that every reader has to show."""

    url: str
    number: int
    token: str
    desk: httpx.Client
    shown: set[str] = field(default_factory=set)

    def get(self, path) -> bytes:
        """What this address answers; the room's own files begin with `record`."""
        path = f"/rooms/{ROOM}/{path}" if path.startswith("record") else path
        return httpx.get(self.url + path, trust_env=False).raise_for_status().content

    def open_room(self, room) -> None:
        """Another room of the same owner."""
        ask(self.desk, "/rooms", {"room": room, "title": "Another", "owner": "mia"})

    @property
    def segments(self) -> list[bytes]:
        path = f"/x/v2/dm/web/seg.so?type=1&oid={self.number}&segment_index="
        return [self.get(f"{path}{index}") for index in (1, 2)]


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("clients"), SETTINGS) as server:
        wire = httpx.HTTPTransport(uds=str(server.desk))
        with httpx.Client(transport=wire, base_url="http://desk", timeout=60) as desk:
            yield filled(f"http://{server.address}", desk)


def filled(url, desk) -> Record:
    """A room with every awkward comment, and one more that is recalled."""
    ask(desk, "/accounts", {"login": "mia", "name": "<b>M'ia & {\\i1}</b>"})
    ask(desk, "/rooms", {"room": ROOM, "title": "Awkward", "owner": "mia"})
    token = ask(desk, "/tokens", {"login": "mia", "label": "test"})["secret"]
    lines = [
        {
            "text": text,
            "position_ms": PLACES_MS[index],
            "mode": MODES[index % len(MODES)],
            "color": COLORS[index % len(COLORS)],
        }
        for index, text in enumerate(TEXTS)
    ]
    lines.append({"text": GONE, "position_ms": 100})
    content = "".join(json.dumps(line) + "\n" for line in lines)
    counts = desk.post(f"/import/{ROOM}?login=mia", content=content).raise_for_status().json()
    assert counts["published"] == len(lines), counts
    bearer = {"Authorization": f"Bearer {token}"}
    api = f"{url}/api/rooms/{ROOM}"
    recalled = httpx.post(f"{api}/comments/{len(lines)}/recall", headers=bearer, trust_env=False)
    recalled.raise_for_status()
    listed = httpx.get(f"{api}/comments", trust_env=False).json()["comments"]
    shown = {each["text"] for each in listed if each["kind"] == "comment"}
    assert len(shown) == len(TEXTS)
    number = httpx.get(api, trust_env=False).json()["number"]
    return Record(url, number, token, desk, shown)


def ask(desk, path, fields):
    return desk.post(path, json=fields).raise_for_status().json()
