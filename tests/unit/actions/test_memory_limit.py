"""What of the memory limit is in use is read as the kernel writes it, in either form."""

import pytest

from danmaku.actions.memory_limit import FRESH_S, MemoryLimit

OLD = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
NEW = ("memory.max", "memory.current", "")
NO_LIMIT_OLD = 9_223_372_036_854_771_712


class Kernel:
    """Files of control groups, as the kernel shows them to a process."""

    def __init__(self, folder):
        self.mount = folder / "cgroup"
        self.of_process = folder / "of_process"
        self.now_s = 0.0

    def says(self, *lines):
        self.of_process.write_text("".join(f"{line}\n" for line in lines))

    def group(self, path, form, *, limit, used, files=0):
        limit_file, used_file, prefix = form
        folder = self.mount / path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / limit_file).write_text(f"{limit}\n")
        (folder / used_file).write_text(f"{used}\n")
        stat = f"{prefix}active_file {files}\n{prefix}inactive_file 0\n{prefix}shmem 7\n"
        (folder / "memory.stat").write_text(stat)

    def limit(self):
        return MemoryLimit(self.of_process, self.mount, lambda: self.now_s)


@pytest.fixture
def kernel(tmp_path):
    return Kernel(tmp_path)


def test_the_former_interface(kernel):
    kernel.says("5:cpu:/", "4:memory:/house/danmaku", "0::/")
    kernel.group("memory/house/danmaku", OLD, limit=1000, used=700, files=200)

    assert kernel.limit().used_pct() == 50.0


def test_the_present_interface(kernel):
    kernel.says("0::/house/danmaku")
    kernel.group("house/danmaku", NEW, limit=1000, used=700, files=200)

    assert kernel.limit().used_pct() == 50.0


def test_the_group_that_has_the_least_left_counts(kernel):
    kernel.says("0::/house/danmaku")
    kernel.group("house/danmaku", NEW, limit="max", used=100)
    kernel.group("house", NEW, limit=1000, used=900)

    assert kernel.limit().used_pct() == 90.0


def test_within_a_container_the_groups_above_it_are_not_seen(kernel):
    kernel.says("4:memory:/docker/0123abcd")
    kernel.group("memory", OLD, limit=1000, used=300)

    assert kernel.limit().used_pct() == 30.0


@pytest.mark.parametrize(("form", "limit"), [(OLD, NO_LIMIT_OLD), (NEW, "max")])
def test_where_there_is_no_limit_nothing_is_near_it(kernel, form, limit):
    kernel.says("4:memory:/danmaku", "0::/danmaku")
    kernel.group("memory/danmaku" if form is OLD else "danmaku", form, limit=limit, used=10**9)

    assert kernel.limit().used_pct() == pytest.approx(0.0, abs=1e-6)


def test_a_system_without_control_groups_has_no_limit(kernel):
    assert kernel.limit().used_pct() == 0.0


def test_a_crowd_that_asks_costs_one_look(kernel):
    kernel.says("0::/")
    kernel.group("", NEW, limit=1000, used=100)
    limit = kernel.limit()
    before = limit.used_pct()

    kernel.group("", NEW, limit=1000, used=900)
    kernel.now_s = FRESH_S / 2
    meanwhile = limit.used_pct()
    kernel.now_s = FRESH_S

    assert (before, meanwhile, limit.used_pct()) == (10.0, 10.0, 90.0)
