"""The real server as a process of its own: `danmaku serve` on a data directory."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from danmaku.admin_socket import ADMIN_SOCKET, path_within_reach

START_S = 120.0
_LOOK_S = 0.05

PLAIN_CROWD = {"ADMISSION__WAVES_HELD": "false"}
"""A crowd of the bench is new and says much the same, which is not what is measured."""


def free_port() -> int:
    """A port of 127.0.0.1 that the system gives to nobody else within the next minute.

    A connection to it that has just ended holds it; whoever asks for this very port, as servers do,
    may listen there all the same.
    """
    return _kept(0)


def free_ports(count: int) -> range:
    """The same, so many in a row."""
    while True:
        first = free_port()
        with contextlib.suppress(OSError):  # somebody has the next one
            for port in range(first + 1, first + count):
                _kept(port)
            return range(first, first + count)


def _kept(port: int) -> int:
    """Have the system keep a port, or one that it chooses for 0; which it is."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        door.listen(1)
        address = door.getsockname()
        with socket.create_connection(address):
            door.accept()[0].close()  # first, so that it is this end that waits
        return int(address[1])


class Server:
    """One server, which may be killed and started again on the same record and port.

    Args:
        folder: Holds the record and the log; both survive a restart.
        settings: By the names of environment variables without their prefix.
        core: Processor to stay on; None: wherever the system likes.
        program: Module that serves, and its arguments.
        environment: Variables of its process that are no settings of the house.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        core: int | None = None,
        program: Sequence[str] = ("danmaku", "serve"),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.address = f"127.0.0.1:{(port := free_port())}"
        self.data_dir = folder / "data"
        self.log = folder / "server.log"
        self._core = core
        self._program = program
        self._environment = environment or {}
        self._settings = {
            "SERVER__PORT": str(port),
            "STORE__DATA_DIR": str(self.data_dir),
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        return self._running().pid

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start and wait until it says that it is ready.

        Raises:
            RuntimeError: If it ends, or does not get ready; with the end of its log.
        """
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command(), stdout=log, stderr=log)
        if self._core is not None:
            os.sched_setaffinity(self._process.pid, {self._core})
        ends_at = time.monotonic() + START_S
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > ends_at:
                self.kill()
                raise RuntimeError(f"the server did not start:\n{self.log_tail()}")
            time.sleep(_LOOK_S)

    def kill(self) -> None:
        """End it as a power cut of the process does: SIGKILL."""
        self._running().kill()
        self._running().wait()

    def stop(self, within_s: float = 30.0) -> int:
        """SIGTERM, then wait.

        Returns:
            The exit status.

        Raises:
            subprocess.TimeoutExpired: If it is still there; it is killed then.
        """
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def open_room(self, room: str) -> None:
        """Open a room, as the operator."""
        self._ask("/rooms", room=room, title="Bench")

    def account(self, login: str) -> str:
        """Make an account that may comment; its bearer token."""
        self._ask("/accounts", login=login, name=login)
        return str(self._ask("/tokens", login=login, label="bench")["secret"])

    @property
    def desk(self) -> Path:
        """The operator's socket."""
        return Path(path_within_reach(self.data_dir / ADMIN_SOCKET))

    def log_tail(self, bytes_max: int = 4000) -> str:
        """The end of everything it printed."""
        return self.log.read_bytes()[-bytes_max:].decode(errors="replace")

    def _ask(self, path: str, **fields: str) -> dict[str, object]:
        """Ask at the operator's desk, as the command line does, without its start-up time."""
        desk = httpx.HTTPTransport(uds=str(self.desk))
        with httpx.Client(transport=desk, base_url="http://desk", timeout=START_S) as client:
            answer: dict[str, object] = client.post(path, json=fields).raise_for_status().json()
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the server was never started")
        return self._process

    def _command(self) -> list[str]:
        """`env` hands the settings over and then *becomes* the server: one process, one id."""
        said = {**PLAIN_CROWD, **self._settings}
        settings = [f"DANMAKU_{name}={value}" for name, value in said.items()]
        settings += [f"{name}={value}" for name, value in self._environment.items()]
        return ["/usr/bin/env", *settings, sys.executable, "-m", *self._program]

    def _is_ready(self) -> bool:
        try:
            answer = httpx.get(f"http://{self.address}/readyz", timeout=1, trust_env=False)
        except httpx.TransportError:
            return False
        return answer.is_success
