"""The power goes at any moment of a run: what anybody saw or was told by then is in what is left.

One run under load gives a log of every write and sync; each state that a cut could have left is put
together from it, opened as after any start, and judged by what was known at that moment.
"""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from bench.checker import Event, Record, Run, Send, check
from bench.client import Door, Viewer
from bench.messages import KINDS
from bench.server import Server
from danmaku.clock import now_ms
from danmaku.config import StoreSettings
from danmaku.formats.danmaku_v1 import fields_of
from danmaku.store.database import DATABASE_FILE
from danmaku.store.sqlite import SqliteStore
from tests.contract.soundness import findings_in
from tests.faults.disk import REMAINS, Disk, Op, left_by_cut, ops_in
from tests.faults.mutants import MUTANTS
from tests.faults.visitors import SETTINGS, Sender, until_published

pytestmark = pytest.mark.faults

ROOM = "room"
SENDERS = 4
PUBLISHED_MIN = 101  # by then it is a load, however slow the machine
SOUND = ("danmaku", "serve")
ENTRIES_MAX = 1_000_000
PASSING = shutil.ignore_patterns("*.sock", "*.lock")
SYNC_US = 4_000  # long enough for others to act between a write and its sync


@dataclass(frozen=True)
class Story:
    """One run, and all that is known of it.

    Attributes:
        before: The data directory of the server, as it was at rest before the run.
        ops: What its disk was asked for, with all that was there before.
        viewers: Who looked on.
        sends: All that was sent.
    """

    before: Path
    ops: Sequence[Op]
    viewers: Sequence[Viewer]
    sends: Sequence[Send]

    def known_by(self, at_ns: int, record: Record) -> Run:
        """What had come to anybody when the power went, against what is left."""
        viewers = {f"viewer {n}": _seen(one, at_ns) for n, one in enumerate(self.viewers)}
        sends = [
            replace(send, answers=[one for one in send.answers if one.at_ns < at_ns])
            for send in self.sends
        ]
        return Run(record, viewers, sends, settled=False)


def _seen(viewer: Viewer, at_ns: int) -> list[Event]:
    heard = zip(viewer.events, viewer.heard_ns, strict=True)
    return [event for event, heard_ns in heard if heard_ns < at_ns]


@dataclass(frozen=True)
class Stage:
    """A record with a room and people in it, at rest; and their tokens."""

    data_dir: Path
    tokens: Sequence[str]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("stage")) as server:
        server.open_room(ROOM)
        tokens = [server.account(f"sender{n}") for n in range(SENDERS)]
    return Stage(server.data_dir, tokens)


async def lived(stage: Stage, folder: Path, program: Sequence[str], for_s: float) -> Story:
    """Let people comment on a server whose disk remembers."""
    disk = Disk(folder, folder / "data")
    disk.order(f"sync_takes {SYNC_US}")
    shutil.copytree(stage.data_dir, folder / "data", ignore=PASSING)
    surroundings = disk.environment(remembers=True)
    with Server(folder, SETTINGS, program=program, environment=surroundings) as server:
        viewers = [await Viewer.join(Door(server.address, ROOM, kind)) for kind in KINDS.values()]
        senders = [
            Sender([Door(server.address, ROOM, token=token)], f"s{n}", retries=False)
            for n, token in enumerate(stage.tokens)
        ]
        over = asyncio.Event()
        tasks = [asyncio.create_task(one.comment(Random(1), over)) for one in senders]  # noqa: S311
        await asyncio.sleep(for_s)
        await until_published(senders, PUBLISHED_MIN)
        over.set()
        await asyncio.gather(*tasks)
    at_rest = (stage.data_dir / DATABASE_FILE).read_bytes()
    kept = [Op(0, "W", "D", 0, at_rest), Op(0, "B", "D", 0, b""), Op(0, "S", "D", 0, b"")]
    sends = [send for sender in senders for send in sender.sends.values()]
    return Story(stage.data_dir, [*kept, *ops_in(disk.log)], viewers, sends)


async def laws_broken_by_cut(story: Story, folder: Path, cut: int, chance: Random) -> set[str]:
    """Every law that does not hold in one state that a power cut before a call could leave."""
    remains = chance.choice(REMAINS)
    shutil.copytree(story.before, folder, ignore=PASSING)
    for name, content in left_by_cut(story.ops[:cut], remains, chance).items():
        (folder / name).write_bytes(content)
    try:
        record = await reopened(folder)
        broken = {finding.what for finding in findings_in(folder)}
    except Exception as error:  # noqa: BLE001 -- whatever keeps it from being opened and read
        return {f"{remains}: {error}"}
    finally:
        shutil.rmtree(folder)
    run = story.known_by(story.ops[cut].at_ns, record)
    return broken | {f"{remains}: {finding}" for finding in check(run)}


async def reopened(data_dir: Path) -> Record:
    """What the house itself finds there."""
    store = await SqliteStore.open(StoreSettings(data_dir=data_dir), now_ms)
    try:
        views = await store.entries(ROOM, 0, ENTRIES_MAX, limit=ENTRIES_MAX)
    finally:
        await store.close()
    return Record.of(fields_of(view) for view in views)


async def explored(story: Story, folder: Path, states: int, chance: Random) -> list[set[str]]:
    """The laws that any of so many states breaks; ends at the first that breaks one."""
    for state in range(states):
        cut = chance.randrange(4, len(story.ops))
        if broken := await laws_broken_by_cut(story, folder / f"state-{state}", cut, chance):
            return [broken]
    return []


@pytest.mark.parametrize(
    ("for_s", "states"),
    [
        (2, 200),
        pytest.param(10, 5_000, marks=pytest.mark.soak),
    ],
)
async def test_no_power_cut_takes_what_anybody_saw_or_was_told(
    stage, tmp_path, quick_disk, chance, for_s, states
):
    story = await lived(stage, tmp_path, SOUND, for_s)
    assert sum(send.published is not None for send in story.sends) > 100
    assert sum(op.op == "S" for op in story.ops) > 20

    assert await explored(story, quick_disk, states, chance) == []


@pytest.mark.parametrize("name", MUTANTS)
async def test_a_server_that_relies_on_luck_is_caught(stage, tmp_path, quick_disk, chance, name):
    story = await lived(stage, tmp_path, ("tests.faults.mutants", name), for_s=1)

    assert await explored(story, quick_disk, 400, chance) != []
