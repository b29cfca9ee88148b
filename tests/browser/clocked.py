"""The server with a clock that a test sets: a file beside the record says how far it is ahead."""

import os
import time
from pathlib import Path

from danmaku import app, cli, core
from danmaku.domain.ids import Millis

AHEAD_FILE = "ahead_ms"


def main() -> None:
    folder = os.environ["DANMAKU_STORE__DATA_DIR"]  # noqa: TID251 -- before the settings are read
    ahead = Path(folder) / AHEAD_FILE

    def now_ms() -> Millis:
        ahead_ms = int(ahead.read_text()) if ahead.exists() else 0
        return Millis(time.time_ns() // 1_000_000 + ahead_ms)

    core.now_ms = app.now_ms = now_ms
    cli.main()


if __name__ == "__main__":
    main()
