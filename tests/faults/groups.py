"""A control group of one's own, whose memory can be limited: of either version of the interface."""

import time
from dataclasses import dataclass
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
GONE_S = 30.0


@dataclass(frozen=True)
class Group:
    """See the module.

    Attributes:
        folder: Its files.
        is_unified: Whether they are those of the second version.
    """

    folder: Path
    is_unified: bool

    @property
    def used_bytes(self) -> int:
        """What the kernel could not give up: all but pages of files."""
        prefix = "" if self.is_unified else "total_"
        rows = dict(line.split() for line in self._text("memory.stat").splitlines())
        files = int(rows[f"{prefix}active_file"]) + int(rows[f"{prefix}inactive_file"])
        used = "memory.current" if self.is_unified else "memory.usage_in_bytes"
        return int(self._text(used)) - files

    @property
    def killed_count(self) -> int:
        """How many processes of it the kernel has ended for want of memory."""
        of = "memory.events" if self.is_unified else "memory.oom_control"
        return int(dict(line.split() for line in self._text(of).splitlines())["oom_kill"])

    def limit(self, bytes_max: int | None) -> None:
        """Allow so much; None: whatever there is."""
        unlimited = "max" if self.is_unified else "-1"
        name = "memory.max" if self.is_unified else "memory.limit_in_bytes"
        (self.folder / name).write_text(unlimited if bytes_max is None else str(bytes_max))

    def remove(self) -> None:
        """Whoever was in it has ended, of which the kernel may not have heard yet."""
        ends_at = time.monotonic() + GONE_S
        while True:
            try:
                self.folder.rmdir()
            except OSError:
                if time.monotonic() > ends_at:
                    raise
                time.sleep(0.05)
            else:
                return

    def _text(self, name: str) -> str:
        return (self.folder / name).read_text()


def made(name: str) -> Group | None:
    """A new group within the one that this process is in; None: that is not allowed here."""
    for folder, is_unified in _own():
        group = Group(folder / name, is_unified)
        try:
            group.folder.mkdir()
        except OSError:
            continue
        try:
            group.limit(None)
        except OSError:  # no controller of memory is handed down to it
            group.folder.rmdir()
        else:
            return group
    return None


def _own() -> list[tuple[Path, bool]]:
    found = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            found.append((MOUNT / "memory" / path.lstrip("/"), False))
        elif not controllers:
            found.append((MOUNT / path.lstrip("/"), True))
    return found
