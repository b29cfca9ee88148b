"""A disk that remembers every call and fails when told to, and what a power cut would leave on it.

`disk.c` is built once and preloaded into the server. What it wrote down is then cut off anywhere:
all that was synced by then is there, and of the rest nothing, everything, a beginning, or any
sectors.
"""

import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from danmaku.store.database import DATABASE_FILE

SOURCE = Path(__file__).with_name("disk.c")
SECTOR_BYTES = 512
NAMES = {"D": DATABASE_FILE, "L": f"{DATABASE_FILE}-wal"}
REMAINS = ("nothing", "everything", "a beginning", "sectors")

_HEAD = struct.Struct("<qqIcc")


@cache
def library(folder: Path) -> Path:
    """The built `disk.c`; once for a folder."""
    built = folder / "disk.so"
    subprocess.run(
        ["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", built, SOURCE, "-ldl"],
        check=True,
    )
    return built


class Disk:
    """What a server is started on.

    Args:
        folder: Holds the log and the orders.
        data_dir: Holds the record.
    """

    def __init__(self, folder: Path, data_dir: Path) -> None:
        self.log = folder / "disk.log"
        self._orders = folder / "disk.orders"
        self._library = library(folder.parent)
        self._data_dir = data_dir
        self.order()

    def environment(self, *, remembers: bool) -> dict[str, str]:
        """What the server's process must be told."""
        return {
            "LD_PRELOAD": str(self._library),
            "DISK_DATABASE": str(self._data_dir / DATABASE_FILE),
            "DISK_ORDERS": str(self._orders),
            **({"DISK_LOG": str(self.log)} if remembers else {}),
        }

    def order(self, *orders: str) -> None:
        """Have this go wrong from the next call on, and nothing else any more."""
        fresh = self._orders.with_suffix(".new")
        fresh.write_text("\n".join(orders))
        fresh.replace(self._orders)


@dataclass(frozen=True, slots=True)
class Op:
    """One call.

    Attributes:
        at_ns: On the clock that all processes share.
        op: W: bytes were written; T: cut to `offset`; B: a sync began; S: one that began succeeded;
            U: the file is gone.
        file: D: the database; L: its log.
    """

    at_ns: int
    op: str
    file: str
    offset: int
    content: bytes


def ops_in(log: Path) -> list[Op]:
    """Everything that a disk remembers, in order."""
    return list(_parsed(log.read_bytes()))


def _parsed(raw: bytes) -> Iterator[Op]:
    place = 0
    while place < len(raw):
        at_ns, offset, size, op, file = _HEAD.unpack_from(raw, place)
        place += _HEAD.size
        carried = size if op == b"W" else 0
        yield Op(at_ns, op.decode(), file.decode(), offset, raw[place : place + carried])
        place += carried


def left_by_cut(ops: Sequence[Op], remains: str, chance: Random) -> dict[str, bytearray]:
    """The files after a power cut that follows these calls, by their names.

    Args:
        ops: On files that were empty, all up to the cut.
        remains: Of what was not synced; one of `REMAINS`.
        chance: Which of it.
    """
    kept = _synced(ops)
    if remains == "a beginning":
        kept = {file: chance.randint(place, len(ops)) for file, place in kept.items()}
    luck = {"everything": 1.0, "sectors": 0.5}.get(remains, 0.0)  # of what is not kept
    files: dict[str, bytearray] = {}
    for place, op in enumerate(ops):
        if op.op == "U":
            files.pop(op.file, None)
        elif op.op in "WT":
            held = files.setdefault(op.file, bytearray())
            _apply(held, op, 1.0 if place < kept[op.file] else luck, chance)
    return {NAMES[file]: held for file, held in files.items()}


def _synced(ops: Sequence[Op]) -> dict[str, int]:
    """How many of the calls are sure to be kept of each file."""
    synced, began = dict.fromkeys(NAMES, 0), {}
    for place, op in enumerate(ops):
        match op.op:
            case "B":
                began[op.file] = place
            case "S":
                synced[op.file] = began[op.file]
            case "U":
                synced[op.file] = place + 1
    return synced


def _apply(held: bytearray, op: Op, luck: float, chance: Random) -> None:
    """Let a call have happened: each sector of it as likely as told, the whole at once if sure."""
    if op.op == "T":
        if chance.random() < luck:
            del held[op.offset :]
            held.extend(bytes(op.offset - len(held)))
        return
    size = SECTOR_BYTES if luck < 1 else len(op.content)
    for start in range(0, len(op.content), size):
        if chance.random() < luck:
            piece, at = op.content[start : start + size], op.offset + start
            held.extend(bytes(max(0, at + len(piece) - len(held))))
            held[at : at + len(piece)] = piece
