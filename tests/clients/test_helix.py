"""A moderation client of Twitch's, unmodified, against the running house."""

import json
import subprocess

import httpx
import pytest

from bench.server import Server
from tests.clients.conftest import SETTINGS, ask
from tests.clients.test_converters import CLIENTS
from tests.clients.test_integrations import BLOCKS
from tests.house.tree import ROOT

PYTHON = CLIENTS / "twitchAPI/bin/python"
ROOM = "night"
HELD_TEXT = "wobblesnark"  # the sample rules say so


@pytest.fixture
def place(tmp_path):
    """A room of mia's, in which ann has said something; how to say more; and mia's token."""
    with Server(tmp_path, SETTINGS) as server:
        url = f"http://{server.address}"
        wire = httpx.HTTPTransport(uds=str(server.desk))
        with httpx.Client(transport=wire, base_url="http://desk", timeout=60) as desk:
            tokens = {}
            for login in ("mia", "ann"):
                ask(desk, "/accounts", {"login": login, "name": login.title()})
                tokens[login] = ask(desk, "/tokens", {"login": login, "label": "x"})["secret"]
            ask(desk, "/rooms", {"room": ROOM, "title": "A night sail", "owner": "mia"})
            yield url, tokens


def said(url, token, text):
    bearer = {"Authorization": f"Bearer {token}"}
    fields = {"id": text.replace(" ", "-"), "text": text}
    where = f"{url}/api/rooms/{ROOM}/comments"
    answer = httpx.post(where, json=fields, headers=bearer, trust_env=False)
    return answer.raise_for_status().json()


def listed(url):
    answer = httpx.get(f"{url}/api/rooms/{ROOM}/comments", trust_env=False)
    return answer.raise_for_status().json()["comments"]


def run(*arguments):
    done = subprocess.run(
        [str(PYTHON), *arguments], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_moderators_round(place):
    url, tokens = place
    number = said(url, tokens["ann"], "hello")["number"]
    held = [said(url, tokens["ann"], f"{HELD_TEXT} {n}")["seq"] for n in range(2)]
    [comment] = listed(url)
    waiting = [f"{ROOM}:{seq}" for seq in held]
    names = (comment["author"], f"{ROOM}-{number}", *waiting)

    told = json.loads(
        run(str(ROOT / "tests/clients/moderate.py"), url, tokens["mia"], ROOM, *names)
    )

    refused = told.pop("refused")
    assert told == {
        "rooms": ["A night sail"],
        "ban": 600,
        "banned": [[comment["author"], "Calm down."]],
        "unbanned": True,
        "left": [],
        "moderators": [],
        "chatters": 0,
        "terms": ["first", "second", "third"],
        "terms left": 0,
        "slow": [9, True],
        "settings": [True, False],
        "sent": [True, f"{ROOM}-2"],
        "dropped": [False, "too_long"],
    }
    assert {name: why[0] for name, why in refused.items()} == {
        "all": "TwitchAPIException",
        "again": "TwitchResourceNotFound",
        "followers": "TwitchAPIException",
        "stranger": "UnauthorizedException",
    }
    shown = {each["number"]: each.get("text") for each in listed(url)}
    assert shown == {1: None, 2: "from afar", 3: f"{HELD_TEXT} 0"}


def test_the_lines_of_the_manual_run(place):
    url, tokens = place
    said(url, tokens["ann"], "hello")
    [comment] = listed(url)
    [lines] = [lines for kind, lines in BLOCKS if kind == "twitchapi"]
    for stands_for, what in (
        ("https://danmaku.example", url),
        ("TOKEN", tokens["mia"]),
        ("AUTHOR", comment["author"]),
        ("'demo'", f"'{ROOM}'"),
    ):
        lines = lines.replace(stands_for, what)

    assert run("-c", lines).split()[0] == "Ann"
