"""Our clients pass every scene, driven by the lines of docs/conformance.md."""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
from functools import partial

import pytest

from bench.follower import Follower
from danmaku.conformance.client import played
from danmaku.conformance.judging import judged
from danmaku.conformance.play import EPOCH, Play
from danmaku.conformance.scenes import SCENES
from danmaku.conformance.stage import opened
from danmaku.conformance.verdicts import Outcome, chosen
from tests.conformance.driver import drive
from tests.conformance.faulty_clients import FAULTS, WAITED_FOR, Hammers
from tests.faults.raw import TEXT, close_code_of, frame, upgraded
from tests.house.tree import ROOT
from tests.patience import PATIENCE_S

BLOCK = re.compile(r"<!-- drive: (\w+) -->\n```\w+\n(.*?)```", re.DOTALL)
DRIVERS = dict(BLOCK.findall((ROOT / "docs/conformance.md").read_text("utf-8")))


@contextlib.asynccontextmanager
async def driven(*command, cwd):
    process = await asyncio.create_subprocess_exec(*command, cwd=cwd)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def results_of(command_of, *, cwd, only=()):
    """What becomes of the client that `command_of` starts for an address."""
    said = asyncio.Queue()
    stack = contextlib.AsyncExitStack()

    async def start():
        address = re.search(r"ws://([\d.:]+)/orders", await said.get())[1]
        await stack.enter_async_context(driven(*command_of(address), cwd=cwd))

    async with stack, asyncio.TaskGroup() as tasks:
        tasks.create_task(start())
        playing = played("127.0.0.1", 0, only=only, tell=said.put_nowait)
        return [result async for result in playing]


async def test_where_nobody_comes_nothing_is_said_of_a_client():
    async with opened("127.0.0.1", 0) as stage:
        play, scenes = Play(stage, "pong", wait_s=0.3), chosen(SCENES, ["pong"])
        [result] = [result async for result in judged(scenes, play, "", 0.1)]

    assert (result.outcome, result.why) == (Outcome.SKIPPED, "Nobody came to the room pong.")


async def come_again(address, room, *, after_s):
    """Join as often as one is sent away, that much later, and leave all closing to the server."""
    async with contextlib.AsyncExitStack() as stack:
        while True:
            line = await upgraded(address, room)
            stack.callback(line.drop)
            hello = {"op": "hello", "since": 3, "epoch": EPOCH}
            line.writer.write(frame(TEXT, json.dumps(hello).encode()))
            said = b""
            while close_code_of(said) is None:
                said += await line.reader.readexactly(1)
            await asyncio.sleep(after_s)


@pytest.mark.parametrize(("scene", "after_s"), [("bye.range", 1.2), ("close.backoff", 0.4)])
async def test_how_long_a_close_takes_is_not_held_against_who_comes_back(scene, after_s):
    async with opened("127.0.0.1", 0) as stage:
        play = Play(stage, "again", wait_s=PATIENCE_S)
        coming = asyncio.create_task(come_again(stage.address, play.room, after_s=after_s))
        [result] = [one async for one in judged(chosen(SCENES, [scene]), play, "", PATIENCE_S)]
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)

    assert (result.outcome, result.why) == (Outcome.PASSED, "")


# What may differ between dialects; the rest is tried in one of them.
OF_DIALECTS = {"hello", "resume.position", "unknown.field", "message.examples", "recall.restored"}


@pytest.fixture
def library(tmp_path):
    """The client library as it is packed, where Node finds it."""
    place = tmp_path / "node_modules/danmaku-client"
    vite = "node_modules/.bin/vite build --config client/vite.config.ts --logLevel error --outDir"
    subprocess.run(
        [*vite.split(), str(place / "dist")], cwd=ROOT / "frontend", check=True, timeout=100
    )
    (place / "package.json").write_text('{"type": "module", "exports": "./dist/index.js"}')
    return tmp_path


async def in_python(kind, only=()):
    def command(address):
        lines = DRIVERS["py"].replace("127.0.0.1:9100", address)
        return sys.executable, "-c", lines, kind

    return await results_of(command, cwd=ROOT, only=only)


async def in_node(library):
    def command(address):
        script = library / "driver.mjs"
        script.write_text(DRIVERS["js"].replace("127.0.0.1:9100", address))
        return "node", "--experimental-websocket", "--no-warnings", str(script)

    return await results_of(command, cwd=library)


async def test_our_clients_pass_in_every_dialect(library):
    """All at once, for they spend their time on waiting."""
    told = await asyncio.gather(
        in_node(library),
        in_python("msgpack"),
        in_python("json", OF_DIALECTS),
        in_python("rows", OF_DIALECTS),
    )

    unwell = [
        result.line() for results in told for result in results if result.outcome != Outcome.PASSED
    ]
    assert unwell == []
    spoken = [{result.dialect for result in results} for results in told]
    assert spoken == [{f"danmaku.v1.{kind}"} for kind in ("json", "msgpack", "json", "rows")]


async def outcome_of(kind, scene):
    said = asyncio.Queue()
    playing = played("127.0.0.1", 0, only=[scene], limit_s=5, wait_s=10, tell=said.put_nowait)
    async with contextlib.aclosing(playing):
        coming = asyncio.create_task(anext(playing))
        driving = asyncio.create_task(drive((await said.get()).split()[-1], kind))
        result = await coming
        driving.cancel()
        await asyncio.gather(driving, return_exceptions=True)
    return result.check, result.outcome


async def test_every_fault_is_found_by_the_scene_that_names_it():
    found = await asyncio.gather(*(outcome_of(kind, scene) for kind, scene in FAULTS))

    assert found == [(scene, Outcome.FAILED) for _, scene in FAULTS]


class Waited:
    """A clock by which time passes while a client waits, and at no other time.

    Else coming back at once would take as long as a busy machine takes for it.
    """

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s

    def by(self, kind):
        """Clients of that kind, none of which is lucky enough to wait next to nothing."""
        clock = self

        class Timed(kind):
            def _wait_s(self, attempts, bye):
                wait_s = super()._wait_s(attempts, bye)
                clock.now_s += wait_s
                return wait_s

        return partial(Timed, draw=lambda: 0.1)


@pytest.fixture
def waited(monkeypatch):
    clock = Waited()
    for place in ("scenes", "stage"):
        monkeypatch.setattr(f"danmaku.conformance.{place}.monotonic", clock)
    return clock


@pytest.mark.parametrize("scene", WAITED_FOR)
@pytest.mark.parametrize(
    ("kind", "outcome"), [(Hammers, Outcome.FAILED), (Follower, Outcome.PASSED)]
)
async def test_who_does_not_wait_is_told_from_who_does(waited, kind, outcome, scene):
    assert await outcome_of(waited.by(kind), scene) == (scene, outcome)
