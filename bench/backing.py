"""Real database and bus servers for tests and benches, on free ports of 127.0.0.1.

Each lives in a directory of its own below /tmp and ends with the thread that started it, even when
that is killed. Nothing that the system itself runs or keeps is touched.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import psutil

from bench.server import free_port

START_S = 120.0
LOOPBACK = "127.0.0.1"
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


class AbsentError(RuntimeError):
    """A server's programs are not installed here."""


@dataclass
class Daemon:
    """A server process that can be ended and begun again on the same port and files."""

    command: Sequence[str]
    home: Path
    answers: Callable[[], bool]  # whether it takes commands by now
    farewell: signal.Signals
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin, and wait until it takes commands."""
        with (self.home / "log").open("ab") as log:
            # The kernel ends the server with the tests, whatever ended them.
            self.process = subprocess.Popen(
                ["setpriv", f"--pdeathsig={self.farewell.name[3:]}", *self._as_user, *self.command],
                cwd=self.home,
                stdout=log,
                stderr=log,
            )
        _wait_for(self._is_ready)

    def stop(self, by: signal.Signals | None = None) -> None:
        """End it; `by` SIGKILL as a crash does."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(by or self.farewell)
        try:
            self.process.wait(START_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Every process of it stopped: it takes connections and gives no answer; then woken."""
        if self.process is None:
            raise RuntimeError("It was never started.")
        server = psutil.Process(self.process.pid)
        server.suspend()  # before it makes more of them
        others = server.children(recursive=True)
        try:
            for each in others:
                each.suspend()
            yield
        finally:
            for each in (*others, server):
                each.resume()

    @property
    def _as_user(self) -> list[str]:
        return as_user(self.user)

    def _is_ready(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"It did not start:\n{(self.home / 'log').read_text()}")
        return self.answers()


def as_user(user: str | None) -> list[str]:
    """Words for `setpriv`: PostgreSQL does not run as root."""
    if user is None:
        return []
    return [f"--reuid={user}", f"--regid={user}", "--clear-groups"]


# --- PostgreSQL


@dataclass
class Postgres:
    """One cluster, durable as an operator's would be; each test gets a database of its own."""

    daemon: Daemon
    port: int
    password: str
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """Address of a database."""
        return f"postgresql://danmaku:{self.password}@{LOOPBACK}:{self.port}/{database}"

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The address of a fresh database, made like `template`: to which nobody is connected."""
        name = f"d{next(self._names)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str, database: str = "postgres") -> str:
        """Run one statement as the cluster's owner; its rows as lines."""
        done = subprocess.run(
            ["psql", "-XqAtw", "-v", "ON_ERROR_STOP=1", "-c", statement],
            env=os.environ  # noqa: TID251 -- where psql is found
            | {
                "PGHOST": LOOPBACK,
                "PGPORT": str(self.port),
                "PGUSER": "danmaku",
                "PGPASSWORD": self.password,
                "PGDATABASE": database,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A cluster that orders texts as people do, which is not how the record does: by code point."""
    user = "postgres" if os.geteuid() == 0 else None
    with _home(user) as home:
        password, port = secrets.token_hex(8), free_port()
        (home / "password").write_text(password)
        _initialise(home, user)
        daemon = Daemon(
            [
                *(str(_binary("postgres")), "-D", str(home / "data")),
                *_settings(listen_addresses=LOOPBACK, port=port, unix_socket_directories=""),
                *_settings(shared_buffers="64MB", max_connections=200),
            ],
            home,
            answers=lambda: _answers_psql(cluster),
            farewell=signal.SIGINT,  # "fast": it does not wait for those who are connected
            user=user,
        )
        cluster = Postgres(daemon, port, password)
        with _started(daemon):
            yield cluster


def _initialise(home: Path, user: str | None) -> None:
    subprocess.run(
        [
            *("setpriv", *as_user(user), str(_binary("initdb")), "-D", str(home / "data")),
            *("-U", "danmaku", "--auth=scram-sha-256", f"--pwfile={home / 'password'}"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"),
            "--no-sync",  # making it need not survive a power cut; what is written later does
        ],
        check=True,
        capture_output=True,
    )


def _settings(**values: object) -> list[str]:
    return [word for name, value in values.items() for word in ("-c", f"{name}={value}")]


def _binary(name: str) -> Path:
    """Debian keeps the server's programs off the path, by version."""
    found = shutil.which(name)
    homes = sorted(DEBIAN_POSTGRES.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if found is None and not homes:
        raise AbsentError(f"PostgreSQL's {name} is not installed.")
    return homes[-1] if found is None else Path(found)


def _answers_psql(cluster: Postgres) -> bool:
    try:
        return cluster.run("SELECT 1") == "1"
    except RuntimeError:
        return False


# --- Redis


@dataclass
class Redis:
    """One Redis, which keeps nothing."""

    daemon: Daemon
    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://{LOOPBACK}:{self.port}/0"


@contextlib.contextmanager
def redis() -> Iterator[Redis]:
    """A Redis of its own."""
    with _home(None) as home, _redis(home, []) as server:
        yield server


@contextlib.contextmanager
def redis_cluster(nodes_count: int = 3) -> Iterator[list[Redis]]:
    """A Redis Cluster of primaries alone, its slots shared out among them."""
    with contextlib.ExitStack() as stack:
        nodes = []
        for _ in range(nodes_count):
            home = stack.enter_context(_home(None))
            words = [
                *("--cluster-enabled", "yes", "--cluster-port", str(free_port())),
                *("--cluster-node-timeout", "2000"),
            ]
            nodes.append(stack.enter_context(_redis(home, words)))
        addresses = [f"{LOOPBACK}:{node.port}" for node in nodes]
        subprocess.run(
            ["redis-cli", "--cluster", "create", *addresses, "--cluster-yes"],
            check=True,
            capture_output=True,
            timeout=START_S,
        )
        for node in nodes:
            _wait_for(partial(_is_whole, node.port))
        yield nodes


@contextlib.contextmanager
def _redis(home: Path, words: list[str]) -> Iterator[Redis]:
    port = free_port()
    daemon = Daemon(
        [
            *("redis-server", "--bind", LOOPBACK, "--port", str(port), "--dir", str(home)),
            *("--save", "", "--appendonly", "no", *words),
        ],
        home,
        answers=lambda: _ask(port, "PING").startswith(b"+PONG"),
        farewell=signal.SIGTERM,
    )
    with _started(daemon):
        yield Redis(daemon, port)


def _is_whole(port: int) -> bool:
    return b"cluster_state:ok" in _ask(port, "CLUSTER INFO")


def _ask(port: int, command: str) -> bytes:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(command.encode() + b"\r\n")
            return connection.recv(4096)
    except OSError:
        return b""


# --- what they share


@contextlib.contextmanager
def _home(user: str | None) -> Iterator[Path]:
    """A directory of the user's own; pytest's are closed to everybody else."""
    with tempfile.TemporaryDirectory(prefix="danmaku-", ignore_cleanup_errors=True) as name:
        if user is not None:
            shutil.chown(name, user, user)
        yield Path(name)


@contextlib.contextmanager
def _started(daemon: Daemon) -> Iterator[None]:
    try:
        daemon.start()
        yield
    finally:
        daemon.stop()


def _wait_for(holds: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + START_S
    while not holds():
        if time.monotonic() > ends_s:
            raise TimeoutError("The server does not answer.")
        time.sleep(0.02)
