"""How much of its memory limit the house has used: that of its control group, as containers set it.

Where a group has used up its memory the kernel ends a process of it, without a word to anybody. So
the house has to know before. Pages of files are not counted: the kernel gives them up by itself.
"""

import time
from collections.abc import Callable
from pathlib import Path

FRESH_S = 0.1  # so long a look is good enough: many ask within it where a crowd comes

_OF_PROCESS = Path("/proc/self/cgroup")
_MOUNT = Path("/sys/fs/cgroup")


class _Group:
    """One control group that has memory, of either version of the interface."""

    def __init__(self, folder: Path, limit: str, used: str, prefix: str) -> None:
        self._limit, self._used, self._stat = folder / limit, folder / used, folder / "memory.stat"
        self._file_rows = {f"{prefix}active_file", f"{prefix}inactive_file"}

    @property
    def is_there(self) -> bool:
        """Whether it has a limit to look up at all: the root of all groups has none."""
        return self._limit.exists()

    def used_pct(self) -> float:
        """0 where it has no limit, or has gone."""
        try:
            limit_bytes = int(self._limit.read_text())
            used_bytes = int(self._used.read_text()) - self._file_bytes()
        except (OSError, ValueError):  # "max"
            return 0.0
        return 100.0 * used_bytes / limit_bytes if limit_bytes > 0 else 0.0

    def _file_bytes(self) -> int:
        rows = (line.split() for line in self._stat.read_text().splitlines())
        return sum(int(value) for name, value in rows if name in self._file_rows)


class MemoryLimit:
    """See the module.

    Args:
        of_process: Where the kernel says which groups this process is in.
        mount: Where their files are.
        steady_s: Seconds of a clock that goes on evenly.
    """

    def __init__(
        self,
        of_process: Path = _OF_PROCESS,
        mount: Path = _MOUNT,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._groups = _groups_of(of_process, mount)
        self._steady_s = steady_s
        self._seen_s = float("-inf")
        self._pct = 0.0

    def used_pct(self) -> float:
        """Of the group that has the least left, of all that this process is in; 0: no limit."""
        if (now_s := self._steady_s()) - self._seen_s >= FRESH_S:
            self._seen_s = now_s
            self._pct = max((group.used_pct() for group in self._groups), default=0.0)
        return self._pct


def _groups_of(of_process: Path, mount: Path) -> list[_Group]:
    try:
        lines = of_process.read_text().splitlines()
    except OSError:  # no Linux
        return []
    groups = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
            groups += [_Group(one, *names) for one in _upwards(mount / "memory", path)]
        elif not controllers:
            groups += [
                _Group(one, "memory.max", "memory.current", "") for one in _upwards(mount, path)
            ]
    return [group for group in groups if group.is_there]


def _upwards(root: Path, path: str) -> list[Path]:
    """The group and all that it is in; from within a container some may not be seen."""
    group = root / path.lstrip("/")
    return [group, *(one for one in group.parents if one.is_relative_to(root))]
