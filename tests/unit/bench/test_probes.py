import os
import subprocess
import sys

from bench.probes import (
    Buckets,
    children,
    cpu_ns,
    ended_children_ns,
    files_count,
    memory_bytes,
)


def test_a_share_of_the_values_lies_within_its_bound():
    buckets = Buckets(((0.001, 50.0), (0.01, 99.0)), total=100.0)

    assert buckets.bound_of(0.5) == 0.001
    assert buckets.bound_of(0.99) == 0.01
    assert buckets.bound_of(0.999) is None


def test_no_values_have_no_bound():
    assert Buckets(((0.001, 0.0),), total=0.0).bound_of(0.99) is None


def test_a_running_process_has_figures():
    assert cpu_ns(os.getpid()) > 0
    assert memory_bytes(os.getpid()) > 1_000_000
    assert files_count(os.getpid()) > 2


def test_children_are_those_that_run():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in children(os.getpid())
        child.communicate(b"\n")

    assert child.pid not in children(os.getpid())


def test_what_has_ended_is_counted_with_whoever_started_it():
    before_ns = ended_children_ns(os.getpid())
    spin = "import time\nwhile time.process_time() < 0.1: pass"
    subprocess.run([sys.executable, "-c", spin], check=True)

    assert ended_children_ns(os.getpid()) - before_ns >= 90_000_000


def test_a_thread_that_ends_while_it_is_looked_at_is_left_out(monkeypatch):
    def ended(_place):
        raise ProcessLookupError

    monkeypatch.setattr("bench.probes.Path.read_text", ended)

    assert cpu_ns(os.getpid()) == 0
    assert children(os.getpid()) == []
