"""What the house does without at each level, and what it never does: through the doors."""

import asyncio
import time
from dataclasses import dataclass, replace

import pytest

from bench.client import Viewer
from danmaku.actions.brownout import RETRY_MAX_MS, RETRY_MIN_MS
from danmaku.domain.account import Bundle
from danmaku.domain.brownout import HIGHEST, Stage
from danmaku.domain.ids import PLATFORM
from danmaku.domain.people_facts import LevelSet
from danmaku.domain.times import DAY_MS
from danmaku.errors import Close
from danmaku.ports import Append
from tests.live.site import Person, Site, running, settings_of
from tests.patience import PATIENCE_S

COMMENTS = 5
HELD_TEXT = "wobblesnark"  # the sample rules say so
MUTE = {"category": "other", "basis": "rule 3", "step": "suspend", "login": "newcomer"}
REPORT = {"category": "spam", "number": 3}


@dataclass
class Scene:
    site: Site
    room: str
    newcomer: Person
    regular: Person
    streamer: Person
    reviewer: Person

    def force(self, level):
        self.site.core.brownout.force(level, DAY_MS)

    async def get(self, path, person=None, **params):
        return await self.site.api.get(path, params=params, headers=bearer_of(person))

    async def post(self, path, person, **body):
        return await self.site.api.post(path, json=body, headers=bearer_of(person))

    async def bring(self, path):
        line = '{"text": "brought"}'
        headers = {"Content-Type": "application/x-ndjson"} | bearer_of(self.streamer)
        return await self.site.api.post(path, content=line, headers=headers)

    async def send(self, person, client_id):
        path = f"/api/rooms/{self.room}/comments"
        return await self.post(path, person, id=client_id, text=f"{client_id} by {person.who.name}")


def bearer_of(person):
    return {} if person is None else {"Authorization": f"Bearer {person.token}"}


async def known_for_good(site, login, *bundles):
    person = await site.person(login, *bundles)
    await site.core.record.commit(Append(PLATFORM, LevelSet(person.who.account, 3, 300, 1)))
    return replace(person, who=await site.core.people.known(login))


@pytest.fixture
async def scene(tmp_path, monkeypatch):
    monkeypatch.setattr("danmaku.domain.brownout.DEEP", COMMENTS - 3)
    limits = {"brownout": {"forced_level": 0, "sends_per_s": 1}, "gateway": {"viewers_ms": 100}}
    async with running(settings_of(tmp_path / "data", **limits)) as site:
        streamer = await site.person("streamer", Bundle.STREAMER)
        room = await site.room_of(streamer)
        people = {
            "newcomer": await site.person("newcomer"),
            "regular": await known_for_good(site, "regular"),
            "reviewer": await site.person("reviewer", Bundle.REVIEWER),
        }
        scene = Scene(site, room, streamer=streamer, **people)
        for number in range(COMMENTS):
            (await scene.send(scene.newcomer, f"first-{number}")).raise_for_status()
        yield scene


# --- in order


def is_told_when(answer):
    """An answer of 503, in the house's words, with a time to come back that was drawn."""
    if answer.status_code != 503:
        return False
    if answer.headers["content-type"].startswith("application/json"):
        assert answer.json()["code"] == "overloaded"
        assert RETRY_MIN_MS <= answer.json()["retry_after_ms"] <= RETRY_MAX_MS
    assert 2 <= int(answer.headers["Retry-After"]) <= 10
    return True


async def guest_is_sent_away(scene):
    guest = await Viewer.join(scene.site.door(scene.room))
    if guest.welcome:
        await guest.leave()
        return False
    await guest.until(lambda: guest.closed)
    [bye] = [said for said in guest.others if said["op"] == "bye"]
    assert bye["code"] == "overloaded"
    assert 0 < bye["retry_min_ms"] < bye["retry_max_ms"]
    return guest.close_code == Close.OVERLOADED


async def shed_at(scene, level):
    """What is done without at a level, of all that may be."""
    scene.force(level)
    room, api = f"/rooms/{scene.room}", f"/api/rooms/{scene.room}"
    reads = {
        "search": await scene.get(f"{api}/search", q="first"),
        "search page": await scene.get(f"{room}/search", q="first"),
        "old comments": await scene.get(f"{api}/comments", before=2),
        "old page": await scene.get(room, before=2),
        "old entries": await scene.get(f"{api}/entries", after=1),
        "file": await scene.get(f"{room}/record.xml"),
        "copy of the chain": await scene.get(f"{api}/chain.jsonl"),
        "file brought in": await scene.bring(f"{api}/import"),
    }
    sends = {
        "newcomer's": await scene.send(scene.newcomer, f"a{level}"),
        "regular's first": await scene.send(scene.regular, f"a{level}"),
        "regular's second": await scene.send(scene.regular, f"b{level}"),
    }
    shed = {name for name, answer in (reads | sends).items() if is_told_when(answer)}
    return shed | ({"guest"} if await guest_is_sent_away(scene) else set())


READING = {"search", "search page", "old comments", "old page", "old entries", "file"} | {
    "copy of the chain",
    "file brought in",
    "guest",
}
SENDING = {"newcomer's", "regular's second"}


async def test_each_level_does_without_what_stands_next_in_the_order(scene, monkeypatch):
    now_ms = scene.site.core.brownout._steady()
    # One of the regular's is let in a second: both are sent within it, on however slow a machine.
    monkeypatch.setattr(scene.site.core.brownout, "_steady", lambda: now_ms)

    shed = [await shed_at(scene, level) for level in range(HIGHEST + 1)]

    assert shed == [set(), set(), set(), READING, READING | SENDING]


async def test_counts_are_told_less_often_from_the_first_level_on(scene):
    scene.force(1)
    begun_s = time.monotonic()  # before anybody comes: from the first on it is gathered

    viewer = await Viewer.join(scene.site.door(scene.room))
    other = await Viewer.join(scene.site.door(scene.room))
    await viewer.until(lambda: any(said["op"] == "viewers" for said in viewer.others))

    assert time.monotonic() - begun_s > 0.4  # five times as long as else
    await viewer.leave()
    await other.leave()


# --- never


async def test_nothing_that_must_reach_people_is_done_without_at_the_highest_level(scene):
    site, room, api = scene.site, scene.room, f"/api/rooms/{scene.room}"
    held = (await scene.post(f"{api}/comments", scene.newcomer, id="h", text=HELD_TEXT)).json()
    scene.force(HIGHEST)
    top = site.core.rooms.peek(room).top
    guest = await Viewer.join(site.door(room), since=0)  # who comes back
    own = await Viewer.join(site.door(room, scene.newcomer))  # who has an account

    answers = {
        "first answer": await scene.send(scene.newcomer, "first-0"),
        "another's recall": await scene.post(f"{api}/comments/2/recall", scene.reviewer),
        "approval": await scene.post(f"{api}/held/{held['seq']}/approve", scene.reviewer),
        "measure": await scene.post("/api/measures", scene.reviewer, **MUTE, room=room),
        "report": await scene.post("/api/reports", scene.regular, **REPORT, room=room),
        "streamer's word": await scene.send(scene.streamer, "now"),
        "state of the room": await scene.site.api.patch(
            api, json={"title": "Quiet"}, headers=bearer_of(scene.streamer)
        ),
        "newest page": await scene.get(f"/rooms/{room}"),
        "newest comments": await scene.get(f"{api}/comments"),
        "newest entries": await scene.get(f"{api}/entries", after=top + 10),
        "moderator's search": await scene.get(f"{api}/search", scene.reviewer, q="first"),
        "health": await scene.get("/healthz"),
        "readiness": await scene.get("/readyz"),
        "metrics": await scene.get("/metrics"),
    }

    assert {name: it.status_code for name, it in answers.items() if it.status_code >= 300} == {}
    assert (await own.recall(1))["op"] == "recalled"
    assert (await own.send("more"))["code"] == "overloaded"
    refused = await scene.post(f"{api}/comments", None, id="g", text="hello")
    assert refused.json()["code"] == "not_signed_in"
    top = (await site.core.rooms.live(room)).top
    await guest.reach(top)
    await own.reach(top)
    await guest.leave()
    await own.leave()


# --- told


async def test_who_runs_the_house_is_told_the_level_and_its_reasons(scene):
    operator = await scene.site.person("operator", Bundle.OPERATOR)
    scene.force(2)

    told = (await scene.get("/api/load", operator)).raise_for_status().json()
    cookie = await scene.site.core.people.sessions.open(operator.who.account)
    page = await scene.site.api.get("/load", headers={"Cookie": f"danmaku={cookie}"})

    assert (told["level"], told["forced_level"]) == (2, 2)
    assert set(told["delays_ms"]) == set(Stage)
    assert all(delay_ms >= 0 for delay_ms in told["delays_ms"].values())
    assert 0 <= told["memory_pct"] <= 100
    assert "Level 2 of 4" in page.text


async def test_nobody_else_is_told(scene):
    asked = [await scene.get("/api/load", person) for person in (None, scene.reviewer)]

    assert [answer.status_code for answer in asked] == [401, 403]


# --- by itself


async def test_a_loop_that_is_kept_busy_raises_the_level_and_rest_lowers_it(tmp_path):
    quick = {"forced_level": None, "loop_ms": (40, 60, 80, 100), "quiet_ms": 100}
    async with running(settings_of(tmp_path / "data", brownout=quick)) as site:
        async with asyncio.timeout(PATIENCE_S):
            while site.core.brownout.level < HIGHEST:
                time.sleep(0.15)  # noqa: ASYNC251 -- keeping it busy is the point
                await asyncio.sleep(0)
            shown = (await site.api.get("/metrics")).text
            while (await site.api.get("/healthz")).json()["brownout"]["level"]:
                pass

    assert f"danmaku_brownout_level {HIGHEST}.0" in shown
