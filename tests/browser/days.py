"""A house in which time can be skipped."""

import time
from pathlib import Path

from bench.server import Server
from tests.browser.clocked import AHEAD_FILE
from tests.browser.house import House

PROGRAM = ("tests.browser.clocked", "serve")


class Days(House):
    """See the module; its server runs `PROGRAM`."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self._ahead_s = 0

    def now_s(self) -> float:
        """By the server's clock, seconds since 1970."""
        return time.time_ns() / 1e9 + self._ahead_s

    def skip_to(self, at_s: float) -> None:
        """Have it be `at_s` by the server's clock, seconds since 1970."""
        self.skip(at_s - self.now_s())

    def skip(self, seconds: float) -> None:
        self._ahead_s += seconds
        ahead = Path(self.server.data_dir) / AHEAD_FILE
        ahead.with_suffix(".new").write_text(str(int(1000 * self._ahead_s)))
        ahead.with_suffix(".new").rename(ahead)
