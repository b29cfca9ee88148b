"""The drill: a backup under load, then the disk is lost, and everybody comes back."""

import asyncio
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from random import Random
from signal import SIGKILL

import httpx
import pytest

from bench.checker import Record, Run, check
from bench.client import Door, Viewer
from bench.record import read_record
from bench.server import Server
from danmaku.config import StoreSettings
from danmaku.store.backups import make
from danmaku.store.envelope import MasterKey, master_keys, write_master_keys
from danmaku.store.opening import open_store
from danmaku.store.restoring import Lost, restore
from tests.contract.soundness import findings_in
from tests.contract.store_contract import ticking
from tests.faults.visitors import SETTINGS, Sender, Watcher, until_reached
from tests.unit.store.full_record import fill

pytestmark = pytest.mark.faults

ROOM = "room"
OFTEN = SETTINGS | {"STORE__CHECKPOINT_MS": "100"}
DYING = """
import os, signal, sys
from pathlib import Path
from danmaku.config import StoreSettings
from danmaku.store.backups import make
from danmaku.store.envelope import master_keys
from danmaku.store.restoring import restore

def die(step):
    if getattr(step, "verb", "proving") == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
keys = master_keys(folder / "key")
if sys.argv[2] in ("copying", "sealing"):
    make(StoreSettings(data_dir=folder / "data"), keys[0], folder / "broken off", 1, die)
else:
    restore((folder / "backup").open("rb"), keys, folder / "new", die)
"""


def silent(_step):
    pass


async def got(server, path):
    async with httpx.AsyncClient(base_url=f"http://{server.address}", trust_env=False) as api:
        return (await api.get(path)).raise_for_status()


async def entries_of(server):
    """Leaf and link of each entry of the room, from the copy that everybody may have."""
    lines = (await got(server, f"/api/rooms/{ROOM}/chain.jsonl")).text.splitlines()
    return [
        (one["seq"], one["leaf"], one["link"]) for one in map(json.loads, lines) if "leaf" in one
    ]


async def until_vouched(server, seq):
    """The file of heads, once one of the room is at `seq` or beyond."""
    while True:
        heads = (await got(server, "/heads")).content
        rows = [json.loads(line) for line in heads.splitlines()[1:]]
        if any(row["chain"] == ROOM and row["seq"] >= seq for row in rows):
            return heads


async def backed_up_under_load(server, folder, chance):
    """A backup that is made while four people comment."""
    over, left = asyncio.Event(), asyncio.Event()
    doors = [Door(server.address, ROOM, token=server.account(f"sender{n}")) for n in range(4)]
    senders = [Sender([door], f"s{n}", retries=True) for n, door in enumerate(doors)]
    watcher = Watcher([Door(server.address, ROOM)])
    watching = asyncio.create_task(watcher.watch(left))
    sending = [
        asyncio.create_task(sender.comment(Random(chance.random()), over))  # noqa: S311
        for sender in senders
    ]
    await until_reached([watcher], 50)
    [key] = master_keys(folder / "key")
    settings = StoreSettings(data_dir=server.data_dir)
    await asyncio.to_thread(make, settings, key, folder / "backup", 1, silent)
    await until_reached([watcher], watcher.position + 20)
    over.set()
    await asyncio.gather(*sending)
    left.set()
    await watching


@dataclass(frozen=True)
class Lived:
    """What was known of a house when its disk was lost."""

    position: int  # of a viewer who had seen everything
    epoch: str
    record: Record
    entries: list
    heads: bytes


async def lived(server, door, folder, chance):
    """A house with comments, a backup, and comments after that."""
    await backed_up_under_load(server, folder, chance)
    ann = await Viewer.join(door, since=0)
    last = await ann.send("lost with the disk")
    await ann.reach(last["seq"])
    heads = await until_vouched(server, last["seq"])
    assert "danmaku_backup_made_seconds 0.001" in (await got(server, "/metrics")).text
    record, entries = await read_record(server.address, ROOM), await entries_of(server)
    await ann.leave()
    return Lived(ann.position, str(ann.welcome["epoch"]), record, entries, heads)


def brought_back(folder, into, heads):
    with (folder / "backup").open("rb") as file:
        keys = master_keys(folder / "key")
        return restore(file, keys, into, silent, heads=io.BytesIO(heads))


async def test_what_was_backed_up_under_load_comes_back_and_clients_start_anew(tmp_path, chance):
    write_master_keys(tmp_path / "key", [MasterKey.fresh()])
    with Server(tmp_path, OFTEN) as old:
        old.open_room(ROOM)
        door = Door(old.address, ROOM, token=old.account("ann"))
        former = await lived(old, door, tmp_path, chance)
    (tmp_path / "new").mkdir()
    new = Server(tmp_path / "new", OFTEN | {"SERVER__PORT": old.address.rpartition(":")[2]})
    new.address = old.address

    restored = brought_back(tmp_path, new.data_dir, former.heads)
    with new:
        entries, kept = await entries_of(new), await read_record(new.address, ROOM)
        ann = await Viewer.join(door, since=former.position, epoch=former.epoch)
        said = await ann.send("in another life")
        await ann.reach(said["seq"])
        whole = await read_record(new.address, ROOM)
        await ann.leave()

    top = restored.entries_of[ROOM]
    assert Lost(ROOM, top + 1, former.position) in restored.lost
    assert entries == former.entries[:top]
    assert kept.entries == {seq: e for seq, e in former.record.entries.items() if seq <= top}
    [reset] = [message for message in ann.others if message["op"] == "reset"]
    assert (reset["reason"], reset["epoch"], reset["top"]) == ("epoch", restored.epoch, top)
    assert ann.welcome["epoch"] == restored.epoch != former.epoch
    assert said["seq"] == top + 1  # a place that another entry had in the former life
    assert check(Run(whole, {"ann": ann.events})) == []
    assert findings_in(new.data_dir) == []


@pytest.fixture
async def spoken(tmp_path):
    """A record, a backup of it, and nothing else."""
    write_master_keys(tmp_path / "key", [MasterKey.fresh()])
    settings = StoreSettings(data_dir=tmp_path / "data")
    store = await open_store(settings, ticking())
    await fill(store)
    await store.close()
    [key] = master_keys(tmp_path / "key")
    make(settings, key, tmp_path / "backup", 1, silent)
    return tmp_path


def names_in(folder):
    """All that lies there, but for what SQLite leaves beside its files for the next who opens."""
    names = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    return {name for name in names if not name.endswith(("-wal", "-shm"))}


def killed(folder, verb):
    """What is left by a process that killed itself within that stage."""
    before = names_in(folder)
    ended = subprocess.run([sys.executable, "-c", DYING, folder, verb], check=False)
    assert ended.returncode == -SIGKILL
    return names_in(folder) - before


def test_kill9_at_any_stage_leaves_nothing_that_looks_whole(spoken):
    assert [killed(spoken, verb) for verb in ("copying", "sealing")] == [set(), set()]
    for verb in ("opening", "proving"):
        assert all(name.startswith(".new.part") for name in killed(spoken, verb))

    with (spoken / "backup").open("rb") as file:
        restore(file, master_keys(spoken / "key"), spoken / "new", silent)

    assert findings_in(spoken / "new") == []
    assert sorted(path.name for path in spoken.iterdir()) == ["backup", "data", "key", "new"]
