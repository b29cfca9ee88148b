"""The server, asked from outside what it keeps of those who have left: `python -m … FOLDER serve`.

Whoever makes `FOLDER/freeze` has what lives now set aside, as time would; whoever makes
`FOLDER/look` finds in `FOLDER/left` what nobody can reach any more and the collector alone would
have freed.
"""

import gc
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from danmaku.cli import main

LOOK_S = 0.05


def wait_for_orders(folder: Path) -> None:
    while True:
        time.sleep(LOOK_S)
        for name, act in (("freeze", gc.freeze), ("look", lambda: look(folder))):
            if (order := folder / name).exists():
                gc.collect()
                act()
                order.unlink()


def look(folder: Path) -> None:
    gc.unfreeze()
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    gc.set_debug(0)
    left = Counter(f"{type(it).__module__}.{type(it).__qualname__}" for it in gc.garbage)
    gc.garbage.clear()
    (folder / "left").write_text("\n".join(f"{count} {name}" for name, count in left.items()))


if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    threading.Thread(target=wait_for_orders, args=(folder,), daemon=True).start()
    main()
