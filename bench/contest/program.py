"""A server that is a program of its own: on one processor, and gone for good before the next."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from bench.probes import children

START_S, STOP_S = 20.0, 20.0
_LOOK_S = 0.05


def tree_of(pid: int) -> list[int]:
    """A process and all that descend from it, as they are now."""
    found = [pid]
    for parent in found:
        found += children(parent)
    return found


class Program:
    """One server with its children, from start to the release of its port.

    Args:
        command: Listens on 127.0.0.1:`port` until SIGTERM.
        folder: Working directory; holds server.log.
        core: Processor for all its threads, set before the first of them runs.

    Raises:
        RuntimeError: It ended, or did not listen within `START_S`; with the end of its log.
    """

    def __init__(
        self, command: Sequence[str], *, port: int, folder: Path, core: int | None
    ) -> None:
        self._port = port
        self._log = folder / "server.log"
        pinned = [_taskset(), "--cpu-list", str(core)] if core is not None else []
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*pinned, *command], cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        ends_at = time.monotonic() + START_S
        while not _listens(port):
            if self._process.poll() is not None or time.monotonic() > ends_at:
                self.stop()
                raise RuntimeError(f"{command[0]} did not start:\n{self._log_tail()}")
            time.sleep(_LOOK_S)

    @property
    def pids(self) -> list[int]:
        """The process and its children."""
        return tree_of(self._process.pid)

    def stop(self) -> None:
        """SIGTERM, then SIGKILL to what is left of the group; wait until the port is free."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        ends_at = time.monotonic() + STOP_S
        while _listens(self._port) and time.monotonic() < ends_at:
            time.sleep(_LOOK_S)

    def _log_tail(self, bytes_max: int = 2000) -> str:
        return self._log.read_bytes()[-bytes_max:].decode(errors="replace")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _taskset() -> str:
    if (path := shutil.which("taskset")) is None:
        raise RuntimeError("no taskset on the path: nothing can be pinned")
    return path
