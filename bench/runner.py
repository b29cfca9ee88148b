"""One scenario from an empty record to its figures: the server, the driver, the yardstick."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.driver import Order, Result, Said
from bench.native import NoCompilerError
from bench.plain_loop import Writing, Written
from bench.plain_loop import measure as measure_plain_loop
from bench.probes import Buckets, cpu_ns, memory_bytes, server_histograms
from bench.rules import rule_file
from bench.scenario import Scenario
from bench.server import Server

ROOM = "bench"
SERVER_CORE, DRIVER_CORE = 0, 1
PLAIN_LOOP_S_MAX = 10.0

Progress = Callable[[Said], None]


class Measured(msgspec.Struct, frozen=True):
    """The figures of one run.

    Attributes:
        cpu_ns: Processor time of the server while comments were sent.
        seconds: How long that was planned to take.
        memory_before, memory_held: Resident bytes of the server before anybody came, and with all
            viewers there.
        histograms: The server's own, over the whole run; seconds.
        plain_loop: The yardstick; None where it was not measured, `plain_loop_absent` says why.
    """

    scenario: Scenario
    seed: int
    result: Result
    cpu_ns: int
    seconds: float
    memory_before: int
    memory_held: int
    histograms: dict[str, Buckets]
    plain_loop: Written | None
    plain_loop_absent: str

    @property
    def memory_per_viewer(self) -> float:
        """Bytes of the server for each socket."""
        sockets = self.scenario.viewers_count + self.scenario.senders
        return (self.memory_held - self.memory_before) / max(1, sockets)

    @property
    def cpu_us_per_frame(self) -> float | None:
        """All that the server did, divided by the batches it wrote; None: it wrote none."""
        return self.cpu_ns / 1000 / self.result.frames if self.result.frames else None

    @property
    def cpu_us_per_delivery(self) -> float | None:
        """The same by comments and viewers who got them."""
        return self.cpu_ns / 1000 / self.result.deliveries if self.result.deliveries else None


def run(scenario: Scenario, *, seed: int, cores: int, progress: Progress) -> Measured:
    """Carry a scenario out.

    Args:
        scenario: Which.
        seed: Of the plan of comments.
        cores: Processors of this machine; with one, nothing is pinned.
        progress: Called with every line of the driver.
    """
    pinned = cores > DRIVER_CORE
    with tempfile.TemporaryDirectory(prefix="danmaku-bench-") as folder:
        core = SERVER_CORE if pinned else None
        settings = {**scenario.settings, **_rules_of(scenario, Path(folder))}
        with Server(Path(folder), settings, core=core) as server:
            order = Order(
                server.address,
                ROOM,
                scenario,
                _tokens(server, scenario.senders),
                seed,
                DRIVER_CORE if pinned else None,
            )
            looks = _Looks(server)
            result = _drive(order, looks, progress)
            histograms = server_histograms(server.address)
    plain_loop, absent = _plain_loop(scenario, result, core)
    return Measured(
        scenario=scenario,
        seed=seed,
        result=result,
        cpu_ns=looks.cpu_ns,
        seconds=scenario.seconds,
        memory_before=looks.memory_before,
        memory_held=looks.memory_held,
        histograms=histograms,
        plain_loop=plain_loop,
        plain_loop_absent=absent,
    )


class _Looks:
    """Reads the server's processor time and memory at the turns of the driver's work."""

    def __init__(self, server: Server) -> None:
        self._pid = server.pid
        self.memory_before = memory_bytes(self._pid)
        self.memory_held = 0
        self.cpu_ns = 0

    def hear(self, said: Said) -> None:
        match said.at:
            case "load begins":
                self.cpu_ns = -cpu_ns(self._pid)
            case "load ends":
                self.cpu_ns += cpu_ns(self._pid)
                self.memory_held = memory_bytes(self._pid)


def _rules_of(scenario: Scenario, folder: Path) -> dict[str, str]:
    if scenario.rules == 0:
        return {}
    path = folder / "rules.toml"
    path.write_text(rule_file(scenario.rules), encoding="utf-8")
    return {"FILTER__RULES_FILE": str(path)}


def _tokens(server: Server, senders: int) -> list[str]:
    server.open_room(ROOM)
    return [server.account(f"sender{n}") for n in range(senders)]


def _drive(order: Order, looks: _Looks, progress: Progress) -> Result:
    """Run the driver to its end.

    Raises:
        RuntimeError: If it ends without a result.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "bench.driver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as driver:
        assert driver.stdin is not None  # noqa: S101 -- asked for above
        assert driver.stdout is not None  # noqa: S101 -- asked for above
        driver.stdin.write(msgspec.json.encode(order) + b"\n")
        driver.stdin.flush()
        result = None
        for line in driver.stdout:
            said = msgspec.json.decode(line, type=Said)
            looks.hear(said)
            progress(said)
            result = said.result or result
    if result is None:
        raise RuntimeError(f"the driver ended with status {driver.returncode} and no result")
    return result


def _plain_loop(scenario: Scenario, result: Result, core: int | None) -> tuple[Written | None, str]:
    if result.frames == 0:
        return None, "nothing was written"
    viewers = scenario.viewers_count + scenario.senders
    writing = Writing(
        viewers=viewers,
        frame_bytes=round(result.frame_bytes),
        frames_per_s=result.frames / viewers / scenario.seconds,
        seconds=min(scenario.seconds, PLAIN_LOOP_S_MAX),
    )
    try:
        return measure_plain_loop(writing, core=core), ""
    except NoCompilerError as absent:
        return None, str(absent)
