import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import danmaku
from bench.probes import children
from bench.scenario import names
from tests.patience import PATIENCE_S


class Bench:
    """`danmaku bench` in a folder of its own for temporary files, and so with a lock of its own."""

    def __init__(self, folder, *words):
        self.process = subprocess.Popen(
            ["/usr/bin/env", f"TMPDIR={folder}", sys.executable, "-m", "danmaku", "bench", *words],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Whatever failed, it is over: what still runs would be in the way of all that follows."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def until_it_has(self, count):
        """Wait until it has started so many processes; their ids."""
        ends_at = time.monotonic() + PATIENCE_S
        while len(started := children(self.process.pid)) < count:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < ends_at
            time.sleep(0.05)
        return started

    def tells(self):
        """Its exit status, what it printed, and what it said beside that."""
        out, said = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, said


@pytest.mark.parametrize(
    ("send", "number"),
    [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)],  # as a terminal does, and a service
)
def test_an_interrupted_run_leaves_nothing_behind(tmp_path, send, number):
    with Bench(tmp_path, "run", "smoke") as bench:
        server, driver = bench.until_it_has(2)

        send(bench.process.pid, number)
        status, _, said = bench.tells()

    assert status == 130, said
    assert "Traceback" not in said
    assert not any(Path(f"/proc/{pid}").exists() for pid in (server, driver))
    assert [path.name for path in tmp_path.iterdir()] == ["danmaku-bench.lock"]


def test_a_second_bench_waits_for_the_end_of_the_first(tmp_path):
    with Bench(tmp_path, "run", "smoke") as first:
        first.until_it_has(1)
        with Bench(tmp_path, "run", "smoke") as second:
            assert "waiting" in second.process.stderr.readline()

            for bench in (second, first):
                os.kill(bench.process.pid, signal.SIGINT)
                assert bench.tells()[0] == 130


def test_the_bench_of_the_source_tree_gets_every_argument(tmp_path):
    with Bench(tmp_path, "list") as listing:
        status, said, _ = listing.tells()
    with Bench(tmp_path, "run", "--seed", "3", "no_such") as misled:
        refused, _, why = misled.tells()

    assert (status, refused) == (0, 2)
    assert [line.split()[0] for line in said.splitlines()] == names()
    assert "no_such" in why


def test_an_installed_server_says_where_the_bench_is(tmp_path):
    """The package as the wheel lays it down: nothing beside it."""
    package = Path(danmaku.__file__).parent
    shutil.copytree(package, tmp_path / "danmaku", ignore=shutil.ignore_patterns("__pycache__"))
    told = subprocess.run(
        [sys.executable, "-m", "danmaku", "bench", "run"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert told.returncode == 2
    assert "source tree" in told.stderr
    assert "make bench" in told.stderr
