"""The server, asked from outside what it keeps of those who have left: `python -m … FOLDER serve`.

Whoever makes `FOLDER/freeze` has what lives now set aside, as time would; whoever makes
`FOLDER/look` finds in `FOLDER/left` what nobody can reach any more and the collector alone would
have freed; whoever makes `FOLDER/weigh` finds in `FOLDER/weight` how many pieces of memory Python
has given out, and how many bytes the system's allocator has: holes between them do not count.
"""

import asyncio
import ctypes
import gc
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from danmaku.cli import main
from tests.patience import PATIENCE_S

LOOK_S = 0.05


class Mallinfo2(ctypes.Structure):
    """As in `malloc.h`."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def wait_for_orders(folder: Path) -> None:
    while True:
        time.sleep(LOOK_S)
        for name, act in (("freeze", freeze), ("look", look), ("weigh", weigh)):
            if (order := folder / name).exists():
                act(folder)
                order.unlink()


def freeze(_folder: Path) -> None:
    gc.collect()
    gc.freeze()


def look(folder: Path) -> None:
    gc.collect()
    gc.unfreeze()
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    gc.set_debug(0)
    left = Counter(f"{type(it).__module__}.{type(it).__qualname__}" for it in gc.garbage)
    gc.garbage.clear()
    (folder / "left").write_text("\n".join(f"{count} {name}" for name, count in left.items()))


def weigh(folder: Path) -> None:
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = Mallinfo2
    told = library.mallinfo2()
    (folder / "weight").write_text(f"{sys.getallocatedblocks()} {told.uordblks + told.hblkhd}")


async def order(folder: Path, name: str) -> None:
    """What a test says to such a server; it is done on return."""
    (folder / name).touch()
    async with asyncio.timeout(PATIENCE_S):
        while (folder / name).exists():  # noqa: ASYNC110 -- it is another process
            await asyncio.sleep(LOOK_S)


if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    threading.Thread(target=wait_for_orders, args=(folder,), daemon=True).start()
    main()
